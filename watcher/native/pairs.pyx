# cython: language_level=3, boundscheck=False, wraparound=False
"""A text → the smallest hashes of its pairs of neighbouring words, by which copies of it are recognised.

Comes in: a folded text. Goes out: 64-bit numbers, the same in every process and on every machine: stores hold them. Called
by `story.fingerprint` for every item that a rule matched.
"""

from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy, memset

from watcher.native.blake2b cimport BLOCK, Batch, begin, end, room

from hashlib import blake2b as _blake2b

cdef enum:
    ASCII_END = 0x80
    BYTES = 256
    SPACE = 0x20

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
    cdef uint64_t *_hashes
    cdef Py_ssize_t _count

    def __cinit__(self, str text not None, WordSet common not None):
        cdef Py_ssize_t most = len(text) // 2 + 1
        self._text = _utf8(text)
        self._words = <Word *>malloc(most * sizeof(Word))
        self._hashes = <uint64_t *>malloc(most * sizeof(uint64_t))
        if self._words is NULL or self._hashes is NULL:
            raise MemoryError
        self._cut(text, common)
        self._hash(self._hashes, self._count, b"", False)

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

    cdef Py_ssize_t _hash(self, uint64_t *hashes, Py_ssize_t words, bytes prefix, bint is_telling) except -1:
        """Hash the pairs among so many words, or among those of them that tell something; give how many pairs they are."""
        cdef Batch batch
        cdef Word *last = NULL
        cdef Word *word
        cdef Py_ssize_t count = 0, at
        begin(&batch)
        for at in range(words):
            word = self._words + at
            if is_telling and not word.is_telling:
                continue
            if last is not NULL:
                self._hash_pair(&batch, prefix, last, word, hashes + count)
                count += 1
            last = word
        end(&batch)
        return count

    cdef int _hash_pair(self, Batch *batch, bytes prefix, Word *first, Word *second, uint64_t *target) except -1:
        cdef const unsigned char *text = self._text
        cdef const unsigned char *before = prefix
        cdef Py_ssize_t ahead = len(prefix), size = ahead + first.size + 1 + second.size
        if size > BLOCK:
            target[0] = _hash_long(prefix + text[first.start:first.start + first.size] + b" " + text[second.start:second.start + second.size])
            return 0
        cdef unsigned char *pair = room(batch, size, target)
        memcpy(pair, before, ahead)
        memcpy(pair + ahead, text + first.start, first.size)
        pair[ahead + first.size] = SPACE
        memcpy(pair + ahead + first.size + 1, text + second.start, second.size)
        return 0

    def smallest(self, Py_ssize_t most, *, Py_ssize_t words):
        """Give the smallest hashes of pairs, each written with one space between its words.

        Args:
            most: so many at most.
            words: of the pairs among so many words, from the first.

        Returns:
            Numbers of 64 bits without a sign, each once, in rising order.
        """
        return _smallest(self._hashes, min(words, self._count) - 1, most)

    def smallest_telling(self, Py_ssize_t most, *, Py_ssize_t words, str prefix not None):
        """Give the same of the pairs that are left when all common words are taken out, each hashed with a prefix."""
        words = max(0, min(words, self._count))
        cdef uint64_t *hashes = <uint64_t *>malloc((words + 1) * sizeof(uint64_t))
        if hashes is NULL:
            raise MemoryError
        try:
            return _smallest(hashes, self._hash(hashes, words, _utf8(prefix), True), most)
        finally:
            free(hashes)


cdef list _smallest(const uint64_t *numbers, Py_ssize_t count, Py_ssize_t most):
    """Give the smallest of some numbers, each once, in rising order."""
    cdef list found = []
    cdef Py_ssize_t at
    cdef uint64_t *ordered = <uint64_t *>malloc(max(1, count) * sizeof(uint64_t))
    if ordered is NULL:
        raise MemoryError
    try:
        _sort(numbers, count, ordered)
        for at in range(count):
            if len(found) >= most:
                break
            if at == 0 or ordered[at] != ordered[at - 1]:
                found.append(ordered[at])
        return found
    finally:
        free(ordered)


cdef void _sort(const uint64_t *numbers, Py_ssize_t count, uint64_t *ordered) noexcept:
    """Sort hashes by their first byte, which leaves few that stand wrong, and these as Shell did.

    That takes no long time either where a text was made so that all hashes begin with the same byte.
    """
    cdef Py_ssize_t[BYTES + 1] begins
    cdef Py_ssize_t at, place, gap = 1
    cdef uint64_t value
    memset(begins, 0, sizeof(begins))
    for at in range(count):
        begins[(numbers[at] >> 56) + 1] += 1
    for at in range(BYTES):
        begins[at + 1] += begins[at]
    for at in range(count):
        place = numbers[at] >> 56
        ordered[begins[place]] = numbers[at]
        begins[place] += 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap:
        for at in range(gap, count):
            value, place = ordered[at], at
            while place >= gap and ordered[place - gap] > value:
                ordered[place] = ordered[place - gap]
                place -= gap
            ordered[place] = value
        gap //= 3


cdef bytes _utf8(str text):
    return text.encode("utf-8", "surrogatepass")


cdef uint64_t _hash_long(bytes text) except? 0:
    """Hash a pair that is longer than a block: hardly ever two words."""
    return int.from_bytes(_blake2b(text, digest_size=8).digest(), "little")
