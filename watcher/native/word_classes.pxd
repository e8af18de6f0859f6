# cython: language_level=3
"""What other compiled modules may know of `word_classes`."""

from watcher.native.words cimport Hash

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


cdef inline bint _may_pass(const unsigned char *filter, Hash state) noexcept:
    cdef unsigned int at = <unsigned int>(state ^ state >> 32) & 0xFFFF
    return filter[at >> 3] >> (at & 7) & 1


cdef class WordClasses:
    cdef unsigned char _filter[8192]
    cdef unsigned char _home_filter[8192]
    cdef Hash *_keys
    cdef unsigned int *_bits
    cdef Hash _mask
    cdef dict _common

    cdef Hash _slot(self, Hash key) noexcept
    cdef unsigned int _find(self, Hash state) noexcept

    cdef inline unsigned int bits_of(self, Hash state) noexcept:
        """Give the classes of the word whose hash, not finished, this is."""
        return self._find(state) if _may_pass(self._filter, state) else 0

    cdef inline bint is_of_home(self, Hash state) noexcept:
        """Tell whether a word is one of one country's public life: few are, and it is asked of all."""
        return _may_pass(self._home_filter, state) and self._find(state) & HOME

    cdef unsigned int common_in(self, str language)
