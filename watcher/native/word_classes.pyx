# cython: language_level=3, boundscheck=False, wraparound=False
"""Words in classes: given names, titles, prepositions and so on, found without making a string of each word.

Comes in: the words of each class, once. Goes out: for a stretch of a text the classes that it is in, as bits. Built by
`text.context`, which has the tables; asked by `surroundings` for every word of a page.
"""

from libc.stdlib cimport calloc, free, malloc

CLASSES = (
    "given", "title", "body", "place", "direction", "preposition", "strong", "money", "financial", "verb", "state",
    "state_office", "state_body", "home",
)
"""The names of the classes of words, in the order of their bits; behind them stand those of common words by language."""


cdef class WordClasses:
    """Words, each with the classes that it is in: a table of some 100 kB, before which a filter dismisses most words.

    Args:
        classes: the folded words of each of `CLASSES`.
        common: the common words of each language, 16 languages at most; of another language they are those of all.
    """

    def __cinit__(self, dict classes not None, dict common not None):
        cdef dict words = {}
        cdef str word
        cdef unsigned int size = 16
        cdef Py_ssize_t used = 0
        if set(classes) != set(CLASSES) or len(common) > 16:
            raise ValueError("these are not the classes")
        for at, name in enumerate(CLASSES):
            for word in classes[name]:
                words[word] = words.get(word, 0) | 1 << at
        self._common = {}
        for at, language in enumerate(common, len(CLASSES)):
            self._common[language] = 1 << at
            for word in common[language]:
                words[word] = words.get(word, 0) | 1 << at
        words.pop("", None)
        while size < 2 * len(words):
            size *= 2
        self._mask = size - 1
        self._slots = <Slot *>calloc(size, sizeof(Slot))
        self._letters = <Py_UCS4 *>malloc((sum(map(len, words)) + 1) * sizeof(Py_UCS4))
        if self._slots is NULL or self._letters is NULL:
            raise MemoryError
        for word, bits in words.items():
            self._add(word, bits, used)
            used += len(word)

    def __dealloc__(self):
        free(self._slots)
        free(self._letters)

    cdef _add(self, str word, unsigned int bits, Py_ssize_t start):
        cdef unsigned int code = _hash(PyUnicode_KIND(word), PyUnicode_DATA(word), 0, len(word))
        cdef unsigned int at = code & self._mask
        cdef Py_ssize_t i
        while self._slots[at].length:
            at = (at + 1) & self._mask
        self._slots[at] = Slot(hash=code, bits=bits, start=<unsigned int>start, length=<unsigned int>len(word))
        for i in range(len(word)):
            self._letters[start + i] = word[i]
        self._longest = max(self._longest, len(word))
        self._filter[(code >> 16) >> 3] |= 1 << ((code >> 16) & 7)

    cdef unsigned int bits_of(self, int kind, void *text, Py_ssize_t start, Py_ssize_t end) noexcept nogil:
        """Give the classes of a stretch of a text."""
        cdef unsigned int code, at
        cdef Py_ssize_t i
        cdef Slot *slot
        if end - start > self._longest:
            return 0
        code = _hash(kind, text, start, end)
        if not self._filter[(code >> 16) >> 3] & 1 << ((code >> 16) & 7):
            return 0
        at = code & self._mask
        while self._slots[at].length:
            slot = &self._slots[at]
            if slot.hash == code and slot.length == end - start:
                for i in range(end - start):
                    if PyUnicode_READ(kind, text, start + i) != self._letters[slot.start + i]:
                        break
                else:
                    return slot.bits
            at = (at + 1) & self._mask
        return 0

    def of(self, str word not None):
        """Give the names of the classes of a word, and the languages in which it is common."""
        cdef unsigned int bits = self.bits_of(PyUnicode_KIND(word), PyUnicode_DATA(word), 0, len(word))
        return {name for at, name in enumerate((*CLASSES, *self._common)) if bits >> at & 1}

    cdef unsigned int common_in(self, str language):
        return self._common.get(language, COMMON)


cdef unsigned int _hash(int kind, void *text, Py_ssize_t start, Py_ssize_t end) noexcept nogil:
    """Hash a word; FNV-1a over code points (Fowler, Noll and Vo), its bits mixed once more (as MurmurHash3 ends)."""
    cdef unsigned int code = 2166136261u
    cdef Py_ssize_t at
    for at in range(start, end):
        code = (code ^ <unsigned int>PyUnicode_READ(kind, text, at)) * 16777619u
    code = (code ^ code >> 16) * 0x85EBCA6Bu
    return code ^ code >> 13
