# cython: language_level=3, boundscheck=False, wraparound=False
"""The fields of an item laid out as one text in which terms are searched, and the way back.

Comes in: folded fields, and once what separates words. Goes out: a `Sheet`. Called by `match.script` for every term of a
rule, and by `match.scan` for every item, so that both are cut the same way.
"""

from libc.stdlib cimport calloc, free, malloc

cdef extern from "Python.h":
    object PyUnicode_FromKindAndData(int kind, const void *buffer, Py_ssize_t size)
    int PyUnicode_4BYTE_KIND
    int PyUnicode_KIND(object text)
    void *PyUnicode_DATA(object text)
    unsigned int PyUnicode_READ(int kind, void *data, Py_ssize_t index)

cdef enum:
    CODE_POINTS = 0x110000
    MOST_CODES = 0x3FFFFFFF
    # What a code point is; found out when it is first met. Those that are odd are written down.
    UNSEEN = 0
    OF_WORD = 1
    SOFT = 2
    HARD = 3


cdef class Separators:
    """What separates words, found out once for each character.

    Args:
        is_of_word: tells whether a character is part of a word.
        soft: the characters that may stand between the words of one phrase; all others end a phrase.
    """

    cdef unsigned char *_kinds
    cdef object _is_of_word
    cdef str _soft

    def __cinit__(self, is_of_word, str soft not None):
        # Memory that is not touched takes none: most of the megabyte is never read.
        self._kinds = <unsigned char *>calloc(CODE_POINTS, 1)
        if self._kinds is NULL:
            raise MemoryError
        self._is_of_word = is_of_word
        self._soft = soft

    def __dealloc__(self):
        free(self._kinds)

    cdef unsigned char _find(self, unsigned int code) except 0:
        cdef str char = chr(code)
        self._kinds[code] = OF_WORD if self._is_of_word(char) else SOFT if char in self._soft else HARD
        return self._kinds[code]

    def lay_out(self, fields):
        """Lay texts out one behind the other; linear in their length.

        Args:
            fields: folded texts.

        Returns:
            A sheet in whose text one space stands before every word and one at the end, so that words have plain edges. A
            line break before that space stands for each character that ends a phrase, and NUL, like a word of its own,
            between two fields, so that nothing is found across them.
        """
        cdef list texts = list(fields)
        cdef Sheet sheet = _blank(texts)
        cdef Py_ssize_t field
        cdef str text
        for field in range(len(texts)):
            if field:
                sheet.codes[sheet.length] = SOFT_CODE
                sheet.codes[sheet.length + 1] = MARK_CODE
                sheet.length += 2
            text = texts[field]
            self._add(sheet, text)
            sheet.before[field + 1] = <unsigned int>sheet.count
        sheet.codes[sheet.length] = SOFT_CODE
        sheet.length += 1
        return sheet

    cdef int _add(self, Sheet sheet, str text) except -1:
        cdef int kind_of_text = PyUnicode_KIND(text)
        cdef void *data = PyUnicode_DATA(text)
        cdef unsigned int *codes = sheet.codes
        cdef Word *words = sheet.words
        cdef Py_ssize_t length = sheet.length, word = sheet.count, at, letters = 0, begins, was_of_word, is_of_word = 0, here
        cdef unsigned char kind
        cdef unsigned int code, seen = sheet.seen
        cdef Hash found = 0
        # No branch but that for new characters: a processor cannot foresee where words end, and would lose more time by
        # wrong guesses than all else takes. What does not apply is written where nobody reads it, or something else follows.
        for at in range(len(text)):
            code = PyUnicode_READ(kind_of_text, data, at)
            kind = self._kinds[code]
            if kind == UNSEEN:
                kind = self._find(code)
            was_of_word, is_of_word = is_of_word, kind == OF_WORD
            begins = is_of_word & ~was_of_word
            codes[length] = SOFT_CODE
            length += begins
            word += begins
            words[word & -begins].start = <unsigned int>length
            words[word & -begins].origin = <unsigned int>at
            codes[length] = (code & <unsigned int>-is_of_word) | (HARD_CODE & <unsigned int>~-is_of_word)
            seen |= codes[length]
            length += kind & 1
            here = word & -is_of_word
            found = hashed_on(found, code) & <Hash>-is_of_word
            words[here].hash = found
            words[here].end = <unsigned int>length
            words[here & -(letters < HEAD_LETTERS)].head = found
            words[here & -(letters < LONG_HEAD_LETTERS)].long_head = found
            letters = (letters + 1) & -is_of_word
        sheet.length, sheet.count, sheet.seen = length, word, seen
        return 0


cdef class Sheet:
    """Fields laid out by `Separators.lay_out`. Offsets are in `text` unless said otherwise."""

    def __dealloc__(self):
        free(self.codes)
        free(self.words)
        free(self.before)

    @property
    def text(self):
        """What terms are searched in; made when first asked for."""
        if self._text is None:
            self._text = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, self.codes, self.length)
        return self._text

    @property
    def is_ascii(self):
        """Whether `text` is."""
        return self.seen < 0x80

    def field_at(self, Py_ssize_t at):
        """Give the number of the field that a character of a word belongs to.

        Raises:
            IndexError: there is no word at or before it.
        """
        cdef Py_ssize_t word = self.word_at(at), field = 0
        while self.before[field + 1] < word:
            field += 1
        return field

    def original(self, Py_ssize_t start, Py_ssize_t end):
        """Give the stretch of its folded field that a stretch from inside a word to inside a word stands for.

        Raises:
            IndexError: there is no word at or before one of its ends.
        """
        cdef Word *first = &self.words[self.word_at(start)]
        cdef Word *last = &self.words[self.word_at(end - 1)]
        return first.origin + start - first.start, last.origin + end - last.start

    def words_of(self, Py_ssize_t field):
        """Give where the words of a field are, start and end in the field itself.

        Raises:
            IndexError: there is no such field.
        """
        if not 0 <= field < self.fields:
            raise IndexError(field)
        cdef list found = []
        cdef Py_ssize_t at
        cdef Word *word
        for at in range(self.before[field] + 1, self.before[field + 1] + 1):
            word = &self.words[at]
            found.append((word.origin, word.origin + word.end - word.start))
        return found

    cdef Py_ssize_t word_at(self, Py_ssize_t at) except 0:
        """Give the last word that begins at or before an offset."""
        cdef Py_ssize_t low = 1, high = self.count + 1, middle
        if not 0 <= at < self.length or not self.count or at < self.words[1].start:
            raise IndexError(at)
        while high - low > 1:
            middle = (low + high) // 2
            if self.words[middle].start <= at:
                low = middle
            else:
                high = middle
        return low


cdef Sheet _blank(list texts):
    """Make a sheet with room for some texts."""
    cdef Py_ssize_t most = 0, fields = len(texts)
    cdef str text
    for text in texts:
        most += len(text)
    if most + fields > MOST_CODES:
        raise OverflowError("too long to be laid out")
    cdef Sheet sheet = Sheet.__new__(Sheet)
    sheet.fields = fields
    # A character becomes two where it begins a word; a mark is two, and so are the end and what is written but not read.
    sheet.codes = <unsigned int *>malloc((2 * (most + fields) + 2) * sizeof(unsigned int))
    # Between two words of a field something separates them, and there is one that is none.
    sheet.words = <Word *>malloc(((most + fields) // 2 + 1) * sizeof(Word))
    sheet.before = <unsigned int *>calloc(fields + 1, sizeof(unsigned int))
    if sheet.codes is NULL or sheet.words is NULL or sheet.before is NULL:
        raise MemoryError
    return sheet
