# cython: language_level=3
"""What other compiled modules may know of `word_marks`."""

cimport cython

from watcher.native.words cimport Hash


@cython.final
cdef class WordMarks:
    cdef Hash *_keys
    cdef unsigned char *_marks
    cdef unsigned char *_filter
    cdef Hash _mask

    cdef int of(self, Hash key) noexcept
    cdef Hash _bit(self, Hash key) noexcept
    cdef Hash _slot(self, Hash key) noexcept
