# cython: language_level=3, boundscheck=False, wraparound=False
"""A text → the smallest hashes of its pairs of neighbouring words, by which copies of it are recognised.

Comes in: a folded text. Goes out: 64-bit numbers, the same in every process and on every machine: stores hold them. Called
by `story.fingerprint` for every item that a rule matched.
"""

from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memmove

from watcher.native.blake2b cimport Hash, add, begin, end

cdef enum:
    ASCII_END = 0x80

cdef bint[ASCII_END] _IS_ASCII_LETTER
for _code in range(ASCII_END):
    _IS_ASCII_LETTER[_code] = chr(_code).isalnum() or chr(_code) == "_"

cdef struct Word:
    Py_ssize_t start  # in the text's UTF-8
    Py_ssize_t size
    bint is_telling


cdef class WordSet:
    """Words that are looked up while they are bytes of a text.

    Args:
        words: folded; any number of them, kept as they are.
    """

    cdef list _kept  # owns what the table points to
    cdef const unsigned char **_table
    cdef Py_ssize_t *_sizes
    cdef uint64_t _mask
    cdef Py_ssize_t _longest

    def __cinit__(self, words):
        self._kept = [_utf8(one) for one in set(words)]
        self._mask = 1
        while self._mask < 2 * <uint64_t>len(self._kept):  # never full, so that looking for a word comes to an end
            self._mask = 2 * self._mask + 1
        self._table = <const unsigned char **>calloc(self._mask + 1, sizeof(unsigned char *))
        self._sizes = <Py_ssize_t *>calloc(self._mask + 1, sizeof(Py_ssize_t))
        if self._table is NULL or self._sizes is NULL:
            raise MemoryError
        cdef bytes word
        for word in self._kept:
            slot = self._slot(word, len(word))
            self._table[slot], self._sizes[slot] = word, len(word)
            self._longest = max(self._longest, len(word))

    def __dealloc__(self):
        free(self._table)
        free(self._sizes)

    cdef uint64_t _slot(self, const unsigned char *word, Py_ssize_t size) noexcept nogil:
        """Give where a word stands in the table, or the free place where it would."""
        cdef uint64_t slot = 0
        cdef Py_ssize_t at
        for at in range(size):
            slot = 31 * slot + word[at]
        slot &= self._mask
        while self._table[slot] is not NULL and not (
            self._sizes[slot] == size and memcmp(self._table[slot], word, size) == 0
        ):
            slot = (slot + 1) & self._mask
        return slot

    cdef bint has(self, const unsigned char *word, Py_ssize_t size) noexcept nogil:
        return size <= self._longest and self._table[self._slot(word, size)] is not NULL


cdef class WordPairs:
    """The pairs of neighbouring words of a text. Words are what `\\w+` matches.

    Args:
        text: folded; the time taken is linear in its length.
        common: words that tell nothing of a text.
    """

    cdef bytes _text
    cdef Word *_words
    cdef uint64_t *_hashes  # of each word with the one before it
    cdef Py_ssize_t _count

    def __cinit__(self, str text not None, WordSet common not None):
        cdef Py_ssize_t most = len(text) // 2 + 1, at
        self._text = _utf8(text)
        self._words = <Word *>malloc(most * sizeof(Word))
        self._hashes = <uint64_t *>malloc(most * sizeof(uint64_t))
        if self._words is NULL or self._hashes is NULL:
            raise MemoryError
        self._cut(text, common)
        for at in range(1, self._count):
            self._hashes[at] = self._hash(b"", self._words + at - 1, self._words + at)

    def __dealloc__(self):
        free(self._words)
        free(self._hashes)

    def __len__(self):
        return self._count

    cdef void _cut(self, str text, WordSet common) noexcept:
        cdef Word *word = self._words
        cdef Py_ssize_t offset = 0
        cdef Py_UCS4 code
        cdef bint is_inside = False, is_letter
        for code in text:
            is_letter = _IS_ASCII_LETTER[code] if code < ASCII_END else code.isalnum()
            if is_letter and not is_inside:
                word.start = offset
            elif is_inside and not is_letter:
                self._end_word(word, offset, common)
                word += 1
            is_inside = is_letter
            offset += 1 if code < ASCII_END else 2 if code < 0x800 else 3 if code < 0x10000 else 4
        if is_inside:
            self._end_word(word, offset, common)
            word += 1
        self._count = word - self._words

    cdef void _end_word(self, Word *word, Py_ssize_t offset, WordSet common) noexcept:
        cdef const unsigned char *text = self._text
        word.size = offset - word.start
        word.is_telling = not common.has(text + word.start, word.size)

    cdef uint64_t _hash(self, bytes prefix, Word *first, Word *second) noexcept:
        cdef const unsigned char *text = self._text
        cdef Hash hashed
        begin(&hashed)
        add(&hashed, prefix, len(prefix))
        add(&hashed, text + first.start, first.size)
        add(&hashed, b" ", 1)
        add(&hashed, text + second.start, second.size)
        return end(&hashed)

    def smallest(self, Py_ssize_t most, *, Py_ssize_t words):
        """Give the smallest hashes of pairs, each written with one space between its words.

        Args:
            most: so many at most.
            words: of the pairs among so many words, from the first.

        Returns:
            Numbers of 64 bits without a sign, each once, in rising order.
        """
        cdef Smallest found = Smallest(most)
        cdef Py_ssize_t at
        for at in range(1, min(words, self._count)):
            found.add(self._hashes[at])
        return found.values()

    def smallest_telling(self, Py_ssize_t most, *, Py_ssize_t words, str prefix not None):
        """Give the same of the pairs that are left when all common words are taken out, each hashed with a prefix."""
        cdef Smallest found = Smallest(most)
        cdef bytes before = _utf8(prefix)
        cdef Word *last = NULL
        cdef Py_ssize_t at
        for at in range(min(words, self._count)):
            if self._words[at].is_telling:
                if last is not NULL:
                    found.add(self._hash(before, last, self._words + at))
                last = self._words + at
        return found.values()


cdef class Smallest:
    """The smallest of many numbers, each once, in rising order."""

    cdef uint64_t *_kept
    cdef Py_ssize_t _count, _most

    def __cinit__(self, Py_ssize_t most):
        self._most = max(0, most)
        self._kept = <uint64_t *>calloc(self._most + 1, sizeof(uint64_t))
        if self._kept is NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self._kept)

    cdef void add(self, uint64_t value) noexcept:
        cdef Py_ssize_t low = 0, high = self._count, middle
        if self._count == self._most and (high == 0 or value >= self._kept[high - 1]):
            return
        while low < high:
            middle = (low + high) // 2
            if self._kept[middle] < value:
                low = middle + 1
            else:
                high = middle
        if low < self._count and self._kept[low] == value:
            return
        # There is room for one more than are kept.
        memmove(self._kept + low + 1, self._kept + low, (self._count - low) * sizeof(uint64_t))
        self._kept[low] = value
        self._count = min(self._count + 1, self._most)

    cdef list values(self):
        return [self._kept[at] for at in range(self._count)]


cdef bytes _utf8(str text):
    return text.encode("utf-8", "surrogatepass")
