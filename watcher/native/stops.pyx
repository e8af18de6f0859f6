# cython: language_level=3, boundscheck=False, wraparound=False
"""Where the sentences of a text end, found by reading no more of it than is needed.

Comes in: a text, and what the language's rules say of the ends of chunks (what stands between white space). Goes out: where
sentences begin behind the breaks. Called by `text.passages`, which decides what a break is, and reads what is said of no
other chunk.
"""

from libc.stdlib cimport calloc, free

cpdef enum Kind:
    """What a character may be to the end of a sentence.

    A chunk is judged by its end: letters or digits, then stops and closers. What is `PLAIN` may stand before these, what is
    `OTHER` may not; `CLOSER` is whatever stands behind words and is no stop.
    """

    UNSEEN = 0
    OTHER = 1
    PLAIN = 2
    SPACE = 3
    LINE_END = 4
    STOP = 5
    CLOSER = 6
    LOWER = 7
    UPPER = 8
    UNCASED = 9
    DIGIT = 10

cdef enum:
    CODE_POINTS = 0x110000
    # Behind a chunk of so many characters, as many of whose end are stops and closers, nobody looks at its shape.
    LONGEST_CHUNK = 400
    LONGEST_RUN = 40
    LONGEST_TAIL = 6
    MOST_REMEMBERED = 2000
    # A sentence is looked for from its last stop on, then from so many characters before the offset, then four times as many.
    REACH = 160


cdef object UNMET = object()
cdef object MET_ONCE = object()


cdef class Stops:
    """Finds where sentences end in texts of one language.

    Args:
        kind_of: gives the `Kind` of a character; asked once for each.
        is_silent_stop: tells whether a stop inside a chunk ends no sentence, by the kind of what stands before it, that
            character (a space at the beginning of the chunk), the stop, and the kind of the letter or digit behind it.
        breaks_of_tail: for the kinds of the last two letters of a chunk (or twice that of its last digit), whether there are
            such stops before, and the stops and closers behind: where in these sentences end, and where in them the next ones
            begin (None for behind the chunk). None where that depends on more.
        breaks_of_chunk: does the same for a chunk as a whole, from an offset in it on.
        behind_gap: gives where the next sentence begins, from a place in white space behind a break on.
        by_heart: the last letters or digits of what the rules know by heart with a stop or closer behind.
        letters_alone: whether only chunks that are all letters may be judged by their ends.
    """

    cdef unsigned char *_kinds
    cdef object _kind_of, _is_silent_stop, _breaks_of_tail, _breaks_of_chunk, _behind_gap
    cdef frozenset _by_heart
    cdef dict _tails, _silent
    cdef bint _letters_alone

    def __cinit__(
        self, *, kind_of, is_silent_stop, breaks_of_tail, breaks_of_chunk, behind_gap, frozenset by_heart not None, letters_alone
    ):
        # Memory that is not touched takes none: most of the megabyte is never read.
        self._kinds = <unsigned char *>calloc(CODE_POINTS, 1)
        if self._kinds is NULL:
            raise MemoryError
        self._kind_of, self._is_silent_stop = kind_of, is_silent_stop
        self._breaks_of_tail, self._breaks_of_chunk = breaks_of_tail, breaks_of_chunk
        self._behind_gap = behind_gap
        self._by_heart = by_heart
        self._tails, self._silent = {}, {}
        self._letters_alone = letters_alone

    def __dealloc__(self):
        free(self._kinds)

    def edges(self, str text not None, Py_ssize_t begin=0):
        """Yield where sentences begin behind the breaks of a text, from a place in it on.

        What stands before the first word of the text is no sentence.
        """
        cdef Py_ssize_t length = len(text), first = 0, at, done = max(0, begin), start, end, tail, stop, edge
        while first < length and not text[first].isalnum():
            first += 1
        if first == length:
            return
        while (at := self._next_ending(text, done)) < length:
            if self._kind(text[at]) == LINE_END:
                tail = at
                breaks = ((0, None),)
                end = at
                done = at + 1
            else:
                start, end = self._start(text, at), self._end(text, at)
                tail = self._tail_of(text, start, end)
                breaks = self._judge(text, start, at, tail, end) if start >= done else None
                if breaks is None:
                    tail = start
                    breaks = self._breaks_of_chunk(text[start:end], max(0, done - start))
                done = end
            for one in breaks:
                stop = tail + <Py_ssize_t>one[0]
                edge = self._after(text, end) if one[1] is None else tail + <Py_ssize_t>one[1]
                if stop > first and edge < length:
                    yield edge
                done = max(done, edge)

    def sentence_at(self, str text not None, Py_ssize_t offset):
        """Give the sentence of a text that is not empty which an offset lies in, the last one for offsets past the end."""
        cdef Py_ssize_t length = len(text), reach = REACH, begin, low, high, edge
        begin = self._chunk_of_last_stop(text, min(offset, length))
        while True:
            low, high = (0 if begin == 0 else -1), length
            for edge in self.edges(text, begin):
                if edge > offset:
                    high = edge
                    break
                low = edge
            if low >= 0:
                return low, high
            begin = max(0, min(begin - 1, offset - reach))
            while begin > 0 and text[begin - 1] != u" ":
                begin -= 1
            reach *= 4

    cdef inline int _kind(self, Py_UCS4 code) except -1:
        cdef int kind = self._kinds[code]
        if kind == UNSEEN:
            kind = self._kind_of(chr(code))
            if not OTHER <= kind <= DIGIT:
                raise ValueError(f"{kind} is no kind of character")
            self._kinds[code] = <unsigned char>kind
        return kind

    cdef Py_ssize_t _next_ending(self, str text, Py_ssize_t at) except -1:
        cdef Py_ssize_t length = len(text)
        while at < length and not LINE_END <= self._kind(text[at]) <= STOP:
            at += 1
        return at

    cdef Py_ssize_t _chunk_of_last_stop(self, str text, Py_ssize_t before) except -1:
        cdef int kind
        while before > 0:
            before -= 1
            kind = self._kind(text[before])
            if kind == LINE_END:
                return before
            if kind == STOP:
                return self._start(text, before)
        return 0

    cdef Py_ssize_t _start(self, str text, Py_ssize_t at) except -1:
        """Give where the chunk around a character begins."""
        while at > 0 and not SPACE <= self._kind(text[at - 1]) <= LINE_END:
            at -= 1
        return at

    cdef Py_ssize_t _end(self, str text, Py_ssize_t at) except -1:
        cdef Py_ssize_t length = len(text)
        while at < length and not SPACE <= self._kind(text[at]) <= LINE_END:
            at += 1
        return at

    cdef Py_ssize_t _tail_of(self, str text, Py_ssize_t start, Py_ssize_t end) except -1:
        """Give where the stops and closers at the end of a chunk begin."""
        while end > start and STOP <= self._kind(text[end - 1]) <= CLOSER:
            end -= 1
        return end

    cdef Py_ssize_t _after(self, str text, Py_ssize_t at) except -1:
        """Give where the next sentence begins, from white space or a text's end on: `behind_gap` but where a stop follows."""
        cdef Py_ssize_t length = len(text), end = at, extra, behind
        cdef bint has_line_end = False
        cdef int kind
        # One space belongs to the word before it; more are a token of their own.
        extra = at + (at < length and text[at] == u" ")
        while end < length and SPACE <= self._kind(text[end]) <= LINE_END:
            has_line_end = has_line_end or (end >= extra and self._kind(text[end]) == LINE_END)
            end += 1
        if extra < end and not has_line_end:
            return extra
        behind = end
        while behind < length and not text[behind].isalnum():
            kind = self._kind(text[behind])
            if SPACE <= kind <= LINE_END:
                break
            if kind == STOP:
                return self._behind_gap(text, at)
            behind += 1
        return end

    cdef object _judge(self, str text, Py_ssize_t start, Py_ssize_t first_stop, Py_ssize_t tail, Py_ssize_t end):
        """Judge a chunk by its end: give its breaks, as seen from where its tail begins; None for one that must be read."""
        cdef bint has_stops_within = first_stop < tail
        cdef int last, before_last
        if tail == start or end - tail > LONGEST_TAIL or end - start > LONGEST_CHUNK:
            return None
        if has_stops_within and not self._are_silent(text, start, first_stop, tail):
            return None
        if self._next_ending(text, tail) >= end:
            return ()
        if not self._tells(text, start, tail):
            return None
        last = self._kind(text[tail - 1])
        before_last = last if last == DIGIT else self._kind(text[tail - 2])
        return self._breaks(before_last, last, has_stops_within, text[tail:end])

    cdef bint _are_silent(self, str text, Py_ssize_t start, Py_ssize_t at, Py_ssize_t end) except -1:
        """Tell whether no stop of a stretch ends a sentence: each stands before a letter or digit, and is no token of its own."""
        cdef int before, after
        while at < end:
            before = self._kind(text[at - 1]) if at > start else SPACE
            after = self._kind(text[at + 1]) if at + 1 < end else SPACE
            if before == STOP or after < LOWER or not self._is_silent(text[at - 1] if at > start else u" ", before, text[at], after):
                return False
            at = self._next_ending(text, at + 1)
        return True

    cdef bint _is_silent(self, Py_UCS4 code_before, int before, Py_UCS4 stop, int after) except -1:
        cdef long long number = CODE_POINTS + before if before >= LOWER else <long long>code_before
        cdef object key = (number << 21 | <long long>stop) << 4 | after
        found = self._silent.get(key)
        if found is None:
            found = len(self._silent) < MOST_REMEMBERED and self._is_silent_stop(
                Kind(before), chr(code_before), chr(stop), Kind(after)
            )
            if len(self._silent) < MOST_REMEMBERED:
                self._silent[key] = found
        return found

    cdef bint _tells(self, str text, Py_ssize_t start, Py_ssize_t end) except -1:
        """Tell whether the last characters of a chunk's words tell what is behind them."""
        cdef Py_ssize_t at = end - 1
        cdef int kind = self._kind(text[at])
        cdef bint is_number = kind == DIGIT
        if kind < LOWER:
            return False
        while at > start:
            kind = self._kind(text[at - 1])
            if kind < LOWER or (kind == DIGIT) != is_number:
                break
            at -= 1
        if end - at > LONGEST_RUN or (end - at == 1 and not is_number) or text[at:end] in self._by_heart:
            return False
        # Letters and digits that touch may be a number and its unit.
        if at > start and kind >= LOWER:
            return False
        while at > start:
            at -= 1
            kind = self._kind(text[at])
            if kind == OTHER or (self._letters_alone and kind < LOWER):
                return False
        return True

    cdef object _breaks(self, int before_last, int last, bint has_stops_within, str tail):
        cdef object key = (before_last << 8 | last << 1 | has_stops_within, tail)
        found = self._tails.get(key, UNMET)
        if found is UNMET or found is MET_ONCE:
            if len(self._tails) >= MOST_REMEMBERED:
                return None
            # To find out takes as long as to read some chunks, and most ends are never met again.
            met_before = found is MET_ONCE
            found = MET_ONCE
            if met_before:
                found = self._breaks_of_tail(Kind(before_last), Kind(last), has_stops_within, tail)
            self._tails[key] = found
        return None if found is MET_ONCE else found
