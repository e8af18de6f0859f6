# cython: language_level=3, boundscheck=False, wraparound=False
"""Short sequences of bytes, found in a text: the automaton of a trained model, without what its steps repeat.

Comes in: once, the table of all steps. Goes out: for each byte of a text the state after it, and which sequence ends there.
Walked by `bayes`.

Nearly all steps of a state are those of a shorter one: what is kept is a thirtieth of the table.
"""

from cpython.array cimport array, clone

from array import array as _array

cdef array _UNSIGNED = _array("I")
cdef array _BYTES = _array("B")

cdef enum:
    BYTES = 256
    UNSEEN = 0xFFFFFFFF
    # What is known of a state lies together: the first of those that go on from it, that which it falls back on, and the
    # number of its sequence.
    WIDTH = 3
    FIRST = 0
    SHORTER = 1
    FEATURE = 2


cdef class Sequences:
    """Sequences of bytes, of which all that end at a byte are known by the longest: Aho and Corasick, CACM 18(6), 1975.

    A state is the longest beginning of a sequence that ends at a byte. Numbered by length, those that go on from a state are
    neighbours; the steps of the shortest are in a table, the others fall back on a shorter one until one can go on.

    Args:
        steps: for each distinct row of the automaton's table, the state after each of the 256 bytes; an array of "I".
        rows: for each state its row; an array of "I". The first state is the empty beginning.
        features: for each state the number of its sequence, or -1; an array of "i".

    Raises:
        ValueError: the table is not that of an automaton which only falls back on shorter sequences.
    """

    def __init__(self, array steps not None, array rows not None, array features not None):
        self.count = len(rows)
        _expect(((steps, "I"), (rows, "I"), (features, "i")))
        if not 0 < self.count == len(features) < 1 << 28 or len(steps) % BYTES:
            raise ValueError("there is not one number for each state")
        if _most(steps) >= self.count or _most(rows) >= len(steps) // BYTES:
            raise ValueError("there is no such state or row")
        order = clone(_UNSIGNED, self.count, zero=False)
        numbers = clone(_UNSIGNED, self.count, zero=False)
        # One more state, for where those that go on from the last one end.
        self.states = clone(_UNSIGNED, (self.count + 1) * WIDTH, zero=True)
        self.labels = clone(_BYTES, self.count, zero=True)
        if self._number(steps, rows, order, numbers) != self.count:
            raise ValueError("a state is never reached")
        self._verify(steps, rows, order)
        cdef Py_ssize_t at
        for at in range(self.count):
            self.states.data.as_uints[at * WIDTH + FEATURE] = <unsigned int>features.data.as_ints[order.data.as_uints[at]]
        self._tabulate(steps, rows, order, numbers)

    cdef Py_ssize_t _number(self, array steps, array rows, array order, array numbers) except -1:
        """Number the states in the order of their lengths, as they are met from the empty one on; tell how many there are.

        The first step to a state is the one by which its beginning goes on: every other leads from one as long or longer.
        """
        cdef Py_ssize_t at, byte, known = 1
        cdef unsigned int state, after, fallen
        for at in range(self.count):
            numbers.data.as_uints[at] = UNSEEN
        order.data.as_uints[0] = numbers.data.as_uints[0] = 0
        for at in range(self.count):
            self.states.data.as_uints[at * WIDTH + FIRST] = <unsigned int>known
            if at == known:
                return known
            state = order.data.as_uints[at]
            for byte in range(BYTES):
                after = steps.data.as_uints[rows.data.as_uints[state] * BYTES + byte]
                if numbers.data.as_uints[after] != UNSEEN:
                    continue
                if at:
                    fallen = order.data.as_uints[self.states.data.as_uints[at * WIDTH + SHORTER]]
                    fallen = numbers.data.as_uints[steps.data.as_uints[rows.data.as_uints[fallen] * BYTES + byte]]
                    if fallen == UNSEEN:
                        raise ValueError("a state falls back on one that is not shorter")
                    self.states.data.as_uints[known * WIDTH + SHORTER] = fallen
                self.labels.data.as_uchars[known] = <unsigned char>byte
                numbers.data.as_uints[after] = <unsigned int>known
                order.data.as_uints[known] = after
                known += 1
        self.states.data.as_uints[self.count * WIDTH + FIRST] = <unsigned int>known
        return known

    cdef int _verify(self, array steps, array rows, array order) except -1:
        """Make sure that each state steps as the shorter one does wherever it does not go on itself."""
        cdef Py_ssize_t at, byte, child
        cdef unsigned int row, shorter, expected
        for at in range(self.count):
            row = rows.data.as_uints[order.data.as_uints[at]] * BYTES
            shorter = rows.data.as_uints[order.data.as_uints[self.states.data.as_uints[at * WIDTH + SHORTER]]] * BYTES
            child = self.states.data.as_uints[at * WIDTH + FIRST]
            if at and row == shorter and child == self.states.data.as_uints[(at + 1) * WIDTH + FIRST]:
                continue
            for byte in range(BYTES):
                if child < self.states.data.as_uints[(at + 1) * WIDTH + FIRST] and self.labels.data.as_uchars[child] == byte:
                    expected = order.data.as_uints[child]
                    child += 1
                else:
                    expected = steps.data.as_uints[shorter + byte] if at else 0
                if steps.data.as_uints[row + byte] != expected:
                    raise ValueError("a state steps neither on nor as a shorter one does")
        return 0

    cdef int _tabulate(self, array steps, array rows, array order, array numbers) except -1:
        """Lay the steps of the empty beginning and of those of one byte out in a table: most others fall back on these."""
        cdef Py_ssize_t at, byte
        self.tabled = self.states.data.as_uints[WIDTH + FIRST]
        self.table = clone(_UNSIGNED, self.tabled * BYTES, zero=False)
        for at in range(self.tabled):
            for byte in range(BYTES):
                self.table.data.as_uints[at * BYTES + byte] = numbers.data.as_uints[
                    steps.data.as_uints[rows.data.as_uints[order.data.as_uints[at]] * BYTES + byte]
                ]
        return 0

    cdef unsigned int step(self, unsigned int state, unsigned char byte) noexcept:
        """Give the state after a state and a byte."""
        cdef unsigned int low, high, middle, end
        while state >= self.tabled:
            low, end = self.states.data.as_uints[state * WIDTH + FIRST], self.states.data.as_uints[(state + 1) * WIDTH + FIRST]
            high = end
            while low < high:
                middle = (low + high) // 2
                if self.labels.data.as_uchars[middle] < byte:
                    low = middle + 1
                else:
                    high = middle
            if low < end and self.labels.data.as_uchars[low] == byte:
                return low
            state = self.states.data.as_uints[state * WIDTH + SHORTER]
        return self.table.data.as_uints[state * BYTES + byte]

    cdef int feature(self, unsigned int state) noexcept:
        """Give the number of the sequence that ends with a state, or -1."""
        return <int>self.states.data.as_uints[state * WIDTH + FEATURE]


def _expect(arrays):
    for numbers, typecode in arrays:
        if numbers.typecode != typecode:
            raise ValueError(f"an array of {typecode} is wanted, not of {numbers.typecode}")


cdef unsigned int _most(array numbers) noexcept:
    """Give the largest of some numbers, which may be millions; 0 if there are none."""
    cdef Py_ssize_t at
    cdef unsigned int most = 0
    for at in range(len(numbers)):
        most = max(most, numbers.data.as_uints[at])
    return most
