"""Benchmarks: each runs the service beside a peer, or beside the limit, in the same run. Start with `make bench`."""
