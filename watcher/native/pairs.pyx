# cython: language_level=3, boundscheck=False, wraparound=False
"""A text → the smallest hashes of its pairs of neighbouring words, by which copies of it are recognised.

Comes in: a folded text. Goes out: 64-bit numbers, the same in every process and on every machine: stores hold them. Called
by `story.fingerprint` for every item that a rule matched.
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memset

from watcher.native.word_marks cimport WordMarks
from watcher.native.words cimport Hash, finished, hash_on, start_of_hash

cdef enum:
    ASCII_END = 0x80
    BYTES = 256

cdef bint[ASCII_END] _IS_ASCII_LETTER
for _code in range(ASCII_END):
    _IS_ASCII_LETTER[_code] = chr(_code).isalnum() or chr(_code) == "_"

cdef struct Word:
    Hash hash
    bint is_telling


cdef class WordPairs:
    """The pairs of neighbouring words of a text. Words are what `\\w+` matches.

    Args:
        text: folded; the time taken is linear in its length.
        common: marks words that tell nothing of a text.
    """

    cdef Word *_words
    cdef Hash *_hashes
    cdef Py_ssize_t _count

    def __cinit__(self, str text not None, WordMarks common not None):
        cdef Py_ssize_t most = len(text) // 2 + 1
        self._words = <Word *>malloc(most * sizeof(Word))
        self._hashes = <Hash *>malloc(most * sizeof(Hash))
        if self._words is NULL or self._hashes is NULL:
            raise MemoryError
        self._cut(text, common)
        self._hash(self._hashes, self._count, "", False)

    def __dealloc__(self):
        free(self._words)
        free(self._hashes)

    def __len__(self):
        return self._count

    cdef void _cut(self, str text, WordMarks common) noexcept:
        cdef Py_ssize_t at = 0, start = 0
        cdef Py_UCS4 code
        cdef bint is_inside = False, is_letter
        for code in text:
            is_letter = _IS_ASCII_LETTER[code] if code < ASCII_END else code.isalnum()
            if is_letter and not is_inside:
                start = at
            elif is_inside and not is_letter:
                self._add(text, start, at, common)
            is_inside = is_letter
            at += 1
        if is_inside:
            self._add(text, start, at, common)

    cdef void _add(self, str text, Py_ssize_t start, Py_ssize_t end, WordMarks common) noexcept:
        cdef Word *word = self._words + self._count
        word.hash = finished(hash_on(start_of_hash(), text, start, end))
        word.is_telling = not common.of(word.hash)
        self._count += 1

    cdef Py_ssize_t _hash(self, Hash *hashes, Py_ssize_t words, str prefix, bint is_telling) noexcept:
        """Hash the pairs among so many words, or among those of them that tell something; give how many pairs they are."""
        cdef Hash begun = hash_on(start_of_hash(), prefix, 0, len(prefix))
        cdef Word *last = NULL
        cdef Word *word
        cdef Py_ssize_t count = 0, at
        for at in range(words):
            word = self._words + at
            if is_telling and not word.is_telling:
                continue
            if last is not NULL:
                hashes[count] = finished(_joined(_joined(begun, last.hash), word.hash))
                count += 1
            last = word
        return count

    def smallest(self, Py_ssize_t most, *, Py_ssize_t words):
        """Give the smallest hashes of pairs.

        Args:
            most: so many at most.
            words: of the pairs among so many words, from the first.

        Returns:
            Numbers of 64 bits without a sign, each once, in rising order.
        """
        return _smallest(self._hashes, min(words, self._count) - 1, most)

    def smallest_telling(self, Py_ssize_t most, *, Py_ssize_t words, str prefix not None):
        """Give the same of the pairs that are left when all common words are taken out, each hashed on from a prefix."""
        words = max(0, min(words, self._count))
        cdef Hash *hashes = <Hash *>malloc((words + 1) * sizeof(Hash))
        if hashes is NULL:
            raise MemoryError
        try:
            return _smallest(hashes, self._hash(hashes, words, prefix, True), most)
        finally:
            free(hashes)


cdef list _smallest(const Hash *numbers, Py_ssize_t count, Py_ssize_t most):
    """Give the smallest of some numbers, each once, in rising order."""
    cdef list found = []
    cdef Py_ssize_t at
    cdef Hash *ordered = <Hash *>malloc(max(1, count) * sizeof(Hash))
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


cdef void _sort(const Hash *numbers, Py_ssize_t count, Hash *ordered) noexcept:
    """Sort hashes by their first byte, which leaves few that stand wrong, and these as Shell did.

    That takes no long time either where a text was made so that all hashes begin with the same byte.
    """
    cdef Py_ssize_t[BYTES + 1] begins
    cdef Py_ssize_t at, place, gap = 1
    cdef Hash value
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


cdef inline Hash _joined(Hash state, Hash word) noexcept:
    """Hash on with the hash of a word as FNV does with an octet."""
    return (state ^ word) * <Hash>0x100000001B3
