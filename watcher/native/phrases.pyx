# cython: language_level=3, boundscheck=False, wraparound=False
"""Finding phrases of whole words in a sheet.

Comes in: the phrases of a rule set; then the sheet of one item. Goes out: where they stand, noted in `Hits`. Called by
`match.scan`.

A phrase is looked up by the hash of its words: one word, two, and more as long as some phrase goes on. Of most words and
pairs a small filter says, without a look at the table, that they begin none.
"""

from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp

from watcher.native.hits cimport Hits
from watcher.native.sheet cimport HEAD_LETTERS, LONG_HEAD_LETTERS, SOFT_CODE, Hash, Sheet, Word, hashed_on, is_edge

cdef enum:
    LEAST_BITS = 4
    MOST_BITS = 30
    # The filter has 2 ** 3 bits for each slot of the table.
    FILTER_BITS = 3
    # Of an entry: whether a phrase has these words and more.
    IS_USED = 1
    GOES_ON = 2

# Spreads hashes over the table (Knuth, The Art of Computer Programming, 6.4); the others tell those of open phrases, and of
# what the last word of an open phrase begins with, from those of the same letters.
cdef Hash GOLDEN = 0x9E3779B97F4A7C15
cdef Hash OPEN = 0xD6E8FEB86659FD93
cdef Hash HEAD = 0xA0761D6478BD642F

cdef struct Phrase:
    unsigned int term
    unsigned int begin
    unsigned int length
    bint is_open

cdef struct Entry:
    Hash hash
    # One more than the phrase's place in the list of all; 0 for words with which phrases only begin.
    unsigned int phrase
    unsigned int flags


cdef class Phrases:
    """Finds phrases. Immutable once it is made.

    Args:
        phrases: for each the number of its term, its words as sheets have them, without the first space, and whether it is
            open: then its last word may go on.

    Raises:
        ValueError: an open phrase is one word of fewer than three letters.
    """

    cdef Phrase *_phrases
    cdef unsigned int *_codes
    cdef Entry *_entries
    cdef unsigned char *_filter
    cdef Py_ssize_t _mask
    cdef Py_ssize_t _used
    cdef int _bits
    cdef Py_ssize_t _most_words

    def __cinit__(self, phrases):
        cdef list known = list(phrases)
        cdef Py_ssize_t length = 0, number = 0, begin = 0
        cdef unsigned int term
        cdef str words
        cdef bint is_open
        for term, words, is_open in known:
            length += len(words)
            if is_open and len(words) < HEAD_LETTERS:
                raise ValueError(f"'{words}' may begin too many words")
        if max(length, len(known)) >= 1 << MOST_BITS:
            raise OverflowError("too many phrases")
        self._phrases = <Phrase *>malloc((len(known) + 1) * sizeof(Phrase))
        self._codes = <unsigned int *>malloc((length + 1) * sizeof(unsigned int))
        if self._phrases is NULL or self._codes is NULL:
            raise MemoryError
        self._resize(LEAST_BITS)
        for term, words, is_open in known:
            self._phrases[number] = Phrase(term, <unsigned int>begin, <unsigned int>len(words), is_open)
            number += 1
            self._file(<unsigned int>number, words, is_open)
            begin += len(words)
        self._filter_entries()

    def __dealloc__(self):
        free(self._phrases)
        free(self._codes)
        free(self._entries)
        free(self._filter)

    cdef int _file(self, unsigned int number, str words, bint is_open) except -1:
        """Enter a phrase, and what is followed to find it: beginnings of two words or more, and the head of an open word."""
        cdef Py_ssize_t at, begin = self._phrases[number - 1].begin, of_last = words.rfind(" ") + 1, count = 1, gap = 0
        cdef Hash stem = 0, letters = 0
        cdef unsigned int code
        for at in range(len(words)):
            code = <unsigned int>ord(words[at])
            self._codes[begin + at] = code
            if not is_edge(code):
                letters = hashed_on(letters, code)
                if is_open and at + 1 == _head_end(len(words), of_last):
                    self._enter(stem + letters ^ HEAD, 0, 0)
                continue
            gap += 1
            if code == SOFT_CODE:
                if count > 1:
                    self._enter(stem + letters, 0, GOES_ON)
                stem = _stem(stem + letters, gap)
                letters, gap = 0, 0
                count += 1
        self._enter(stem + letters ^ (OPEN if is_open else 0), number, 0)
        self._most_words = max(self._most_words, count)
        return 0

    cdef int _enter(self, Hash found, unsigned int number, unsigned int flags) except -1:
        cdef Py_ssize_t slot
        if 4 * self._used >= 3 * self._mask:
            self._resize(self._bits + 1)
        slot = <Py_ssize_t>(found * GOLDEN >> (64 - self._bits))
        # Two phrases of one hash are two entries; what only begins phrases may share one, as it is not what is found.
        while self._entries[slot].flags and (
            self._entries[slot].hash != found or (number and self._entries[slot].phrase)
        ):
            slot = (slot + 1) & self._mask
        if not self._entries[slot].flags:
            self._used += 1
        self._entries[slot].hash = found
        self._entries[slot].flags |= flags | IS_USED
        if number:
            self._entries[slot].phrase = number
        return 0

    cdef int _resize(self, int bits) except -1:
        cdef Entry *before = self._entries
        cdef Py_ssize_t size = self._mask + 1 if before is not NULL else 0, at, slot
        cdef Entry *entries
        if bits > MOST_BITS:
            raise OverflowError("too many phrases")
        entries = <Entry *>calloc(<Py_ssize_t>1 << bits, sizeof(Entry))
        if entries is NULL:
            raise MemoryError
        self._entries, self._bits, self._mask = entries, bits, (<Py_ssize_t>1 << bits) - 1
        for at in range(size):
            if before[at].flags:
                slot = <Py_ssize_t>(before[at].hash * GOLDEN >> (64 - bits))
                while entries[slot].flags:
                    slot = (slot + 1) & self._mask
                entries[slot] = before[at]
        free(before)
        return 0

    cdef int _filter_entries(self) except -1:
        """Set a bit for each entry: most of what has none finds its bit unset."""
        cdef Py_ssize_t at
        cdef Hash bit
        self._filter = <unsigned char *>calloc(self._mask + 1, 1)
        if self._filter is NULL:
            raise MemoryError
        for at in range(self._mask + 1):
            if self._entries[at].flags:
                bit = self._entries[at].hash * GOLDEN >> (64 - self._bits - FILTER_BITS)
                self._filter[bit >> 3] |= 1 << (bit & 7)
        return 0

    def find(self, Sheet sheet not None, Hits hits not None):
        """Note every occurrence of every phrase, overlapping ones included; an open one with the rest of its last word.

        The time taken is linear in the length of the text, and in the number of words of the longest phrase.
        """
        cdef Py_ssize_t at
        cdef unsigned int field = 0
        cdef Word *word
        if not self._used:
            return
        for at in range(1, sheet.count + 1):
            while sheet.before[field + 1] < at:
                field += 1
            word = &sheet.words[at]
            if self._may_have(word.hash):
                self._look_up(sheet, word.hash, word.start, field, hits)
            if self._may_have(word.head ^ HEAD) or self._may_have(word.long_head ^ HEAD):
                self._read_open(sheet, 0, word.start, word.start, field, hits)
            self._read_on(sheet, at, field, hits)

    cdef inline bint _may_have(self, Hash found) noexcept:
        cdef Hash bit = found * GOLDEN >> (64 - self._bits - FILTER_BITS)
        return self._filter[bit >> 3] >> (bit & 7) & 1

    cdef inline int _read_on(self, Sheet sheet, Py_ssize_t at, unsigned int field, Hits hits) except -1:
        """Note the phrases of several words that begin with a word."""
        cdef Word *word = &sheet.words[at]
        cdef Word *next = word
        cdef unsigned int start = word.start
        cdef Hash found = word.hash, stem
        # Hostile texts can be written so that the hash comes back again and again.
        for at in range(at + 1, min(sheet.count + 1, at + self._most_words)):
            word, next = next, &sheet.words[at]
            stem = _stem(found, next.start - word.end)
            if self._may_have(stem + sheet.codes[next.start] ^ HEAD):
                self._read_open(sheet, stem, start, next.start, field, hits)
            found = stem + next.hash
            if not (self._may_have(found) and self._look_up(sheet, found, start, field, hits) & GOES_ON):
                break
        return 0

    cdef int _read_open(
        self, Sheet sheet, Hash stem, Py_ssize_t start, Py_ssize_t at, unsigned int field, Hits hits
    ) except -1:
        """Note the open phrases that begin at `start`, and whose last word is what the word at `at` begins with."""
        cdef Hash letters = 0
        while not is_edge(sheet.codes[at]):
            letters = hashed_on(letters, sheet.codes[at])
            at += 1
            if self._may_have(stem + letters ^ OPEN):
                self._look_up(sheet, stem + letters ^ OPEN, start, field, hits)
        return 0

    cdef int _look_up(
        self, Sheet sheet, Hash found, Py_ssize_t start, unsigned int field, Hits hits
    ) except -1:
        """Note the phrases that have a hash and do stand there, and tell whether some go on."""
        cdef Py_ssize_t slot = <Py_ssize_t>(found * GOLDEN >> (64 - self._bits)), end
        cdef int flags = 0
        cdef Phrase phrase
        while self._entries[slot].flags:
            if self._entries[slot].hash == found:
                flags |= self._entries[slot].flags
                if self._entries[slot].phrase:
                    phrase = self._phrases[self._entries[slot].phrase - 1]
                    end = start + phrase.length
                    if end < sheet.length and not memcmp(
                        sheet.codes + start, self._codes + phrase.begin, phrase.length * sizeof(unsigned int)
                    ):
                        while phrase.is_open and not is_edge(sheet.codes[end]):
                            end += 1
                        if is_edge(sheet.codes[end]):
                            hits.note(phrase.term, field, <unsigned int>start, <unsigned int>end)
            slot = (slot + 1) & self._mask
        return flags


cdef inline Hash _stem(Hash found, Py_ssize_t gap) noexcept:
    """Give what the hash of a next word is added to, after so many separators."""
    return hashed_on(hashed_on(found, <unsigned int>gap), 0)


cdef inline Py_ssize_t _head_end(Py_ssize_t length, Py_ssize_t of_last) noexcept:
    """Give where the part of an open phrase ends by which its last word is noticed; after other words a letter is enough."""
    if of_last:
        return of_last + 1
    return LONG_HEAD_LETTERS if length >= LONG_HEAD_LETTERS else HEAD_LETTERS
