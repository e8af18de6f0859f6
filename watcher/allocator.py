"""Tells the C library's allocator to give memory back: a service of many threads and large bodies otherwise keeps it.

Called once by each process of the service, at its start. Does nothing where there is no glibc.
"""

from __future__ import annotations

import ctypes

# <malloc.h>
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8

_LARGE_BYTES = 64 * 1024


def give_back() -> None:
    """Keep one arena for all threads, and return to the system what is freed: bodies, documents, texts.

    glibc gives each thread an arena of its own, and raises the size from which blocks are returned at once to that of
    the largest block ever freed: one long feed, and every body stays in the process.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    mallopt(_M_ARENA_MAX, 1)
    mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
    mallopt(_M_TRIM_THRESHOLD, 2 * _LARGE_BYTES)
