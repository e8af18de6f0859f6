# cython: language_level=3
"""The array of hits, for other compiled modules."""

cdef struct Hit:
    unsigned int term
    unsigned int field
    unsigned int start
    unsigned int end
    # The same term's next hit in the same field; 0 for none, or before they are chained.
    unsigned int next


cdef class Hits:
    cdef Hit *_hits
    cdef Py_ssize_t _size
    cdef Py_ssize_t _room

    cdef int note(self, unsigned int term, unsigned int field, unsigned int start, unsigned int end) except -1
