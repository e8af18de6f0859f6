# cython: language_level=3
"""The arrays of a sheet, for other compiled modules."""

ctypedef unsigned long long Hash

cdef enum:
    # What stands in a sheet for what separates words, and between two fields.
    SOFT_CODE = 0x20
    HARD_CODE = 0x0A
    MARK_CODE = 0
    # So many letters are a word's head, and its longer one; of a shorter word all of it.
    HEAD_LETTERS = 3
    LONG_HEAD_LETTERS = 5

cdef struct Word:
    Hash hash
    Hash head
    Hash long_head
    # Where it is in the sheet's text, and where it begins in its field.
    unsigned int start
    unsigned int end
    unsigned int origin


cdef class Sheet:
    cdef unsigned int *codes
    cdef Py_ssize_t length
    # All code points that it has, or-ed.
    cdef unsigned int seen
    # Counted from 1: what is at 0 is no word.
    cdef Word *words
    cdef Py_ssize_t count
    # Of each field the number of words before it; at last, of all.
    cdef unsigned int *before
    cdef Py_ssize_t fields
    cdef object _text

    cdef Py_ssize_t word_at(self, Py_ssize_t at) except 0


cdef inline Hash hashed_on(Hash found, unsigned int code) noexcept:
    """Give the hash of what has a hash, and one number more; that of nothing is 0.

    A polynomial modulo 2**64 (Karp and Rabin 1987) in the multiplier of Knuth's MMIX. Texts can be written that collide.
    """
    return found * <Hash>0x5851F42D4C957F2D + code


cdef inline bint is_edge(unsigned int code) noexcept:
    return code == SOFT_CODE or code == HARD_CODE
