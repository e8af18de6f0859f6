# cython: language_level=3, boundscheck=False, wraparound=False
"""The words of a page with the classes that they are in, and the signs that stand around some of them.

Comes in: the words of each class, once; then the words of a page, and the stretches that may name a place. Goes out: for
each stretch the signs that hold, as bits. Called by `text.context`, which has the tables; `text.resolve` weighs the signs.
"""

from libc.stdlib cimport calloc, free
from libc.string cimport memset

from watcher.native.place_signs cimport (
    ACRONYM, ADJECTIVE, AFTER_CAPITAL, AFTER_GIVEN_NAME, BEFORE_BODY, BEFORE_CAPITAL, BEFORE_PERSON_VERB,
    BEFORE_PLACE_WORD, COMMON_WORD, GIVEN_BEFORE_CAPITAL, GIVEN_NAME, GOVERNED, HEADLINE, PERSON_HERE, SEVERAL_WORDS,
    SHOUTED, SMALL_ELSEWHERE, STARTS_SENTENCE, STRIPPED, STRONG_PREPOSITION, UNCASED, WEAK_PREPOSITION,
)
from watcher.native.word_classes cimport (
    BEFORE_NAMES, BODY, FINANCIAL, GIVEN, MONEY, NO_NAMES, PLACE, PLAIN_CAPITALS, PREPOSITION, STATE, STATE_BODY,
    STATE_OFFICE, STRONG, VERB, WordClasses,
)
from watcher.native.words cimport (
    BEGINS_SMALL, BEGINS_UNCASED, BEGINS_WITH_CAPITAL, Hash, PyUnicode_DATA, PyUnicode_KIND, PyUnicode_READ, Words,
)

cdef enum:
    TAKEN = 1
    SURE = 2
    LONGEST_PERSON_WORDS = 4
    FILTER = 1024


cdef class Surroundings:
    """The words of one page: their classes, and which of them belong to stretches that may name a place.

    Args:
        classes: those that words are in.
        words: as they were cut.
        language: of the text, ISO 639-1, whose common words count.
        is_headline: most words have a capital. is_shouted: all letters are.
    """

    cdef Words _words
    cdef WordClasses _classes
    cdef int _kind
    cdef void *_data
    cdef const unsigned int *_starts
    cdef const unsigned int *_ends
    cdef const unsigned char *_case
    cdef const Hash *_hashes
    cdef unsigned char *_belongs
    cdef Py_ssize_t _count
    cdef unsigned int _common, _page_signs
    cdef bint _is_headline
    cdef readonly set capitals
    """The hashes of the words that were taken by themselves and have a capital."""

    def __cinit__(
        self, WordClasses classes not None, Words words not None, str language not None, bint is_headline, bint is_shouted
    ):
        self._count, self._words, self._classes = words.count(), words, classes
        self._kind, self._data = PyUnicode_KIND(words.text), PyUnicode_DATA(words.text)
        self._starts, self._ends = words.starts.data.as_uints, words.ends.data.as_uints
        self._case, self._hashes = words.cases, words._states.data.as_ulonglongs
        self._common = classes.common_in(language)
        self._is_headline, self.capitals = is_headline, set()
        self._page_signs = (SHOUTED if is_shouted else HEADLINE) if is_headline else 0
        self._belongs = <unsigned char *>calloc(self._count + 1, 1)
        if self._belongs is NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self._belongs)

    cdef inline unsigned int _bits(self, Py_ssize_t at) noexcept:
        """Give the classes of a word."""
        return self._classes.bits_of(self._hashes[at])

    cdef str _word(self, Py_ssize_t at):
        return self._words.text[self._starts[at]:self._ends[at]]

    def home_words(self):
        """Give the words of one country's public life."""
        cdef Py_ssize_t at
        return {self._word(at) for at in range(self._count) if self._classes.is_of_home(self._hashes[at])}

    def small_among(self, hashes not None):
        """Give those hashes of which a word here begins with a small letter."""
        cdef unsigned char filter[FILTER]
        cdef set found = set()
        cdef Hash one
        cdef Py_ssize_t at
        memset(filter, 0, sizeof(filter))
        for one in hashes:
            filter[(one ^ one >> 32) & (FILTER - 1)] = 1
        for at in range(self._count):
            one = self._hashes[at]
            if filter[(one ^ one >> 32) & (FILTER - 1)] and self._case[at] == BEGINS_SMALL and one in hashes:
                found.add(one)
        return found

    def take(self, Py_ssize_t first, Py_ssize_t last, bint is_sure, bint is_acronym):
        """Note that some words may name a place.

        Args:
            first, last: their indices.
            is_sure: they name a country, people or region: no last name of anybody by chance.
            is_acronym: they were found as written.
        """
        cdef Py_ssize_t at
        self._check(first, last)
        for at in range(first, last + 1):
            self._belongs[at] |= TAKEN | SURE if is_sure else TAKEN
        if first == last and self._case[first] == BEGINS_WITH_CAPITAL and not is_acronym:
            self.capitals.add(self._hashes[first])

    cdef _check(self, Py_ssize_t first, Py_ssize_t last):
        if not 0 <= first <= last < self._count:
            raise IndexError("there is no such word")

    def surnames(self):
        """Give the capitalised words right behind given names and titles, once all stretches are taken."""
        cdef Py_ssize_t at, nearby
        cdef set found = set()
        for at in range(self._count):
            if not (self._case[at] == BEGINS_WITH_CAPITAL and self._bits(at) & BEFORE_NAMES):
                continue
            for nearby in range(at + 1, min(at + LONGEST_PERSON_WORDS, self._count)):
                if self._case[nearby] != BEGINS_WITH_CAPITAL or not self._is_adjacent(nearby) or self._bits(nearby) & NO_NAMES:
                    break
                # "Jordan Syria border" is two countries; "Michael Jordan" is not.
                if self._belongs[at] & self._belongs[nearby] & SURE:
                    break
                if self._ends[nearby] - self._starts[nearby] > 1:
                    found.add(self._word(nearby))
        return found

    cdef bint _is_adjacent(self, Py_ssize_t at) noexcept:
        """Tell whether a word stands next to the one before it: the gap is one of " ", "-", "'", ". ", ".", "' "."""
        cdef Py_ssize_t start = self._ends[at - 1], end = self._starts[at]
        cdef Py_UCS4 first
        if end - start not in (1, 2):
            return False
        first = PyUnicode_READ(self._kind, self._data, start)
        if end - start == 1:
            return first in (c" ", c"-", c"'", c".")
        return first in (c".", c"'") and PyUnicode_READ(self._kind, self._data, start + 1) == c" "

    def signs(self, Py_ssize_t first, Py_ssize_t last, Py_ssize_t end, str proclitics, bint is_acronym, persons, small):
        """Give the signs that hold of a stretch, as bits, once all stretches are taken.

        Args:
            first, last: the indices of its words; end: where it ends in the text.
            proclitics: what Arabic writes onto its front.
            is_acronym: it was found as written.
            persons: words that follow given names or titles somewhere in the item.
            small: hashes of words that are written with a small letter somewhere in the item.
        """
        cdef unsigned int signs = self._page_signs
        self._check(first, last)
        if is_acronym:
            signs |= ACRONYM
        if proclitics:
            signs |= STRIPPED | STRONG_PREPOSITION if "ب" in proclitics else STRIPPED
        if self._case[first] == BEGINS_UNCASED:
            signs |= UNCASED
        signs |= SEVERAL_WORDS if last > first else self._of_word(first, is_acronym, persons, small)
        signs |= self._before(first)
        return signs | self._behind(last, end, signs & GIVEN_NAME)

    cdef unsigned int _of_word(self, Py_ssize_t at, bint is_acronym, persons, small) except? 0xFFFFFFFF:
        """Give the signs of a single word."""
        cdef unsigned int signs = 0, bits = self._bits(at)
        if bits & self._common:
            signs |= COMMON_WORD
        if bits & GIVEN:
            signs |= GIVEN_NAME
        if self._word(at) in persons:
            signs |= PERSON_HERE
        if self._case[at] == BEGINS_WITH_CAPITAL and not is_acronym and self._hashes[at] in small:
            signs |= SMALL_ELSEWHERE
        return signs

    cdef unsigned int _before(self, Py_ssize_t at) noexcept:
        """Give the signs before a word."""
        cdef unsigned int signs = 0, left
        cdef Py_ssize_t gap
        if not at:
            return STARTS_SENTENCE
        if self._starts_sentence(at):
            signs |= STARTS_SENTENCE
        if not self._is_adjacent(at):
            return signs
        left = self._bits(at - 1)
        if left & MONEY and self._bits(at) & FINANCIAL:
            return signs | ADJECTIVE
        if left & STRONG:
            return signs | STRONG_PREPOSITION
        if left & PREPOSITION:
            return signs | WEAK_PREPOSITION
        if self._case[at - 1] != BEGINS_WITH_CAPITAL or self._belongs[at - 1]:
            return signs
        gap = self._ends[at - 1]
        if left & BEFORE_NAMES or (
            gap - self._starts[at - 1] == 1
            and not (self._starts[at] - gap == 1 and PyUnicode_READ(self._kind, self._data, gap) == c"'")
        ):
            return signs | AFTER_GIVEN_NAME
        if not left & PLAIN_CAPITALS and not self._is_headline:
            return signs | AFTER_CAPITAL
        return signs

    cdef bint _starts_sentence(self, Py_ssize_t at) noexcept:
        """Tell whether the gap before a word has a stop, a colon or a line end, or ends with a quotation mark."""
        cdef Py_ssize_t i
        for i in range(self._ends[at - 1], self._starts[at]):
            if PyUnicode_READ(self._kind, self._data, i) in (c".", c"!", c"?", c":", c"\n"):
                return True
        i = self._starts[at] - 1
        return i >= self._ends[at - 1] and PyUnicode_READ(self._kind, self._data, i) == c'"'

    cdef unsigned int _behind(self, Py_ssize_t last, Py_ssize_t end, bint is_given) noexcept:
        """Give the signs behind a stretch."""
        cdef Py_ssize_t after = last + 1
        cdef unsigned int signs = 0, right
        cdef Py_UCS4 gap
        if after >= self._count:
            return 0
        right = self._bits(after)
        if self._starts[after] - self._ends[last] == 1 and (
            PyUnicode_READ(self._kind, self._data, self._ends[last]) == c" "
        ):
            # Of a state of a federation, as in "Georgia state senate" or "Georgia Gov.".
            if right & STATE_OFFICE and not right & STATE:
                signs |= GOVERNED
            if right & STATE and after + 1 < self._count and self._bits(after + 1) & STATE_BODY:
                signs |= GOVERNED
        if self._starts[after] != end + 1 or end < 0:
            return signs
        gap = PyUnicode_READ(self._kind, self._data, end)
        if gap != c" " and gap != c"-":
            return signs
        if right & VERB:
            signs |= BEFORE_PERSON_VERB
        if self._case[after] != BEGINS_WITH_CAPITAL:
            return signs
        if right & BODY:
            return signs | BEFORE_BODY
        if right & PLACE:
            return signs | BEFORE_PLACE_WORD
        if is_given and not self._belongs[after] & SURE:
            return signs | GIVEN_BEFORE_CAPITAL
        if not self._belongs[after] and not self._is_headline:
            return signs | BEFORE_CAPITAL
        return signs
