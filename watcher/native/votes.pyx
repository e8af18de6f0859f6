# cython: language_level=3, boundscheck=False, wraparound=False
"""A conditional logit over names whose candidates speak for each other: which of its places does each name mean?

Comes in: for each name its candidates, what speaks for each by itself, and how far the name may be trusted. Goes out: the
probabilities of the candidates, and what the other names say for their countries and regions. Called by `text.resolve`,
which states the model and has its weights.
"""

from libc.math cimport exp, log
from libc.stdlib cimport calloc, free

cdef struct Choice:
    double score  # what speaks for it by itself
    double share  # its probability
    double vote  # that, times the trust in its name
    Py_ssize_t country  # where its country and region stand among the sums
    Py_ssize_t admin  # 0 if unknown

cdef struct Ballot:
    double trust
    Py_ssize_t first, behind  # its choices


cdef class Votes:
    """What the names of an item speak for: weights by country and by first-level region.

    A name gives its trust to the countries and regions of its candidates, parted by their probabilities.

    Args:
        base: what speaks for countries before any name is read.
        names: for each its candidates, the score of each, and its trust; each has a candidate.
    """

    cdef Choice *_choices
    cdef Ballot *_ballots
    cdef double *_base
    cdef double *_sums
    cdef double *_own
    cdef Py_ssize_t _count, _places
    cdef readonly double total

    def __cinit__(self, dict base not None, list names not None):
        cdef dict places = {"": 0}  # no region is a place of its own, for which nothing ever speaks
        cdef Py_ssize_t most = 1 + len(base), at = 0
        cdef list scores
        for candidates, scores, _ in names:
            if not candidates or len(candidates) != len(scores):
                raise ValueError("a name has candidates, and each of them a score")
            most += 2 * len(scores)
        self._count = len(names)
        self._ballots = <Ballot *>calloc(self._count + 1, sizeof(Ballot))
        self._choices = <Choice *>calloc(most, sizeof(Choice))
        self._base = <double *>calloc(most, sizeof(double))
        self._sums = <double *>calloc(most, sizeof(double))
        self._own = <double *>calloc(most, sizeof(double))
        if not (self._ballots and self._choices and self._base and self._sums and self._own):
            raise MemoryError
        for country, weight in base.items():
            self._base[_place(places, country)] = weight
        for number, (candidates, scores, trust) in enumerate(names):
            self._ballots[number] = Ballot(trust=trust, first=at, behind=at + len(scores))
            for candidate, score in zip(candidates, scores):
                self._choices[at].score = score
                self._choices[at].country = _place(places, candidate.country)
                self._choices[at].admin = _place(places, candidate.admin)
                at += 1
        self._places = len(places)

    def __dealloc__(self):
        free(self._ballots)
        free(self._choices)
        free(self._base)
        free(self._sums)
        free(self._own)

    def settle(self, int rounds, double of_country, double of_admin, double little):
        """Find the probabilities of all candidates, first by their scores alone, then in rounds of votes.

        Args:
            rounds: how often the votes are counted and the probabilities found anew.
            of_country, of_admin: the weights of the logarithms of what other names say for a country and a region.
            little: what a country is taken to be spoken for that nothing speaks for.
        """
        cdef Py_ssize_t name, at
        cdef Ballot ballot
        cdef Choice *choice
        for name in range(self._count):
            self._share_out(self._ballots[name])
        for _ in range(rounds):
            self._tally()
            for name in range(self._count):
                ballot = self._ballots[name]
                if ballot.behind - ballot.first == 1:
                    continue
                self._gather_own(ballot)
                for at in range(ballot.first, ballot.behind):
                    choice = &self._choices[at]
                    choice.share = choice.score + of_country * log(self._of_others(choice.country) + little)
                    choice.share += of_admin * log(self._of_others(choice.admin) + little)
                self._forget_own(ballot)
                self._normalise(ballot)
        self._tally()

    def shares(self, Py_ssize_t name):
        """Give the probabilities of a name's candidates."""
        cdef Ballot ballot = self._ballot(name)
        return [self._choices[at].share for at in range(ballot.first, ballot.behind)]

    def likeliest(self, Py_ssize_t name):
        """Give the likeliest candidate of a name, the first of equals.

        Returns:
            Its index, the probability of its country, and what the other names say for its country and for its region.
        """
        cdef Ballot ballot = self._ballot(name)
        cdef Py_ssize_t at, best = ballot.first
        cdef double share = 0.0, for_country, for_admin
        for at in range(ballot.first, ballot.behind):
            if self._choices[at].share > self._choices[best].share:
                best = at
        for at in range(ballot.first, ballot.behind):
            if self._choices[at].country == self._choices[best].country:
                share += self._choices[at].share
        self._gather_own(ballot)
        for_country = self._of_others(self._choices[best].country)
        for_admin = self._of_others(self._choices[best].admin)
        self._forget_own(ballot)
        return best - ballot.first, share, for_country, for_admin

    def of_others(self, Py_ssize_t name):
        """Give for each candidate of a name what the other names say for its country and for its region."""
        cdef Ballot ballot = self._ballot(name)
        self._gather_own(ballot)
        found = [
            (self._of_others(self._choices[at].country), self._of_others(self._choices[at].admin))
            for at in range(ballot.first, ballot.behind)
        ]
        self._forget_own(ballot)
        return found

    cdef Ballot _ballot(self, Py_ssize_t name) except *:
        if not 0 <= name < self._count:
            raise IndexError("there is no such name")
        return self._ballots[name]

    cdef void _share_out(self, Ballot ballot) noexcept:
        """Find the probabilities of a name's candidates by their scores alone."""
        cdef Py_ssize_t at
        for at in range(ballot.first, ballot.behind):
            self._choices[at].share = self._choices[at].score
        self._normalise(ballot)

    cdef void _normalise(self, Ballot ballot) noexcept:
        """Turn the logarithms of odds in `share` into probabilities."""
        cdef Choice *choices = self._choices
        cdef double best = choices[ballot.first].share, total = 0.0
        cdef Py_ssize_t at
        for at in range(ballot.first, ballot.behind):
            best = max(best, choices[at].share)
        for at in range(ballot.first, ballot.behind):
            choices[at].share = exp(choices[at].share - best)
            total += choices[at].share
        for at in range(ballot.first, ballot.behind):
            choices[at].share /= total
            choices[at].vote = ballot.trust * choices[at].share

    cdef void _tally(self) noexcept:
        """Count what all names say."""
        cdef Py_ssize_t name, at
        cdef Choice *choice
        self.total = 0.0
        for at in range(self._places):
            self._sums[at] = self._base[at]
            self.total += self._base[at]
        for name in range(self._count):
            for at in range(self._ballots[name].first, self._ballots[name].behind):
                choice = &self._choices[at]
                self._sums[choice.country] += choice.vote
                self.total += choice.vote
                if choice.admin:
                    self._sums[choice.admin] += choice.vote

    cdef void _gather_own(self, Ballot ballot) noexcept:
        """Note what a name itself says: its candidates may lie in one country."""
        cdef Py_ssize_t at
        cdef Choice *choice
        for at in range(ballot.first, ballot.behind):
            choice = &self._choices[at]
            self._own[choice.country] += choice.vote
            if choice.admin:
                self._own[choice.admin] += choice.vote

    cdef void _forget_own(self, Ballot ballot) noexcept:
        cdef Py_ssize_t at
        for at in range(ballot.first, ballot.behind):
            self._own[self._choices[at].country] = self._own[self._choices[at].admin] = 0.0

    cdef double _of_others(self, Py_ssize_t place) noexcept:
        """Give what the other names say for a place; what is left of a sum of floats may be a little under nothing."""
        return max(0.0, self._sums[place] - self._own[place])


cdef Py_ssize_t _place(dict places, str place) except -1:
    """Give the number of a country or region; codes of regions have a point, so that none is a country's."""
    cdef Py_ssize_t known = len(places)
    return places.setdefault(place, known)
