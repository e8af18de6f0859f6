"""The demo: the real service on sample feeds that the demo itself serves. `run` is the way in."""
