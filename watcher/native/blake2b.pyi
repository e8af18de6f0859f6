"""Called by compiled modules alone: see `blake2b.pxd`."""
