# cython: language_level=3
"""What other compiled modules may know of `word_classes`."""

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void *PyUnicode_DATA(object text)
    Py_UCS4 PyUnicode_READ(int kind, void *characters, Py_ssize_t at) noexcept nogil

cdef enum:  # in the order of `CLASSES`
    GIVEN = 1 << 0
    TITLE = 1 << 1
    BODY = 1 << 2
    PLACE = 1 << 3
    DIRECTION = 1 << 4
    PREPOSITION = 1 << 5
    STRONG = 1 << 6
    MONEY = 1 << 7
    FINANCIAL = 1 << 8
    VERB = 1 << 9
    STATE = 1 << 10
    STATE_OFFICE = 1 << 11
    STATE_BODY = 1 << 12
    HOME = 1 << 13
    COMMON = 0xFFFF << 14
    BEFORE_NAMES = GIVEN | TITLE
    NO_NAMES = BODY | PLACE
    PLAIN_CAPITALS = DIRECTION | PREPOSITION | COMMON

cdef struct Slot:
    unsigned int hash
    unsigned int bits
    unsigned int start
    unsigned int length  # 0: nothing is here


cdef class WordClasses:
    cdef unsigned char _filter[8192]
    cdef Slot *_slots
    cdef Py_UCS4 *_letters
    cdef unsigned int _mask
    cdef Py_ssize_t _longest
    cdef dict _common

    cdef _add(self, str word, unsigned int bits, Py_ssize_t start)
    cdef unsigned int bits_of(self, int kind, void *text, Py_ssize_t start, Py_ssize_t end) noexcept nogil
    cdef unsigned int common_in(self, str language)
