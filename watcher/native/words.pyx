# cython: language_level=3, boundscheck=False, wraparound=False
"""A folded text cut into words: where they stand, how they begin, and their hashes.

Comes in: a folded text with the way back to its source. Goes out: `Words`. Called by `text.page` for every field that may
name a place; `names` reads on in what comes out.
"""

cimport cython
from cpython.array cimport array, clone, resize
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdlib cimport calloc, free

from array import array as _array

cdef enum:
    CODE_POINTS = 0x110000
    # What a table says of a character: its kind in the lower bits, in the upper ones how a word begins with it.
    UNSEEN = 0
    BETWEEN_WORDS = 1
    IN_WORD = 2
    WORD_ALONE = 3
    KIND_BITS = 2
    KIND = 3
    LONGEST_ACRONYM = 5

BETWEEN, INSIDE, ALONE = BETWEEN_WORDS, IN_WORD, WORD_ALONE
SMALL, CAPITAL, UNCASED = BEGINS_SMALL, BEGINS_WITH_CAPITAL, BEGINS_UNCASED

cdef array _UNSIGNED = _array("I")
cdef array _HASHES = _array("Q")


@cython.final
cdef class Words:
    """The words of a text; made by a `Cutter` alone, and not to be changed."""

    def __len__(self):
        return self.count()

    cdef Py_ssize_t count(self) except -1:
        """Give how many there are, once it is sure that all arrays have as many."""
        if self.cases is None:
            raise ValueError("words are made by a Cutter")
        cdef Py_ssize_t count = len(self.starts)
        if not (len(self.ends) == len(self._states) == len(self.cases) == len(self.acronymic) == count):
            raise ValueError("the words of a text were changed")
        return count

    cdef Py_ssize_t origin(self, Py_ssize_t at) except -1:
        """Give where in the source a character of the text comes from."""
        cdef Py_ssize_t origin = at
        if self._origins is not None:
            origin = self._origins.data.as_uints[at]
        if origin >= len(self._source):
            raise ValueError("a text does not come from this source")
        return origin


@cython.final
cdef class Cutter:
    """Cuts texts into words; what characters are is found out once for each.

    Args:
        kind_of: whether a folded character is `BETWEEN` words, `INSIDE` one or one `ALONE`.
        case_of: how a word begins with a character of the source: `SMALL`, with a `CAPITAL`, or `UNCASED`.
    """

    cdef unsigned char *_table
    cdef object _kind_of
    cdef object _case_of

    def __cinit__(self, kind_of, case_of):
        # Memory that is not touched takes none: most of the megabyte is never read.
        self._table = <unsigned char *>calloc(CODE_POINTS, 1)
        if self._table is NULL:
            raise MemoryError
        self._kind_of, self._case_of = kind_of, case_of

    def __dealloc__(self):
        free(self._table)

    cdef unsigned char _seen(self, Py_UCS4 code) except UNSEEN:
        cdef unsigned char found = self._kind_of(chr(code)) | self._case_of(chr(code)) << KIND_BITS
        self._table[code] = found
        return found

    cdef inline int _case(self, Py_UCS4 code) except -1:
        return (self._table[code] or self._seen(code)) >> KIND_BITS

    def cut(self, str text not None, str source not None, array origins=None):
        """Cut a folded text; the time taken is linear in its length.

        Args:
            text: folded.
            source: what it was made from: words are told from it to begin small, with a capital or with neither.
            origins: for each character of `text` its offset in `source`, as unsigned integers; None where these are equal.
        """
        if origins is not None and (origins.typecode != "I" or len(origins) != len(text)):
            raise ValueError("a text needs an origin for each of its characters")
        cdef Words words = Words.__new__(Words)
        # Room for as many words as there are characters: what is not written to takes no memory, and is given back.
        cdef Py_ssize_t room = len(text)
        words.text, words._source, words._origins = text, source, origins
        words.starts, words.ends = clone(_UNSIGNED, room, zero=False), clone(_UNSIGNED, room, zero=False)
        words._states = clone(_HASHES, room, zero=False)
        cdef Py_ssize_t count = self._mark_out(words)
        resize(words.starts, count)
        resize(words.ends, count)
        resize(words._states, count)
        self._look_at(words, count)
        return words

    cdef inline int _kind(self, Py_UCS4 code) except -1:
        return (self._table[code] or self._seen(code)) & KIND

    cdef Py_ssize_t _mark_out(self, Words words) except -1:
        """Note where words begin and end, and their hashes; give how many there are."""
        cdef int width = PyUnicode_KIND(words.text), kind
        cdef void *characters = PyUnicode_DATA(words.text)
        cdef unsigned int *starts = words.starts.data.as_uints
        cdef unsigned int *ends = words.ends.data.as_uints
        cdef Hash *states = words._states.data.as_ulonglongs
        cdef Py_ssize_t at = 0, word = 0, length = len(words.text)
        cdef Py_UCS4 code
        cdef Hash state
        while at < length:
            code = PyUnicode_READ(width, characters, at)
            kind = self._kind(code)
            at += 1
            if kind == BETWEEN_WORDS:
                continue
            starts[word] = <unsigned int>(at - 1)
            state = hashed(start_of_hash(), code)
            while kind == IN_WORD and at < length:
                code = PyUnicode_READ(width, characters, at)
                if self._kind(code) != IN_WORD:
                    break
                state = hashed(state, code)
                at += 1
            states[word] = state
            ends[word] = <unsigned int>at
            word += 1
        return word

    cdef int _look_at(self, Words words, Py_ssize_t count) except -1:
        """Note how words begin, and which may be acronyms."""
        cdef int width = PyUnicode_KIND(words._source), text_width = PyUnicode_KIND(words.text)
        cdef void *source = PyUnicode_DATA(words._source)
        cdef void *text = PyUnicode_DATA(words.text)
        cdef unsigned int *starts = words.starts.data.as_uints
        cdef unsigned int *ends = words.ends.data.as_uints
        cdef bytes cases = PyBytes_FromStringAndSize(NULL, count), acronymic = PyBytes_FromStringAndSize(NULL, count)
        cdef unsigned char *case_of = cases
        cdef unsigned char *is_acronymic = acronymic
        cdef Py_ssize_t at, origin
        for at in range(count):
            origin = words.origin(starts[at])
            case_of[at] = self._case(PyUnicode_READ(width, source, origin))
            words.small += case_of[at] == BEGINS_SMALL
            words.capitals += case_of[at] == BEGINS_WITH_CAPITAL
            is_acronymic[at] = False
            if case_of[at] == BEGINS_WITH_CAPITAL and ends[at] - starts[at] <= LONGEST_ACRONYM:
                is_acronymic[at] = (
                    origin + 1 >= len(words._source)
                    or self._case(PyUnicode_READ(width, source, origin + 1)) != BEGINS_SMALL
                    or (ends[at] < len(words.text) and PyUnicode_READ(text_width, text, ends[at]) == c".")
                )
        words.cases, words.acronymic = cases, acronymic
        return 0


def hash_of(str text not None):
    """Hash a text to 64 bits, the same on every machine: FNV-1a of its UTF-8 octets (Fowler, Noll and Vo; RFC 9923),
    whose bits the last step of MurmurHash3 (Appleby) then spreads evenly."""
    return finished(hash_on(start_of_hash(), text, 0, len(text)))


cdef Hash start_of_hash() noexcept:
    return 0xCBF29CE484222325


cdef Hash hash_on(Hash state, str text, Py_ssize_t start, Py_ssize_t end) noexcept:
    """Hash on with a stretch of a text, which is the caller's to bound; FNV needs no end, so that phrases grow word by word."""
    cdef int width = PyUnicode_KIND(text)
    cdef void *characters = PyUnicode_DATA(text)
    cdef Py_ssize_t at
    for at in range(start, end):
        state = hashed(state, PyUnicode_READ(width, characters, at))
    return state


cdef inline Hash hashed(Hash state, Hash code) noexcept:
    """Hash on with one character: with its octets in UTF-8, lone surrogates like their neighbours."""
    if code >= 0x80:
        if code >= 0x800:
            if code >= 0x10000:
                state = hashed_octet(state, 0xF0 | code >> 18)
                state = hashed_octet(state, 0x80 | (code >> 12 & 0x3F))
            else:
                state = hashed_octet(state, 0xE0 | code >> 12)
            state = hashed_octet(state, 0x80 | (code >> 6 & 0x3F))
        else:
            state = hashed_octet(state, 0xC0 | code >> 6)
        code = 0x80 | (code & 0x3F)
    return hashed_octet(state, code)


cdef inline Hash hashed_octet(Hash state, Hash octet) noexcept:
    return (state ^ octet) * <Hash>0x100000001B3


cdef Hash finished(Hash state) noexcept:
    state ^= state >> 33
    state *= <Hash>0xFF51AFD7ED558CCD
    state ^= state >> 33
    state *= <Hash>0xC4CEB9FE1A85EC53
    return state ^ state >> 33
