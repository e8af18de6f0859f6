# cython: language_level=3, boundscheck=False, wraparound=False
"""The signs around a name as bits, and a logistic regression over them.

Comes in: the weights of the signs, once; then what else speaks for a place, and the signs of one sighting. Goes out: its
confidence. `surroundings` finds the signs; `text.resolve` has the weights.
"""

from libc.math cimport exp

SIGNS = (
    "acronym", "stripped", "uncased", "several_words", "common_word", "given_name", "person_here", "small_elsewhere",
    "starts_sentence", "strong_preposition", "adjective", "weak_preposition", "after_given_name", "after_capital",
    "before_person_verb", "before_body", "before_place_word", "given_before_capital", "before_capital", "shouted", "headline",
    "governed",
)
"""The names of the signs, in the order of their bits."""


cdef class SignWeights:
    """A logistic regression over signs.

    Args:
        weights: one for each of `SIGNS`.
    """

    cdef double _weights[32]

    def __cinit__(self, weights not None):
        if len(weights) != len(SIGNS):
            raise ValueError("each sign has a weight")
        for at, weight in enumerate(weights):
            self._weights[at] = weight

    def confidence(self, double odds, unsigned int signs):
        """Give the probability that follows from the logarithm of other odds and from signs."""
        cdef double total = 0.0
        cdef int at = 0
        while signs:
            if signs & 1:
                total += self._weights[at]
            signs >>= 1
            at += 1
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds + total))))
