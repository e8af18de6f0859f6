"""Tells the C library's allocator to give memory back: a service of many threads and large bodies otherwise keeps it.

Called by each process of the service: `give_back` once, at its start, `trim` from time to time. Both do nothing where there
is no glibc.
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


def trim() -> None:
    """Return to the system the free pages between blocks in use, which `give_back` leaves: a start alone leaves 17 MiB.

    Takes some milliseconds: for the end of a start, and for every few seconds after it, not for every poll.
    """
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)
