# cython: language_level=3
"""How compiled modules hash many short texts: `begin`, `room` for each text, `end`."""

from libc.stdint cimport uint64_t

cdef enum:
    BLOCK = 128  # bytes
    LANES = 4


cdef struct Batch:
    unsigned char[LANES * BLOCK] texts
    uint64_t[LANES] sizes
    uint64_t *targets[LANES]
    Py_ssize_t count


cdef void begin(Batch *batch) noexcept
# Gives where to write a text of `size` bytes, at most a block; the next calls, or `end`, put its hash at `target`.
cdef unsigned char *room(Batch *batch, Py_ssize_t size, uint64_t *target) noexcept
cdef void end(Batch *batch) noexcept
