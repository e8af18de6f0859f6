"""Stories: which reports are of one event, so that people are told once."""
