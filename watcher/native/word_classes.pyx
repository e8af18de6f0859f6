# cython: language_level=3, boundscheck=False, wraparound=False
"""Words in classes: given names, titles, prepositions and so on, found by their hashes.

Comes in: the words of each class, once. Goes out: for the hash of a word the classes that it is in, as bits. Built by
`text.context`, which has the tables; asked by `surroundings` for every word of a page.
"""

from libc.stdlib cimport calloc, free

from watcher.native.words cimport Hash, finished, hash_on, start_of_hash

CLASSES = (
    "given", "title", "body", "place", "direction", "preposition", "strong", "money", "financial", "verb", "state",
    "state_office", "state_body", "home",
)
"""The names of the classes of words, in the order of their bits; behind them stand those of common words by language."""


cdef class WordClasses:
    """Words, each with the classes that it is in; filters of 8 kB dismiss most others before the table is looked at.

    Args:
        classes: the folded words of each of `CLASSES`.
        common: the common words of each language, 16 languages at most; of another language they are those of all.
    """

    def __cinit__(self, dict classes not None, dict common not None):
        cdef dict words = {}
        cdef str word
        cdef Hash size = 16, state, key, at
        if set(classes) != set(CLASSES) or len(common) > 16:
            raise ValueError("these are not the classes")
        self._common = {language: 1 << number for number, language in enumerate(common, len(CLASSES))}
        for bit, listed in (
            *((1 << number, classes[name]) for number, name in enumerate(CLASSES)),
            *((bit, common[language]) for language, bit in self._common.items()),
        ):
            for word in listed:
                words[word] = words.get(word, 0) | bit
        while size < <Hash>(4 * len(words)):
            size *= 2
        self._mask = size - 1
        self._keys = <Hash *>calloc(size, sizeof(Hash))
        self._bits = <unsigned int *>calloc(size, sizeof(unsigned int))
        if self._keys is NULL or self._bits is NULL:
            raise MemoryError
        for word, bits in words.items():
            state = hash_on(start_of_hash(), word, 0, len(word))
            key = finished(state)
            at = self._slot(key)
            self._keys[at] = key
            self._bits[at] |= <unsigned int>bits
            at = (state ^ state >> 32) & 0xFFFF
            self._filter[at >> 3] |= 1 << (at & 7)
            if bits & HOME:
                self._home_filter[at >> 3] |= 1 << (at & 7)

    def __dealloc__(self):
        free(self._keys)
        free(self._bits)

    def of(self, str word not None):
        """Give the names of the classes of a word, and the languages in which it is common."""
        cdef unsigned int bits = self.bits_of(hash_on(start_of_hash(), word, 0, len(word)))
        return {name for number, name in enumerate((*CLASSES, *self._common)) if bits >> number & 1}

    cdef unsigned int _find(self, Hash state) noexcept:
        """Give the classes of a word that the filter lets through."""
        return self._bits[self._slot(finished(state))]

    cdef unsigned int common_in(self, str language):
        """Give the class of the common words of a language, or all such classes."""
        return self._common.get(language, COMMON)

    cdef Hash _slot(self, Hash key) noexcept:
        """Give where a word stands or would stand; three in four places are free, and a free one has no bits."""
        cdef Hash at = key & self._mask
        while self._bits[at] and self._keys[at] != key:
            at = (at + 1) & self._mask
        return at
