"""The stages of a poll; `pipeline` has their order."""
