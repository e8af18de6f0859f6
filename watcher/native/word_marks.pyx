# cython: language_level=3, boundscheck=False, wraparound=False
"""What is known of some words and phrases, found by their hashes.

Comes in: words with a mark each. Goes out: the mark of a hash, for other compiled modules. Made by `text.gazetteer`.
"""

cimport cython
from libc.stdlib cimport calloc, free

from watcher.native.words cimport Hash, finished, hash_on, start_of_hash


@cython.final
cdef class WordMarks:
    """What is known of some words and phrases, found by their hashes.

    Args:
        marks: of each word or phrase, folded, a number in 1..255.
    """

    def __cinit__(self, dict marks not None):
        cdef Hash size = 16, key, at
        while size < <Hash>(2 * len(marks)):
            size *= 2
        self._mask = size - 1
        self._keys = <Hash *>calloc(size, sizeof(Hash))
        self._marks = <unsigned char *>calloc(size, 1)
        self._filter = <unsigned char *>calloc(size >> 1, 1)
        if self._keys is NULL or self._marks is NULL or self._filter is NULL:
            raise MemoryError
        cdef str word
        for word, mark in marks.items():
            if not 0 < mark < 256:
                raise ValueError("a mark is a number in 1..255")
            key = finished(hash_on(start_of_hash(), word, 0, len(word)))
            at = self._slot(key)
            self._keys[at] = key
            self._marks[at] |= <unsigned char>mark
            self._filter[self._bit(key) >> 3] |= 1 << (self._bit(key) & 7)

    def __dealloc__(self):
        free(self._keys)
        free(self._marks)
        free(self._filter)

    cdef int of(self, Hash key) noexcept:
        """Give the mark of a word, 0 for one that is not known: most are dismissed by a filter of some hundred bytes."""
        if not self._filter[self._bit(key) >> 3] >> (self._bit(key) & 7) & 1:
            return 0
        return self._marks[self._slot(key)]

    cdef Hash _bit(self, Hash key) noexcept:
        return (key >> 32) & (self._mask << 2 | 3)

    cdef Hash _slot(self, Hash key) noexcept:
        """Give where a word stands or would stand; half of the places are free, and a free one has no mark."""
        cdef Hash at = key & self._mask
        while self._marks[at] and self._keys[at] != key:
            at = (at + 1) & self._mask
        return at
