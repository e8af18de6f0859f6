# cython: language_level=3
"""What other compiled modules may know of `place_signs`."""

cdef enum:  # in the order of `SIGNS`
    ACRONYM = 1 << 0
    STRIPPED = 1 << 1
    UNCASED = 1 << 2
    SEVERAL_WORDS = 1 << 3
    COMMON_WORD = 1 << 4
    GIVEN_NAME = 1 << 5
    PERSON_HERE = 1 << 6
    SMALL_ELSEWHERE = 1 << 7
    STARTS_SENTENCE = 1 << 8
    STRONG_PREPOSITION = 1 << 9
    ADJECTIVE = 1 << 10
    WEAK_PREPOSITION = 1 << 11
    AFTER_GIVEN_NAME = 1 << 12
    AFTER_CAPITAL = 1 << 13
    BEFORE_PERSON_VERB = 1 << 14
    BEFORE_BODY = 1 << 15
    BEFORE_PLACE_WORD = 1 << 16
    GIVEN_BEFORE_CAPITAL = 1 << 17
    BEFORE_CAPITAL = 1 << 18
    SHOUTED = 1 << 19
    HEADLINE = 1 << 20
    GOVERNED = 1 << 21
