# cython: language_level=3, boundscheck=False, wraparound=False
"""What class a text is of, by the short sequences of bytes in it: naive Bayes, as langid.py has it.

Comes in: once, a trained model; then texts as bytes. Goes out: how likely each class is. Called by `text.language_model` for
every item.

Four of five weights of sequences are the least of their class: those of most sequences are a list of the others, and rows of
all classes are kept for those alone of which many have more. That is a third of the memory.
"""

from cpython.array cimport array, clone
from libc.math cimport exp, log1p, sqrt
from libc.stdlib cimport calloc, free, malloc

from array import array as _array

from watcher.native.sequences cimport Sequences

cdef array _DOUBLES = _array("d")

cdef enum:
    MOST_CLASSES = 256
    # Twice what a model may know of sequences, so that there is always room for one more.
    MOST_SLOTS = 1 << 20

cdef struct Met:
    int feature
    int count


cdef class Bayes:
    """The classes of a model.

    The weight of a sequence for a class is said by how many units it is above the least weight of the class: most are not.

    Args:
        sequences: what is looked for. The first are those of which many classes have more than the least weight.
        prior: for each class, the logarithm of how likely it is before a byte is read; an array of "d".
        least: for each class, its least weight, a logarithm; an array of "d".
        unit: of the weights above.
        rows: for each of the first sequences, its weights for all classes; an array of "H".
        ends: for each other sequence, where its listed weights end; an array of "I".
        classes: the class of each listed weight, an array of "B".
        weights: the listed weights, an array of "H".

    Raises:
        ValueError: a length or number is not as the others have it.
    """

    cdef Sequences sequences
    cdef array prior, least, rows, ends, classes, weights
    cdef Py_ssize_t count, row_count
    cdef double unit

    def __init__(
        self,
        Sequences sequences not None,
        *,
        array prior not None,
        array least not None,
        double unit,
        array rows not None,
        array ends not None,
        array classes not None,
        array weights not None,
    ):
        _expect(((prior, "d"), (least, "d"), (rows, "H"), (ends, "I"), (classes, "B"), (weights, "H")))
        self.sequences, self.prior, self.least, self.unit = sequences, prior, least, unit
        self.rows, self.ends, self.classes, self.weights = rows, ends, classes, weights
        self.count = len(prior)
        if not 0 < self.count == len(least) <= MOST_CLASSES or len(rows) % self.count or len(classes) != len(weights):
            raise ValueError("there is not one number for each")
        self.row_count = len(rows) // self.count
        self._check()

    cdef int _check(self) except -1:
        """Refuse numbers that lead out of what there is: they are followed unchecked."""
        cdef Py_ssize_t at, known = self.row_count + len(self.ends)
        cdef unsigned int last = 0
        if known > MOST_SLOTS // 2:
            raise ValueError("there are too many sequences")
        for at in range(self.sequences.count):
            if self.sequences.feature(<unsigned int>at) >= known:
                raise ValueError("a sequence has no weights")
        for at in range(len(self.classes)):
            if self.classes.data.as_uchars[at] >= self.count:
                raise ValueError("there is no such class")
        for at in range(len(self.ends)):
            if self.ends.data.as_uints[at] < last:
                raise ValueError("weights end before they begin")
            last = self.ends.data.as_uints[at]
        if last != len(self.weights):
            raise ValueError("there are weights of no sequence")
        return 0

    def shares(self, bytes text not None):
        """Give how likely each class is: they add up to 1; an array of "d".

        The scores of classes are divided by the square root of the text's length in bytes, so that how sure one may be hardly
        depends on it, as the model has it that this follows.
        """
        cdef Py_ssize_t at, slots = 16
        cdef Py_ssize_t length = len(text)
        while slots < 2 * length and slots < MOST_SLOTS:
            slots *= 2
        cdef array scores = clone(_DOUBLES, self.count, zero=True)
        cdef int *places = <int *>calloc(slots, sizeof(int))
        cdef Met *met = <Met *>malloc(slots // 2 * sizeof(Met))
        try:
            if places is NULL or met is NULL:
                raise MemoryError
            self._add_up(met, self._count(text, met, places, slots), scores)
        finally:
            free(places)
            free(met)
        cdef double most = scores.data.as_doubles[0], total = 0, scale = 1 / sqrt(length if length else 1)
        for at in range(self.count):
            most = max(most, scores.data.as_doubles[at])
        for at in range(self.count):
            scores.data.as_doubles[at] = exp((scores.data.as_doubles[at] - most) * scale)
            total += scores.data.as_doubles[at]
        for at in range(self.count):
            scores.data.as_doubles[at] /= total
        return scores

    cdef Py_ssize_t _count(self, bytes text, Met *met, int *places, Py_ssize_t slots) noexcept:
        """Count the sequences in a text; tell how many were met. `places` says by hash which it is of those, from 1."""
        cdef const unsigned char *letters = text
        cdef Py_ssize_t at, known = 0
        cdef size_t slot
        cdef unsigned int state = 0
        cdef int feature
        for at in range(len(text)):
            state = self.sequences.step(state, letters[at])
            feature = self.sequences.feature(state)
            if feature < 0:
                continue
            slot = (<size_t>feature * 0x9E3779B1u) & <size_t>(slots - 1)
            while places[slot] != 0 and met[places[slot] - 1].feature != feature:
                slot = (slot + 1) & <size_t>(slots - 1)
            if places[slot] == 0:
                met[known].feature, met[known].count = feature, 0
                known += 1
                places[slot] = <int>known
            met[places[slot] - 1].count += 1
        return known

    cdef void _add_up(self, const Met *met, Py_ssize_t met_count, array scores) noexcept:
        """Add up the logarithms of what each class says of the sequences that were met; a count weighs by its logarithm."""
        cdef Py_ssize_t which, at, listed
        cdef float above[MOST_CLASSES]
        cdef double weight, total = 0
        for at in range(self.count):
            above[at] = 0
        for which in range(met_count):
            weight = log1p(met[which].count)
            total += weight
            listed = met[which].feature - self.row_count
            if listed < 0:
                add_row(above, &self.rows.data.as_ushorts[met[which].feature * self.count], weight, self.count)
                continue
            for at in range(self.ends.data.as_uints[listed - 1] if listed else 0, self.ends.data.as_uints[listed]):
                above[self.classes.data.as_uchars[at]] += <float>weight * self.weights.data.as_ushorts[at]
        for at in range(self.count if met_count else 0):
            scores.data.as_doubles[at] = (
                self.prior.data.as_doubles[at] + total * self.least.data.as_doubles[at] + above[at] * self.unit
            )


cdef inline void add_row(float *above, const unsigned short *row, float weight, Py_ssize_t count) noexcept:
    """Add a row's weights: by itself, so that the compiler takes several at once."""
    cdef Py_ssize_t at
    for at in range(count):
        above[at] += weight * row[at]


def _expect(arrays):
    for numbers, typecode in arrays:
        if numbers.typecode != typecode:
            raise ValueError(f"an array of {typecode} is wanted, not of {numbers.typecode}")
