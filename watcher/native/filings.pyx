# cython: language_level=3, boundscheck=False, wraparound=False
"""Rules filed by what they need, in flat arrays of numbers.

Comes in: once, what is filed where; then the signs of one item. Goes out: the rules all of whose needs are met. Called by
`match.index`, which decides what is filed where.

Nothing is allocated for what is looked at, and what lies under one group lies together: an item meets memory that many
rules have spread, and most of the work is waiting for it.
"""

from cpython.array cimport array, clone, extend_buffer

from array import array as _array
from itertools import accumulate, chain

cdef array _INTS = _array("i")

cdef enum:
    LAST_TURN = 0x7FFFFFFF


cdef class Rows:
    """Rows of numbers in one array: row `n` is `values[starts[n]:starts[n + 1]]`."""

    cdef array values, starts
    cdef Py_ssize_t count

    def __init__(self, rows):
        self.values = _array("i", chain.from_iterable(rows))
        self.starts = _array("i", accumulate(map(len, rows), initial=0))
        self.count = len(rows)


cdef class Filings:
    """What is filed where, by numbers.

    A sign is in some groups, and a group is met when one of its signs is shown. Under each group there are shelves. A shelf is
    open when one of certain groups is met; on it lie filings, each of one rule and with groups all of which it needs besides.
    Shelves are numbered in the order of their groups, filings in that of their shelves.

    Args:
        numbers: of the signs, by their names.
        implied: for each sign, those that it shows besides itself; what these imply is not followed.
        groups: for each sign, the groups that it is in.
        shelves: for each group, how many there are up to its last one.
        openers: for each shelf, the groups one of which opens it; none where it is always open.
        filings: for each shelf, how many there are up to its last one.
        further: for each filing, the groups that it needs besides.
        rules: for each filing, the number of its rule.

    Raises:
        ValueError: there is no such sign, group, shelf, filing or rule as a number says.
    """

    cdef dict numbers
    cdef Rows implied, groups, openers, further
    cdef array shelves, filings, rules
    # The turns in which each group and rule was last met: nothing has to be wiped from one item to the next.
    cdef array group_turns, rule_turns, met
    cdef int turn
    cdef Py_ssize_t met_count

    def __init__(
        self, *, dict numbers not None, implied, groups, shelves, openers, filings, further, rules
    ):
        self.numbers = numbers
        self.implied, self.groups, self.openers, self.further = map(Rows, (implied, groups, openers, further))
        self.shelves, self.filings, self.rules = _array("i", shelves), _array("i", filings), _array("i", rules)
        # All of these are followed unchecked once an item is there.
        cdef Py_ssize_t sign_count = self.groups.count, group_count = len(self.shelves)
        if self.implied.count != sign_count or self.further.count != len(self.rules):
            raise ValueError("there is not one row for each")
        _check(_array("i", numbers.values()), sign_count)
        _check(self.implied.values, sign_count)
        for groups_named in (self.groups.values, self.openers.values, self.further.values):
            _check(groups_named, group_count)
        _check_ends(self.shelves, self.openers.count)
        _check_ends(self.filings, self.further.count)
        if len(self.filings) != self.openers.count:
            raise ValueError("there is not one row for each")
        _check(self.rules, LAST_TURN)
        self.group_turns = clone(_INTS, group_count, zero=True)
        self.rule_turns = clone(_INTS, max(self.rules, default=-1) + 1, zero=True)
        self.met = clone(_INTS, group_count, zero=True)
        self.turn = 0

    def known(self, signs):
        """Give the numbers of those signs that something is filed by; an array."""
        cdef array known = clone(_INTS, 0, zero=False)
        cdef int number
        for sign in signs:
            found = self.numbers.get(sign)
            if found is not None:
                number = found
                extend_buffer(known, <char *>&number, 1)
        return known

    def candidates(self, array shown not None):
        """Give the rules of all filings whose needs are met, each once.

        Args:
            shown: the numbers of signs, as `known` gives them.
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
            for at in range(len(self.group_turns)):
                self.group_turns.data.as_ints[at] = 0
            for at in range(len(self.rule_turns)):
                self.rule_turns.data.as_ints[at] = 0
            self.turn = 0
        self.turn += 1
        self.met_count = 0

    cdef int _show(self, array shown) except -1:
        cdef Py_ssize_t at, other
        cdef int sign
        if shown.ob_descr.typecode != c"i":
            raise TypeError("numbers are wanted as an array of int")
        for at in range(len(shown)):
            sign = shown.data.as_ints[at]
            if not 0 <= sign < self.groups.count:
                raise ValueError(f"there is no sign {sign}")
            self._show_one(sign)
            for other in range(self.implied.starts.data.as_ints[sign], self.implied.starts.data.as_ints[sign + 1]):
                self._show_one(self.implied.values.data.as_ints[other])
        return 0

    cdef void _show_one(self, Py_ssize_t sign) noexcept:
        cdef Py_ssize_t at
        cdef int group
        for at in range(self.groups.starts.data.as_ints[sign], self.groups.starts.data.as_ints[sign + 1]):
            group = self.groups.values.data.as_ints[at]
            if self.group_turns.data.as_ints[group] != self.turn:
                self.group_turns.data.as_ints[group] = self.turn
                self.met.data.as_ints[self.met_count] = group
                self.met_count += 1

    cdef bint _walk(self, list found, bint until_first) except -1:
        """Note the rules whose needs are met; tell whether there was one that had not been noted in this turn."""
        cdef Py_ssize_t at, shelf, filing
        cdef int group, rule
        cdef bint is_new = False
        for at in range(self.met_count):
            group = self.met.data.as_ints[at]
            for shelf in range(self.shelves.data.as_ints[group - 1] if group else 0, self.shelves.data.as_ints[group]):
                if not self._is_open(shelf):
                    continue
                for filing in range(self.filings.data.as_ints[shelf - 1] if shelf else 0, self.filings.data.as_ints[shelf]):
                    rule = self.rules.data.as_ints[filing]
                    if self.rule_turns.data.as_ints[rule] == self.turn or not self._is_met(filing):
                        continue
                    self.rule_turns.data.as_ints[rule] = self.turn
                    is_new = True
                    if until_first:
                        return True
                    if found is not None:
                        found.append(rule)
        return is_new

    cdef bint _is_open(self, Py_ssize_t shelf) noexcept:
        cdef int first = self.openers.starts.data.as_ints[shelf], end = self.openers.starts.data.as_ints[shelf + 1], at
        for at in range(first, end):
            if self.group_turns.data.as_ints[self.openers.values.data.as_ints[at]] == self.turn:
                return True
        return first == end

    cdef bint _is_met(self, Py_ssize_t filing) noexcept:
        cdef int at
        for at in range(self.further.starts.data.as_ints[filing], self.further.starts.data.as_ints[filing + 1]):
            if self.group_turns.data.as_ints[self.further.values.data.as_ints[at]] != self.turn:
                return False
        return True


cdef int _check(array numbers, Py_ssize_t end) except -1:
    """Refuse numbers that are not of so many things."""
    cdef Py_ssize_t at
    for at in range(len(numbers)):
        if not 0 <= numbers.data.as_ints[at] < end:
            raise ValueError(f"{numbers[at]} is not in 0..{end - 1}")
    return 0


cdef int _check_ends(array ends, Py_ssize_t count) except -1:
    """Refuse ends that do not rise from 0 to the count of what they part."""
    cdef Py_ssize_t at
    cdef int last = 0
    for at in range(len(ends)):
        if ends.data.as_ints[at] < last:
            raise ValueError(f"{ends[at]} ends before {last}")
        last = ends.data.as_ints[at]
    if last != count:
        raise ValueError(f"{last} are parted, not {count}")
    return 0
