# cython: language_level=3, boundscheck=False, wraparound=False
"""Which words of a text may begin a name: hundreds of thousands of names, found by their hashes alone.

Comes in: the columns of the gazetteer's data file, marks of single words, and the `Words` of a text. Goes out: the few words
that are worth reading on from, with what they may be. Called by `text.atlas`, `text.gazetteer` and `text.spotting`, which
decide what is a name: here words are only dismissed, and none that is one.
"""

cimport cython
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from watcher.native.word_marks cimport WordMarks
from watcher.native.words cimport (
    BEGINS_SMALL, BEGINS_UNCASED, Hash, PyUnicode_DATA, PyUnicode_KIND, PyUnicode_READ, Words, finished, hash_on, start_of_hash,
)

cdef enum:
    HASH_BITS = 64
    TRACE_BITS = 24
    BEGINNING_BITS = 32
    FURTHEST_OFF = 64
    # What a word may be, and what is known of it.
    IS_NAME = 1
    IS_BEGINNING = 2
    IS_STRIPPED = 4
    IS_ACRONYM = 8
    IS_OWN = 16
    IS_PEOPLE = 32
    IS_DULL = 64
    IS_INSIDE = 128

NAME, BEGINNING, STRIPPED, ACRONYM = IS_NAME, IS_BEGINNING, IS_STRIPPED, IS_ACRONYM
OWN, PEOPLE, DULL, INSIDE = IS_OWN, IS_PEOPLE, IS_DULL, IS_INSIDE


@cython.final
cdef class NameIndex:
    """The names of a gazetteer.

    Args:
        keys: the hashes of the names, ascending; one for each place that goes by a name.
        flags: of each.
        beginnings: the upper 32 bits of the hashes of what names of several words begin with.
        rows: of the places, one for each key.
        country_of: of each row the number of its country.
    """

    cdef const Hash[::1] _keys
    cdef const unsigned char[::1] _flags
    cdef unsigned char *_traces
    cdef unsigned char *_countries

    def __cinit__(
        self, const Hash[::1] keys, const unsigned char[::1] flags, const unsigned int[::1] beginnings,
        const unsigned int[::1] rows, const unsigned char[::1] country_of,
    ):
        if not len(keys) == len(flags) == len(rows) or len(keys) >> BEGINNING_BITS:
            raise ValueError("a name has one key, one row and one set of flags")
        # Two bits for each beginning of a hash: 4 MB, of which a word's look-up touches one line.
        self._traces = <unsigned char *>calloc((1 << TRACE_BITS) >> 2, 1)
        # Beside the keys, and not as far apart as the rows: half a megabyte.
        self._countries = <unsigned char *>malloc(len(keys) + 1)
        if self._traces is NULL or self._countries is NULL:
            raise MemoryError
        self._keys, self._flags = keys, flags
        cdef Py_ssize_t at
        for at in range(len(keys)):
            self._note(keys[at], IS_NAME)
            if rows[at] >= <size_t>len(country_of):
                raise ValueError("a name is of a place that there is not")
            self._countries[at] = country_of[rows[at]]
        for at in range(len(beginnings)):
            self._note(<Hash>beginnings[at] << BEGINNING_BITS, IS_BEGINNING)

    def __dealloc__(self):
        free(self._traces)
        free(self._countries)

    def find(self, str name not None):
        """Give the first position of a name among the keys; None where it has none."""
        cdef Hash wanted = finished(hash_on(start_of_hash(), name, 0, len(name)))
        cdef Py_ssize_t at = self._position(wanted)
        return at if at < len(self._keys) and self._keys[at] == wanted else None

    def countries(self, str name not None, int without):
        """Give the numbers of the countries in which places of a name lie, each once, leaving out names with certain flags."""
        cdef Hash wanted = finished(hash_on(start_of_hash(), name, 0, len(name)))
        cdef Py_ssize_t at = self._position(wanted)
        cdef unsigned char[256] is_met
        cdef list found = []
        memset(is_met, 0, sizeof(is_met))
        while at < len(self._keys) and self._keys[at] == wanted:
            if not self._flags[at] & without and not is_met[self._countries[at]]:
                is_met[self._countries[at]] = 1
                found.append(self._countries[at])
            at += 1
        return found

    cdef void _note(self, Hash key, int trace) noexcept:
        cdef Hash at = key >> (HASH_BITS - TRACE_BITS)
        self._traces[at >> 2] |= trace << 2 * (at & 3)

    cdef int trace(self, Hash key) noexcept:
        """Tell what a key may be: what this says is no name and no beginning is neither; of the rest one in thirty is neither, too."""
        cdef Hash at = key >> (HASH_BITS - TRACE_BITS)
        return self._traces[at >> 2] >> 2 * (at & 3) & (IS_NAME | IS_BEGINNING)

    cdef bint has(self, Hash key, int without) noexcept:
        """Tell whether a key is a name, leaving out those that have certain flags."""
        cdef Py_ssize_t at = self._position(key)
        while at < len(self._keys) and self._keys[at] == key:
            if not self._flags[at] & without:
                return True
            at += 1
        return False

    cdef Py_ssize_t _position(self, Hash key) noexcept:
        """Give the first position whose key is not lower.

        Hashes are spread evenly: one look at where a key should stand tells within some dozens where it stands.
        """
        cdef Py_ssize_t count = len(self._keys), middle
        cdef Py_ssize_t guess = <Py_ssize_t>((key >> BEGINNING_BITS) * <Hash>count >> BEGINNING_BITS)
        if guess < count:
            guess += (<long long>(key - self._keys[guess]) >> BEGINNING_BITS) * count >> BEGINNING_BITS
        cdef Py_ssize_t low = min(max(0, guess - FURTHEST_OFF), count), high = max(0, min(count, guess + FURTHEST_OFF))
        if low and self._keys[low - 1] >= key:
            low = 0
        if high < count and self._keys[high] < key:
            high = count
        while low < high:
            middle = (low + high) // 2
            if self._keys[middle] < key:
                low = middle + 1
            else:
                high = middle
        return low


@cython.final
cdef class NameTracer:
    """Finds the words of a text that something may begin with.

    Args:
        index: the names.
        marks: of words that are names (`NAME`, `BEGINNING`) or are none alone (`DULL`) by decree, of those
            that may be small inside a name (`INSIDE`), and of the first word and the first two words of names in which all may
            (`OWN`).
        peoples: of those that also are with a small letter (`PEOPLE`).
        proclitics: letters that may be written onto a name's front, and `article`, which may be behind two of them.
    """

    cdef NameIndex _index
    cdef WordMarks _marks
    cdef WordMarks _peoples
    cdef str _proclitics
    cdef str _article

    def __cinit__(self, NameIndex index not None, WordMarks marks not None, WordMarks peoples not None, *,
                  str proclitics not None, str article not None):
        self._index, self._marks, self._peoples = index, marks, peoples
        self._proclitics, self._article = proclitics, article

    def trace(self, str key not None):
        """Tell what a key may be: `NAME`, `BEGINNING`, both or 0. What this says is neither is so."""
        return self._trace(finished(hash_on(start_of_hash(), key, 0, len(key))))

    def survey(self, Words words not None, *, int without, bint with_peoples, Py_ssize_t most):
        """Give the words that something may begin with, and what.

        Args:
            words: of a text.
            without: flags of names that do not count for single words.
            with_peoples: whether those count that have a small letter.
            most: so many words are read.

        Returns:
            Indices of words, ascending, with `NAME` (surely one alone), and what may be: `BEGINNING` (of a longer one),
            `STRIPPED` (one behind proclitics), `ACRONYM`, `OWN` and `PEOPLE`.
        """
        cdef const unsigned char *cases = words.cases
        cdef const unsigned char *acronymic = words.acronymic
        cdef Py_ssize_t at
        cdef Hash key
        cdef int mark, trace
        cdef list found = []
        for at in range(min(words.count(), most)):
            key = finished(words._states.data.as_ulonglongs[at])
            mark, trace = self._marks.of(key), 0
            if mark & IS_OWN:
                trace = self._pair(words, at) & IS_OWN
            if cases[at] == BEGINS_SMALL:
                if with_peoples and self._peoples.of(key):
                    trace |= IS_PEOPLE
            else:
                trace |= self._alone(key, mark, without)
                if trace & IS_BEGINNING and not (self._may_go_on(words, at) and self._pair(words, at)):
                    trace &= ~IS_BEGINNING
                if acronymic[at] and self._may_be_acronym(words, at):
                    trace |= IS_ACRONYM
                if cases[at] == BEGINS_UNCASED and self._may_be_stripped(words, at):
                    trace |= IS_STRIPPED
            if trace:
                found.append((at, trace))
        return found

    cdef int _trace(self, Hash key) noexcept:
        return self._index.trace(key) | self._marks.of(key) & (IS_NAME | IS_BEGINNING)

    cdef int _alone(self, Hash key, int mark, int without) noexcept:
        """Give the trace of a word by itself: a name only where it surely is one."""
        cdef int trace = self._index.trace(key) | mark & (IS_NAME | IS_BEGINNING)
        if trace & IS_NAME and (mark & IS_DULL or not (mark & IS_NAME or self._index.has(key, without))):
            trace &= ~IS_NAME
        return trace

    cdef bint _may_go_on(self, Words words, Py_ssize_t at) except -1:
        """Tell whether the next word has a capital, no case, or may be small inside a name."""
        cdef const unsigned char *cases = words.cases
        if at + 1 >= words.count():
            return False
        if cases[at + 1] != BEGINS_SMALL:
            return True
        return self._marks.of(finished(words._states.data.as_ulonglongs[at + 1])) & IS_INSIDE

    cdef int _pair(self, Words words, Py_ssize_t at) except -1:
        """Give what a word may be with the next: its trace and its marks."""
        if at + 1 >= words.count():
            return 0
        cdef Hash state = hash_on(words._states.data.as_ulonglongs[at], " ", 0, 1)
        state = hash_on(state, words.text, words.starts.data.as_uints[at + 1], words.ends.data.as_uints[at + 1])
        return self._index.trace(finished(state)) | self._marks.of(finished(state))

    cdef bint _may_be_acronym(self, Words words, Py_ssize_t at) except -1:
        """Tell whether a word, as written, may be a name: by itself, with a point, with more behind it, or behind a comma."""
        cdef Py_ssize_t start = words.starts.data.as_uints[at], end = words.ends.data.as_uints[at]
        cdef Py_ssize_t first = words.origin(start), behind = words.origin(end - 1) + 1
        cdef str text = words.text, source = words._source
        if behind != (words.origin(end) if end < len(text) else len(source)):
            return True  # what is not in the folded text may be an accent of the last letter
        cdef Hash state = hash_on(start_of_hash(), source, first, behind)
        if self._trace(finished(state)) & IS_NAME:
            return True
        if end < len(text) and text[end] == c".":
            if end + 1 < len(text) and c"a" <= text[end + 1] <= c"z":
                return True
            if self._trace(finished(hash_on(state, ".", 0, 1))) & IS_NAME:
                return True
        if end - start != 2 or start < 2 or text[start - 2] != c"," or text[start - 1] != c" ":
            return False
        state = hash_on(hash_on(start_of_hash(), ", ", 0, 2), source, first, behind)
        return self._trace(finished(state)) & IS_NAME

    cdef bint _may_be_stripped(self, Words words, Py_ssize_t at) noexcept:
        """Tell whether one or two letters off a word's front, or an article in place of two or three, give a trace."""
        cdef Py_ssize_t start = words.starts.data.as_uints[at], end = words.ends.data.as_uints[at]
        cdef Py_ssize_t off
        cdef Hash article
        if words.text[start] not in self._proclitics:
            return False
        article = hash_on(start_of_hash(), self._article, 0, len(self._article))
        for off in range(1, 4):
            if start + off >= end:
                return False
            if off < 3 and self._trace(finished(hash_on(start_of_hash(), words.text, start + off, end))):
                return True
            if off > 1 and self._trace(finished(hash_on(article, words.text, start + off, end))):
                return True
        return False
