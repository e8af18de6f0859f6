# cython: language_level=3
"""What other compiled modules call: `begin`, `add` for each part, `end`."""

from libc.stdint cimport uint64_t

cdef enum:
    BLOCK = 128


cdef struct Hash:
    uint64_t[8] state
    unsigned char[BLOCK] block
    Py_ssize_t filled  # bytes of the block
    uint64_t total  # bytes in all


cdef void begin(Hash *hashed) noexcept
cdef void add(Hash *hashed, const unsigned char *data, Py_ssize_t size) noexcept
cdef uint64_t end(Hash *hashed) noexcept
