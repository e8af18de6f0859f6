"""What other compiled modules may use of `sequences`: the walk over a text, a byte at a time."""

from cpython.array cimport array


cdef class Sequences:
    cdef array states, labels, table
    cdef Py_ssize_t count, tabled

    cdef unsigned int step(self, unsigned int state, unsigned char byte) noexcept
    cdef int feature(self, unsigned int state) noexcept
    cdef Py_ssize_t _number(self, array steps, array rows, array order, array numbers) except -1
    cdef int _verify(self, array steps, array rows, array order) except -1
    cdef int _tabulate(self, array steps, array rows, array order, array numbers) except -1
