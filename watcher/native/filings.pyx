# cython: language_level=3, boundscheck=False, wraparound=False
"""Rules filed by what they need, as numbers that lie together.

Comes in: once, what is filed where; then the signs of one item. Goes out: the rules all of whose needs are met. Called by
`match.index`, which decides what is filed where.

An item meets memory that thousands of rules have spread, and most of the work is waiting for it. So what is looked at
together lies together, and all that is about to be looked at is asked for before the first of it is read.
"""

from cpython.array cimport array, clone
from libc.stdlib cimport calloc, free

from watcher.native.cache cimport prefetch

from array import array as _array
from itertools import accumulate, chain

cdef array _INTS = _array("i")

cdef enum:
    LAST_TURN = 0x7FFFFFFF
    NONE = -1

cdef struct Group:
    # The turn in which it was last met: nothing has to be wiped from one item to the next.
    int turn
    int shelves
    int shelves_end

cdef struct Shelf:
    int opener
    int other_opener
    int filings
    int filings_end

cdef struct Filing:
    int rule
    int further
    int further_end


cdef class Filings:
    """What is filed where, by numbers.

    A sign is in some groups, and a group is met when one of its signs is shown. Under each group there are shelves. A shelf is
    open when one of two groups is met, or always; on it lie filings, each of one rule and with groups all of which it needs
    besides. Shelves are numbered in the order of their groups, filings in that of their shelves.

    Args:
        implied: for each sign, those that it shows besides itself; what these imply is not followed.
        groups: for each sign, the groups that it is in.
        shelves: for each group, how many there are up to its last one.
        openers: for each shelf, the one or two groups that open it; none where it is always open.
        filings: for each shelf, how many there are up to its last one.
        further: for each filing, the groups that it needs besides.
        rules: for each filing, the number of its rule.

    Raises:
        ValueError: there is no such sign, group, shelf, filing or rule as a number says.
    """

    cdef Group *groups
    cdef Shelf *shelves
    cdef Filing *filings
    # For each sign its groups, and those that it implies as -1 - sign.
    cdef array shown_by, shown_by_starts, further
    # Of each rule the turn in which it was last found; the groups that are met in this turn.
    cdef array rule_turns, met
    cdef Py_ssize_t met_count, sign_count
    cdef int turn

    def __cinit__(self, *, implied, groups, shelves, openers, filings, further, rules):
        cdef Py_ssize_t group_count = len(shelves), shelf_count = len(openers), filing_count = len(rules)
        self.sign_count = len(groups)
        _expect(len(implied) == self.sign_count and len(filings) == shelf_count and len(further) == filing_count)
        _expect(_are_below(chain(*implied), self.sign_count))
        _expect(_are_below(chain(*groups, *openers, *further), group_count) and _are_below(rules, LAST_TURN - 1))
        _expect(_part(shelves, shelf_count) and _part(filings, filing_count))
        _expect(all(len(some) <= 2 for some in openers))
        shown_by = [[*own, *[-1 - sign for sign in others]] for own, others in zip(groups, implied)]
        self.shown_by, self.shown_by_starts = _rows(shown_by)
        self.rule_turns = clone(_INTS, max(rules, default=-1) + 1, zero=True)
        self.met = clone(_INTS, group_count, zero=True)
        self.groups = <Group *>calloc(group_count + 1, sizeof(Group))
        self.shelves = <Shelf *>calloc(shelf_count + 1, sizeof(Shelf))
        self.filings = <Filing *>calloc(filing_count + 1, sizeof(Filing))
        if self.groups is NULL or self.shelves is NULL or self.filings is NULL:
            raise MemoryError
        self._lay(shelves, openers, filings, further, rules)

    def __dealloc__(self):
        free(self.groups)
        free(self.shelves)
        free(self.filings)

    cdef int _lay(self, shelves, openers, filings, further, rules) except -1:
        cdef Py_ssize_t at
        self.further, starts = _rows(further)
        for at in range(len(shelves)):
            self.groups[at] = Group(0, shelves[at - 1] if at else 0, shelves[at])
        for at in range(len(openers)):
            either = [*openers[at], NONE, NONE]
            self.shelves[at] = Shelf(either[0], either[1], filings[at - 1] if at else 0, filings[at])
        for at in range(len(rules)):
            self.filings[at] = Filing(rules[at], starts[at], starts[at + 1])
        return 0

    def candidates(self, array shown not None):
        """Give the rules of all filings whose needs are met, each once.

        Args:
            shown: the numbers of signs, an array of "i".
        """
        cdef list found = []
        self._begin()
        self._show(shown)
        self._walk(found, False)
        return found

    def has_more(self, array shown not None, array also not None):
        """Tell whether more rules would be candidates if some signs were shown also."""
        self._begin()
        self._show(shown)
        self._walk(None, False)
        self._show(also)
        return self._walk(None, True)

    cdef void _begin(self) noexcept:
        cdef Py_ssize_t at
        if self.turn == LAST_TURN:
            for at in range(len(self.met)):
                self.groups[at].turn = 0
            for at in range(len(self.rule_turns)):
                self.rule_turns.data.as_ints[at] = 0
            self.turn = 0
        self.turn += 1
        self.met_count = 0

    cdef int _show(self, array shown) except -1:
        cdef Py_ssize_t at, row
        cdef int sign, end
        cdef const int *starts = self.shown_by_starts.data.as_ints
        if shown.ob_descr.typecode != c"i":
            raise TypeError("numbers are wanted as an array of int")
        for at in range(len(shown)):
            sign = shown.data.as_ints[at]
            if not 0 <= sign < self.sign_count:
                raise ValueError(f"there is no sign {sign}")
            prefetch(&starts[sign])
        for at in range(len(shown)):
            prefetch(&self.shown_by.data.as_ints[starts[shown.data.as_ints[at]]])
        for at in range(len(shown)):
            sign = shown.data.as_ints[at]
            for row in range(starts[sign], starts[sign + 1]):
                if self.shown_by.data.as_ints[row] >= 0:
                    prefetch(&self.groups[self.shown_by.data.as_ints[row]])
        for at in range(len(shown)):
            self._show_one(shown.data.as_ints[at], True)
        return 0

    cdef void _show_one(self, int sign, bint is_followed) noexcept:
        cdef int row, number
        cdef Group *group
        for row in range(self.shown_by_starts.data.as_ints[sign], self.shown_by_starts.data.as_ints[sign + 1]):
            number = self.shown_by.data.as_ints[row]
            if number < 0:
                if is_followed:
                    self._show_one(-1 - number, False)
                continue
            group = &self.groups[number]
            if group.turn != self.turn:
                group.turn = self.turn
                prefetch(&self.shelves[group.shelves])
                self.met.data.as_ints[self.met_count] = number
                self.met_count += 1

    cdef bint _walk(self, list found, bint until_first) except -1:
        """Note the rules whose needs are met; tell whether there was one that had not been noted in this turn."""
        cdef Py_ssize_t at
        cdef int shelf, filing, rule
        cdef Group *group
        cdef bint is_new = False
        for at in range(self.met_count):
            group = &self.groups[self.met.data.as_ints[at]]
            prefetch(&self.filings[self.shelves[group.shelves].filings])
        for at in range(self.met_count):
            group = &self.groups[self.met.data.as_ints[at]]
            for shelf in range(group.shelves, group.shelves_end):
                if not self._is_open(&self.shelves[shelf]):
                    continue
                for filing in range(self.shelves[shelf].filings, self.shelves[shelf].filings_end):
                    rule = self.filings[filing].rule
                    if not self._is_met(&self.filings[filing]) or self.rule_turns.data.as_ints[rule] == self.turn:
                        continue
                    self.rule_turns.data.as_ints[rule] = self.turn
                    is_new = True
                    if until_first:
                        return True
                    if found is not None:
                        found.append(rule)
        return is_new

    cdef inline bint _is_open(self, const Shelf *shelf) noexcept:
        if shelf.opener == NONE or self.groups[shelf.opener].turn == self.turn:
            return True
        return shelf.other_opener != NONE and self.groups[shelf.other_opener].turn == self.turn

    cdef inline bint _is_met(self, const Filing *filing) noexcept:
        cdef int at
        for at in range(filing.further, filing.further_end):
            if self.groups[self.further.data.as_ints[at]].turn != self.turn:
                return False
        return True


def _rows(rows):
    """Give rows of numbers as one array, and where each of them starts in it."""
    return _array("i", chain.from_iterable(rows)), _array("i", accumulate(map(len, rows), initial=0))


def _expect(is_so):
    if not is_so:
        raise ValueError("a number is of nothing, or something has none")


cdef bint _are_below(numbers, Py_ssize_t end) except -1:
    cdef Py_ssize_t number
    for number in numbers:
        if not 0 <= number < end:
            return False
    return True


cdef bint _part(ends, Py_ssize_t count) except -1:
    """Tell whether ends rise from 0 to the count of what they part."""
    cdef Py_ssize_t last = 0, end
    for end in ends:
        if end < last:
            return False
        last = end
    return last == count
