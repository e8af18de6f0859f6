# cython: language_level=3
"""What other compiled modules may know of `words`."""

cimport cython
from cpython.array cimport array

ctypedef unsigned long long Hash

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void *PyUnicode_DATA(object text)
    Py_UCS4 PyUnicode_READ(int kind, void *characters, Py_ssize_t at)

cdef enum:
    BEGINS_SMALL = 0
    BEGINS_WITH_CAPITAL = 1
    BEGINS_UNCASED = 2


@cython.final
cdef class Words:
    cdef readonly str text
    cdef readonly array starts, ends
    cdef readonly bytes cases, acronymic
    cdef readonly Py_ssize_t small, capitals
    cdef str _source
    cdef array _origins
    cdef array _states

    cdef Py_ssize_t count(self) except -1
    cdef Py_ssize_t origin(self, Py_ssize_t at) except -1


cdef Hash start_of_hash() noexcept
cdef Hash hash_on(Hash state, str text, Py_ssize_t start, Py_ssize_t end) noexcept
cdef Hash finished(Hash state) noexcept
