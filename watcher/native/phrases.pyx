# cython: language_level=3, boundscheck=False, wraparound=False
"""Finding phrases of whole words in a sheet.

Comes in: the phrases of a rule set; then the sheet of one item. Goes out: where they stand, noted in `Hits`. Called by
`match.scan`.

A phrase is found by the hash of its words: of one, of two, and of more as long as some phrase goes on. Most words and pairs
are dismissed by a filter. An item meets memory that other work has pushed out of the processor's caches, so that what is
waited for is all that counts: the filter keeps in one line of a cache whatever begins with one word, and the rest is one
look into one table.
"""

from libc.stdlib cimport calloc, free

from watcher.native.hits cimport Hits
from watcher.native.sheet cimport (
    HARD_CODE,
    HEAD_LETTERS,
    LONG_HEAD_LETTERS,
    SOFT_CODE,
    Hash,
    PyUnicode_DATA,
    PyUnicode_KIND,
    PyUnicode_READ,
    Sheet,
    Word,
    hashed_on,
)

cdef enum:
    LEAST_BITS = 4
    MOST_BITS = 30
    # The filters have 2 ** 4 bits for each phrase; a line of a cache is 2 ** 9 bits.
    BITS_EACH = 4
    LINE_BITS = 9
    # Of an entry: whether some phrase has these words and more.
    IS_USED = 1
    GOES_ON = 2

# What tells the hashes of open phrases, and of the initials of their last words, from those of the same letters.
cdef Hash OPEN = 0xD6E8FEB86659FD93
cdef Hash INITIAL = 0xA0761D6478BD642F

cdef struct Entry:
    Hash hash
    # One more than the number of the phrase's term; 0 for words with which phrases only begin.
    unsigned int term
    unsigned int flags

cdef struct Field:
    unsigned int number
    int kind
    void *data
    # One more than the number of its last word.
    Py_ssize_t end


cdef class Phrases:
    """Finds phrases. Immutable once it is made.

    A phrase is found by its hash of 64 bits alone: that some word or pair of an item meets one of 25,000 phrases by chance
    happens in one of 10**12 items. Who could craft words that do might as well write the phrase.

    Args:
        phrases: for each the number of its term, its words as sheets have them, without the first space, and whether it is
            open: then its last word may go on.

    Raises:
        ValueError: an open phrase is one word of fewer than three letters.
    """

    cdef Entry *_entries
    cdef Py_ssize_t _mask
    cdef Py_ssize_t _used
    cdef int _bits
    cdef Py_ssize_t _most_words
    # The filters: of all that begins with a word, in the line of that word; of the heads of open phrases of one word.
    cdef unsigned char *_lines
    cdef int _line_bits
    cdef unsigned char *_heads
    cdef int _head_bits

    def __cinit__(self, phrases):
        cdef list known = list(phrases)
        cdef unsigned int term
        cdef str words
        cdef bint is_open
        if len(known) >= 1 << MOST_BITS:
            raise OverflowError("too many phrases")
        self._line_bits = max(1, len(known).bit_length() + BITS_EACH - LINE_BITS)
        self._head_bits = sum([is_open for _, _, is_open in known]).bit_length() + BITS_EACH
        self._lines = <unsigned char *>calloc(<Py_ssize_t>1 << self._line_bits, 1 << LINE_BITS - 3)
        self._heads = <unsigned char *>calloc(<Py_ssize_t>1 << self._head_bits - 3, 1)
        if self._lines is NULL or self._heads is NULL:
            raise MemoryError
        self._resize(LEAST_BITS)
        for term, words, is_open in known:
            if is_open and " " not in words and len(words) < HEAD_LETTERS:
                raise ValueError(f"'{words}' may begin too many words")
            self._file(term, words, is_open)

    def __dealloc__(self):
        free(self._entries)
        free(self._lines)
        free(self._heads)

    cdef int _file(self, unsigned int term, str words, bint is_open) except -1:
        """Enter a phrase, what it begins with of two words or more, and by what its last word is noticed if that is open."""
        cdef Py_ssize_t at, noticed = _noticed_by(words) if is_open else 0, count = 1
        cdef Hash first = 0, stem = 0, letters = 0, head = 0
        cdef unsigned int code, gap = 1
        for at in range(len(words)):
            code = <unsigned int>ord(words[at])
            if code == HARD_CODE:
                gap += 1
            elif code == SOFT_CODE:
                if count == 1:
                    first = letters
                else:
                    self._enter(self._line(first), stem + letters, 0, GOES_ON)
                stem = _stem(stem + letters, gap)
                letters, gap, count = 0, 1, count + 1
            else:
                letters = hashed_on(letters, code)
                if at + 1 == HEAD_LETTERS:
                    head = <unsigned int>letters
                if at + 1 == noticed and count > 1:
                    _set(self._line(first), _bit_of(stem + letters ^ INITIAL))
                elif at + 1 == noticed:
                    _set(self._heads, _head_of(<unsigned int>letters, self._head_bits))
        if count == 1:
            # An open word may be met in many words: what they have in common is their head.
            first = head if is_open else letters
        self._enter(self._line(first), stem + letters ^ (OPEN if is_open else 0), term + 1, 0)
        self._most_words = max(self._most_words, count)
        return 0

    cdef int _enter(self, unsigned char *line, Hash found, unsigned int term, unsigned int flags) except -1:
        cdef Py_ssize_t slot
        _set(line, _bit_of(found))
        if 4 * self._used >= 3 * self._mask:
            self._resize(self._bits + 1)
        slot = _slot_of(found, self._bits)
        # Two phrases of one hash, one of them a pattern's, are two entries; what only begins phrases may share one.
        while self._entries[slot].flags and (self._entries[slot].hash != found or (term and self._entries[slot].term)):
            slot = (slot + 1) & self._mask
        if not self._entries[slot].flags:
            self._used += 1
        self._entries[slot].hash = found
        self._entries[slot].flags |= flags | IS_USED
        if term:
            self._entries[slot].term = term
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
                slot = _slot_of(before[at].hash, bits)
                while entries[slot].flags:
                    slot = (slot + 1) & self._mask
                entries[slot] = before[at]
        free(before)
        return 0

    cdef inline unsigned char *_line(self, Hash word) noexcept:
        return self._lines + ((word * <Hash>0x9E3779B97F4A7C15 >> 64 - self._line_bits) << LINE_BITS - 3)

    def find(self, Sheet sheet not None, Hits hits not None):
        """Note every occurrence of every phrase, overlapping ones included; an open one with the rest of its last word.

        The time taken is linear in the length of the fields, and in the number of words of the longest phrase.
        """
        cdef Py_ssize_t number, at
        cdef Field field
        cdef Word *word
        cdef object text
        if not self._used:
            return
        for number in range(len(sheet.fields)):
            text = sheet.fields[number]
            field = Field(<unsigned int>number, PyUnicode_KIND(text), PyUnicode_DATA(text), sheet.before[number + 1] + 1)
            for at in range(sheet.before[number] + 1, field.end):
                word = &sheet.words[at]
                if _is_set(self._line(word.hash), _bit_of(word.hash)):
                    self._look_up(word.hash, &field, word.start, word.end, hits)
                if _is_set(self._heads, _head_of(word.head, self._head_bits)) or _is_set(
                    self._heads, _head_of(word.long_head, self._head_bits)
                ):
                    self._read_open(self._line(word.head), 0, &field, word.start, word, hits)
                self._read_on(sheet.words, at, &field, hits)

    cdef inline int _read_on(self, Word *words, Py_ssize_t at, Field *field, Hits hits) except -1:
        """Note the phrases of several words that begin with a word."""
        cdef Word *first = &words[at]
        cdef Word *word
        cdef unsigned char *line = self._line(first.hash)
        cdef Hash found = first.hash, stem
        cdef unsigned int initial
        # Hostile texts could be written so that the same hash comes back again and again.
        for at in range(at + 1, min(field.end, at + self._most_words)):
            word = &words[at]
            stem = _stem(found, word.gap)
            initial = PyUnicode_READ(field.kind, field.data, word.start)
            if _is_set(line, _bit_of(stem + initial ^ INITIAL)):
                self._read_open(line, stem, field, first.start, word, hits)
            found = stem + word.hash
            if not _is_set(line, _bit_of(found)):
                break
            if not self._look_up(found, field, first.start, word.end, hits) & GOES_ON:
                break
        return 0

    cdef int _read_open(
        self, const unsigned char *line, Hash stem, Field *field, unsigned int start, Word *last, Hits hits
    ) except -1:
        """Note the open phrases of which the last word is what a word begins with."""
        cdef Hash letters = 0
        cdef Py_ssize_t at
        for at in range(last.start, last.end):
            letters = hashed_on(letters, PyUnicode_READ(field.kind, field.data, at))
            if _is_set(line, _bit_of(stem + letters ^ OPEN)):
                self._look_up(stem + letters ^ OPEN, field, start, last.end, hits)
        return 0

    cdef int _look_up(self, Hash found, Field *field, unsigned int start, unsigned int end, Hits hits) except -1:
        """Note the phrases of a hash, and tell whether some go on."""
        cdef Py_ssize_t slot = _slot_of(found, self._bits)
        cdef int flags = 0
        while self._entries[slot].flags:
            if self._entries[slot].hash == found:
                flags |= self._entries[slot].flags
                if self._entries[slot].term:
                    hits.note(self._entries[slot].term - 1, field.number, start, end)
            slot = (slot + 1) & self._mask
        return flags


cdef Py_ssize_t _noticed_by(str words):
    """Give where that part of an open phrase ends by which it is noticed: after other words, one letter is enough."""
    cdef Py_ssize_t of_last = words.rfind(" ") + 1
    if of_last:
        return of_last + 1
    return LONG_HEAD_LETTERS if len(words) >= LONG_HEAD_LETTERS else HEAD_LETTERS


cdef inline Hash _stem(Hash found, unsigned int gap) noexcept:
    """Give what the hash of a next word is added to, after words of a hash and so many separators.

    Stirred by the last step of MurmurHash3, as polynomials that are added up would meet.
    """
    found = hashed_on(found, gap)
    found = (found ^ found >> 33) * <Hash>0xFF51AFD7ED558CCD
    found = (found ^ found >> 33) * <Hash>0xC4CEB9FE1A85EC53
    return found ^ found >> 33


cdef inline Py_ssize_t _slot_of(Hash found, int bits) noexcept:
    """Spread hashes over a table (Knuth, The Art of Computer Programming, 6.4)."""
    return <Py_ssize_t>(found * <Hash>0x9E3779B97F4A7C15 >> 64 - bits)


cdef inline unsigned int _bit_of(Hash found) noexcept:
    """Give a bit of a line, by other bits of the hash than those that give the line."""
    return <unsigned int>(found * <Hash>0xC2B2AE3D27D4EB4F >> 64 - LINE_BITS)


cdef inline unsigned int _head_of(unsigned int head, int bits) noexcept:
    return head * <unsigned int>0x9E3779B1 >> 32 - bits


cdef inline void _set(unsigned char *bits, unsigned int at) noexcept:
    bits[at >> 3] |= 1 << (at & 7)


cdef inline bint _is_set(const unsigned char *bits, unsigned int at) noexcept:
    return bits[at >> 3] >> (at & 7) & 1
