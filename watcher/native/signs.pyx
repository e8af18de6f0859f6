# cython: language_level=3, boundscheck=False, wraparound=False
"""The numbers of names, found by their hashes alone.

Comes in: once, names with their numbers; then the names of one item. Goes out: the numbers of those that are known. Called by
`match.index`.

A look-up meets one place in memory instead of the four of a dictionary of texts and numbers, and all places are asked for
before the first is read. For it, a name that has the hash of a known one by chance is taken for that: whoever asks must be
able to live with that.
"""

from cpython.array cimport array, clone, extend_buffer
from cpython.object cimport PyObject_Hash
from libc.stdlib cimport calloc, free

from watcher.native.cache cimport prefetch

from array import array as _array

cdef array _INTS = _array("i")

cdef struct Sign:
    # The whole hash: by half of it one known name in some thousand rule sets would be taken for another, and its rules never
    # be proposed. And one more than the number, 0 where there is none.
    Py_hash_t hash
    int number


cdef class Signs:
    """Names with their numbers. Holds for the process that made it and those forked from it: elsewhere hashes differ.

    Args:
        numbers: from 0 to 2**31 - 2, by the names.
    """

    cdef Sign *signs
    cdef size_t mask

    def __cinit__(self, dict numbers not None):
        cdef size_t size = 16, slot
        cdef Py_hash_t hashed
        while size < 2 * <size_t>len(numbers):
            size *= 2
        self.signs = <Sign *>calloc(size, sizeof(Sign))
        if self.signs is NULL:
            raise MemoryError
        self.mask = size - 1
        for name, number in numbers.items():
            if not 0 <= number < 0x7FFFFFFF:
                raise ValueError(f"{number} cannot be the number of a sign")
            hashed = PyObject_Hash(name)
            slot = <size_t>hashed & self.mask
            while self.signs[slot].number:
                slot = (slot + 1) & self.mask
            self.signs[slot] = Sign(hashed, number + 1)

    def __dealloc__(self):
        free(self.signs)

    def known(self, names):
        """Give the numbers of those names that have one, in order; an array of "i"."""
        cdef list asked = list(names)
        cdef array known = clone(_INTS, 0, zero=False)
        cdef Py_hash_t hashed
        cdef size_t slot
        cdef int number
        for name in asked:
            prefetch(&self.signs[<size_t>PyObject_Hash(name) & self.mask])
        for name in asked:
            hashed = PyObject_Hash(name)
            slot = <size_t>hashed & self.mask
            # The table is half empty at least: this ends.
            while self.signs[slot].number and self.signs[slot].hash != hashed:
                slot = (slot + 1) & self.mask
            if self.signs[slot].number:
                number = self.signs[slot].number - 1
                extend_buffer(known, <char *>&number, 1)
        return known
