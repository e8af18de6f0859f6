# cython: language_level=3, boundscheck=False, wraparound=False
"""Texts mapped character by character, with the way back to their offsets.

Comes in: a text, and once what one character becomes. Goes out: the mapped text. Called by `text.fold` for every field of
every item.
"""

from cpython.array cimport array, clone
from libc.stdlib cimport calloc, free, malloc, realloc

from array import array as _array

cdef extern from "Python.h":
    object PyUnicode_FromKindAndData(int kind, const void *buffer, Py_ssize_t size)
    int PyUnicode_4BYTE_KIND

cdef enum:
    CODE_POINTS = 0x110000
    # What a table says of a code point besides the character that it becomes: none of these is a code point.
    UNSEEN = 0
    NOTHING = 0x110000
    SEVERAL = 0x110001
    SPACE = 0x20

cdef array _UNSIGNED = _array("I")


cdef class CharMap:
    """What characters become, found out once for each; a function of one code point alone.

    Args:
        map_char: gives what one character becomes: none, one or several, never NUL.
    """

    cdef Py_UCS4 *_table
    cdef object _map_char
    cdef dict _several

    def __cinit__(self, map_char):
        # Memory that is not touched takes none: most of the 4 MB is never read.
        self._table = <Py_UCS4 *>calloc(CODE_POINTS, sizeof(Py_UCS4))
        if self._table is NULL:
            raise MemoryError
        self._map_char = map_char
        self._several = {}

    def __dealloc__(self):
        free(self._table)

    cdef Py_UCS4 _find(self, Py_UCS4 code) except? 0xFFFFFFFF:
        cdef str mapped = self._map_char(chr(code))
        if len(mapped) == 1:
            self._table[code] = mapped[0]
        elif mapped:
            self._several[code] = mapped
            self._table[code] = SEVERAL
        else:
            self._table[code] = NOTHING
        return self._table[code]

    def fold(self, str text not None):
        """Map a text, and make each run of spaces in the result one space, which comes from the first of them.

        Args:
            text: any text; the time taken is linear in its length.

        Returns:
            The mapped text, and for each of its characters the offset of the one that it was made from; None for these
            when they are the same in both.
        """
        cdef Py_ssize_t length = len(text), room = length + 16, size = 0, at
        cdef Py_UCS4 code, mapped, last = 0
        cdef Py_UCS4 *out = <Py_UCS4 *>malloc(room * sizeof(Py_UCS4))
        cdef unsigned int *origins = NULL
        cdef str several
        try:
            if out is NULL:
                raise MemoryError
            for at in range(length):
                code = text[at]
                mapped = self._table[code]
                if mapped == UNSEEN:
                    mapped = self._find(code)
                if mapped < CODE_POINTS and not (mapped == SPACE and last == SPACE):
                    if size == room:
                        room = _grown(&out, &origins, room)
                    out[size] = last = mapped
                    if origins is not NULL:
                        origins[size] = <unsigned int>at
                    size += 1
                    continue
                if origins is NULL:
                    origins = _identity(size, room)
                if mapped == SEVERAL:
                    several = self._several[code]
                    for mapped in several:
                        if size == room:
                            room = _grown(&out, &origins, room)
                        out[size] = last = mapped
                        origins[size] = <unsigned int>at
                        size += 1
            folded = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, out, size)
            return folded, None if origins is NULL else _array_of(origins, size)
        finally:
            free(out)
            free(origins)


cdef Py_ssize_t _grown(Py_UCS4 **out, unsigned int **origins, Py_ssize_t room) except -1:
    """Make room for as much again."""
    cdef Py_ssize_t more = 2 * room
    cdef void *moved = realloc(out[0], more * sizeof(Py_UCS4))
    if moved is NULL:
        raise MemoryError
    out[0] = <Py_UCS4 *>moved
    if origins[0] is not NULL:
        moved = realloc(origins[0], more * sizeof(unsigned int))
        if moved is NULL:
            raise MemoryError
        origins[0] = <unsigned int *>moved
    return more


cdef unsigned int *_identity(Py_ssize_t size, Py_ssize_t room) except NULL:
    """Give the origins of characters that stand where they came from."""
    cdef unsigned int *origins = <unsigned int *>malloc(room * sizeof(unsigned int))
    cdef Py_ssize_t at
    if origins is NULL:
        raise MemoryError
    for at in range(size):
        origins[at] = <unsigned int>at
    return origins


cdef array _array_of(unsigned int *numbers, Py_ssize_t size):
    cdef array found = clone(_UNSIGNED, size, zero=False)
    cdef Py_ssize_t at
    for at in range(size):
        found.data.as_uints[at] = numbers[at]
    return found
