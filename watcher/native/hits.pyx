# cython: language_level=3, boundscheck=False, wraparound=False
"""What was found in the fields of one item: numbers, until somebody asks for more.

Comes in: hits, one by one. Goes out: the terms that occur in each field, and where. Filled by `phrases` and by
`match.scan`.
"""

from cpython.ref cimport PyObject
from libc.stdlib cimport free, realloc

from watcher.native.cache cimport prefetch

cdef extern from "Python.h":
    PyObject **PySequence_Fast_ITEMS(object sequence)

cdef enum:
    LEAST_ROOM = 64
    MOST_HITS = 0x3FFFFFFF


cdef class Hits:
    """Where terms were found, each by its number."""

    def __dealloc__(self):
        free(self._hits)

    def __len__(self):
        return self._size

    def add(self, unsigned int term, unsigned int field, unsigned int start, unsigned int end):
        """Note that a term stands in a field, from `start` to `end` of its folded text."""
        self.note(term, field, start, end)

    cdef int note(self, unsigned int term, unsigned int field, unsigned int start, unsigned int end) except -1:
        cdef Py_ssize_t room
        cdef Hit *moved
        if self._size == self._room:
            room = max(LEAST_ROOM, 2 * self._room)
            if room > MOST_HITS:
                raise OverflowError("too many hits")
            moved = <Hit *>realloc(self._hits, room * sizeof(Hit))
            if moved is NULL:
                raise MemoryError
            self._hits, self._room = moved, room
        self._hits[self._size] = Hit(term, field, start, end, 0)
        self._size += 1
        return 0

    def take(self, unsigned int least):
        """Take out the hits of all terms from a number on, and give the numbers of these terms; before any are chained."""
        cdef set taken = set()
        cdef Py_ssize_t at, kept = 0
        for at in range(self._size):
            if self._hits[at].term >= least:
                taken.add(self._hits[at].term)
            else:
                self._hits[kept] = self._hits[at]
                kept += 1
        self._size = kept
        return taken

    def by_key(self, Py_ssize_t fields, list keys not None):
        """Chain the hits of each term in each field.

        Args:
            fields: how many fields there are.
            keys: those of the terms, by their numbers.

        Returns:
            For each field the number of the first hit of each term in it, by the term's key: what `spans` takes.

        Raises:
            IndexError: a hit is of no such field or term.
        """
        cdef list found = [{} for _ in range(fields)]
        cdef Py_ssize_t at, terms = len(keys)
        cdef PyObject **all_keys = PySequence_Fast_ITEMS(keys)
        cdef dict of_field
        for at in range(self._size):
            if self._hits[at].field >= fields or self._hits[at].term >= terms:
                raise IndexError(f"hit {at}")
            prefetch(&all_keys[self._hits[at].term])
        for at in range(self._size):
            prefetch(all_keys[self._hits[at].term])
        for at in range(self._size - 1, -1, -1):
            of_field = found[self._hits[at].field]
            key = keys[self._hits[at].term]
            # The first hit of all is no other's next: 0 stands for none.
            self._hits[at].next = of_field.get(key, 0)
            of_field[key] = at
        return found

    def spans(self, Py_ssize_t first):
        """Give where a term stands, start and end in its field, in the order in which its hits were noted.

        Raises:
            IndexError: there is no hit of this number.
        """
        cdef list found = []
        cdef Py_ssize_t at = first
        if not 0 <= at < self._size:
            raise IndexError(first)
        while True:
            found.append((self._hits[at].start, self._hits[at].end))
            # Hits are chained forward, so that this ends.
            if self._hits[at].next <= at:
                return found
            at = self._hits[at].next
