# cython: language_level=3, boundscheck=False, wraparound=False
"""The fields of an item laid out as one text in which terms are searched, and the way back.

Comes in: folded fields, and once what separates words. Goes out: a `Sheet`. Called by `match.script` for every term of a
rule, and by `match.scan` for every item, so that both are cut the same way.
"""

from libc.stdlib cimport calloc, free, malloc

cdef extern from "Python.h":
    object PyUnicode_FromKindAndData(int kind, const void *buffer, Py_ssize_t size)
    int PyUnicode_4BYTE_KIND

cdef enum:
    CODE_POINTS = 0x110000
    MOST_CODES = 0x3FFFFFFF
    # What a code point is; found out when it is first met.
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
        cdef Sheet sheet = _blank(list(fields))
        cdef Py_ssize_t field
        sheet.separators = self
        for field in range(len(sheet.fields)):
            self._add(sheet, sheet.fields[field])
            sheet.before[field + 1] = <unsigned int>sheet.count
        return sheet

    cdef int _add(self, Sheet sheet, str text) except -1:
        cdef int kind_of_text = PyUnicode_KIND(text)
        cdef void *data = PyUnicode_DATA(text)
        cdef Word *words = sheet.words
        cdef Py_ssize_t word = sheet.count, here, at, letters = 0, begins, was_of_word, is_of_word = 0, gap = 1
        cdef unsigned char kind
        cdef unsigned int code, seen = sheet.seen
        cdef Hash found = 0
        # No branch but that for new characters: a processor cannot foresee where words end, and would lose more time by
        # wrong guesses than all else takes. What does not apply is written to the word at 0, which nobody reads.
        for at in range(len(text)):
            code = PyUnicode_READ(kind_of_text, data, at)
            kind = self._kinds[code]
            if kind == UNSEEN:
                kind = self._find(code)
            was_of_word, is_of_word = is_of_word, kind == OF_WORD
            begins = is_of_word & ~was_of_word
            word += begins
            words[word & -begins].start = <unsigned int>at
            words[word & -begins].gap = <unsigned int>gap
            gap = ((gap + (kind == HARD)) & (begins - 1)) | begins
            here = word & -is_of_word
            found = hashed_on(found, code) & <Hash>-is_of_word
            words[here].hash = found
            words[here].end = <unsigned int>(at + 1)
            words[here & -(letters < HEAD_LETTERS)].head = <unsigned int>found
            words[here & -(letters < LONG_HEAD_LETTERS)].long_head = <unsigned int>found
            letters = (letters + 1) & -is_of_word
            seen |= code & <unsigned int>-is_of_word
        sheet.count, sheet.seen = word, seen
        return 0

    cdef int spell(self, Sheet sheet) except -1:
        """Write a sheet's text, and note where its words begin in it."""
        cdef Py_ssize_t most = 1, length = 0, word = 0, field, at
        cdef unsigned int *codes
        cdef unsigned char kind, last
        cdef str text
        for text in sheet.fields:
            most += 2 * len(text) + 2
        codes = <unsigned int *>malloc(most * sizeof(unsigned int))
        if sheet.starts is NULL:
            sheet.starts = <unsigned int *>malloc((sheet.count + 1) * sizeof(unsigned int))
        try:
            if codes is NULL or sheet.starts is NULL:
                raise MemoryError
            for field in range(len(sheet.fields)):
                if field:
                    codes[length], codes[length + 1] = SOFT_CODE, MARK_CODE
                    length += 2
                text, last = sheet.fields[field], SOFT
                for at in range(len(text)):
                    kind = self._kinds[<Py_ssize_t>ord(text[at])]
                    if kind == OF_WORD and last != OF_WORD:
                        codes[length] = SOFT_CODE
                        length, word = length + 1, word + 1
                        sheet.starts[word] = <unsigned int>length
                    if kind != SOFT:
                        codes[length] = <unsigned int>ord(text[at]) if kind == OF_WORD else HARD_CODE
                        length += 1
                    last = kind
            codes[length] = SOFT_CODE
            sheet.spelled = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, codes, length + 1)
        finally:
            free(codes)
        return 0


cdef class Sheet:
    """Fields laid out by `Separators.lay_out`, as words; as a text for those who ask for one."""

    def __dealloc__(self):
        free(self.words)
        free(self.before)
        free(self.starts)

    @property
    def text(self):
        """The fields as one text, in which terms are searched."""
        if self.spelled is None:
            if self.separators is None:
                return ""
            self.separators.spell(self)
        return self.spelled

    @property
    def is_ascii(self):
        """Whether `text` is."""
        return self.seen < 0x80

    def locate(self, Py_ssize_t start, Py_ssize_t end):
        """Give the field of a stretch of `text` that begins and ends in words of it, and start and end in that field.

        Raises:
            IndexError: there is no word at or before one of its ends.
        """
        cdef Py_ssize_t first = self.word_at(start), last = self.word_at(end - 1)
        return (
            self.field_of(first),
            self.words[first].start + start - self.starts[first],
            self.words[last].start + end - self.starts[last],
        )

    def words_of(self, Py_ssize_t field):
        """Give where the words of a field are, start and end in the field itself.

        Raises:
            IndexError: there is no such field.
        """
        if not 0 <= field < len(self.fields):
            raise IndexError(field)
        cdef Py_ssize_t at
        return [
            (self.words[at].start, self.words[at].end)
            for at in range(self.before[field] + 1, self.before[field + 1] + 1)
        ]

    cdef Py_ssize_t word_at(self, Py_ssize_t at) except 0:
        """Give the last word that begins at or before an offset in `text`."""
        cdef Py_ssize_t low = 1, high = self.count + 1, middle
        if not 0 <= at < len(self.text) or not self.count or at < self.starts[1]:
            raise IndexError(at)
        while high - low > 1:
            middle = (low + high) // 2
            if self.starts[middle] <= at:
                low = middle
            else:
                high = middle
        return low

    cdef Py_ssize_t field_of(self, Py_ssize_t word) noexcept:
        cdef Py_ssize_t field = 0
        while self.before[field + 1] < word:
            field += 1
        return field


cdef Sheet _blank(list fields):
    """Make a sheet with room for some texts."""
    cdef Py_ssize_t most = 0
    cdef str text
    for text in fields:
        most += len(text)
    if most + len(fields) > MOST_CODES:
        raise OverflowError("too long to be laid out")
    cdef Sheet sheet = Sheet.__new__(Sheet)
    sheet.fields = fields
    # Between two words of a field something separates them, and there is one that is none.
    sheet.words = <Word *>malloc(((most + len(fields)) // 2 + 1) * sizeof(Word))
    sheet.before = <unsigned int *>calloc(len(fields) + 1, sizeof(unsigned int))
    if sheet.words is NULL or sheet.before is NULL:
        raise MemoryError
    return sheet
