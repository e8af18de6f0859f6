# cython: language_level=3
"""The words of a sheet, for other compiled modules."""

ctypedef unsigned long long Hash

cdef enum:
    # What stands in a sheet's text for what separates words, and between two fields.
    SOFT_CODE = 0x20
    HARD_CODE = 0x0A
    MARK_CODE = 0
    # So many letters are a word's head, and its longer one; of a shorter word all of it.
    HEAD_LETTERS = 3
    LONG_HEAD_LETTERS = 5

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void *PyUnicode_DATA(object text)
    unsigned int PyUnicode_READ(int kind, void *data, Py_ssize_t index)

cdef struct Word:
    # Of all its letters, and the low bits of those of its heads.
    Hash hash
    unsigned int head
    unsigned int long_head
    # Where it is in its field.
    unsigned int start
    unsigned int end
    # How many separators stand before it in the sheet's text.
    unsigned int gap


cdef class Separators:
    cdef unsigned char *_kinds
    cdef object _is_of_word
    cdef str _soft

    cdef unsigned char _find(self, unsigned int code) except 0
    cdef int _add(self, Sheet sheet, str text) except -1
    cdef int spell(self, Sheet sheet) except -1


cdef class Sheet:
    cdef list fields
    # Counted from 1: what is at 0 is no word.
    cdef Word *words
    cdef Py_ssize_t count
    # Of each field the number of words before it; at last, of all.
    cdef unsigned int *before
    # All code points of words, or-ed.
    cdef unsigned int seen
    # The text and where its words begin in it; made when first asked for.
    cdef Separators separators
    cdef str spelled
    cdef unsigned int *starts

    cdef Py_ssize_t word_at(self, Py_ssize_t at) except 0
    cdef Py_ssize_t field_of(self, Py_ssize_t word) noexcept


cdef inline Hash hashed_on(Hash found, unsigned int code) noexcept:
    """Give the hash of letters that have a hash, and one more; that of none is 0.

    A polynomial modulo 2**64 (Karp and Rabin 1987) in the multiplier of Knuth's MMIX.
    """
    return found * <Hash>0x5851F42D4C957F2D + code
