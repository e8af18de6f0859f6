"""Where several conditions hold together: the smallest windows of text that have one occurrence of each.

Comes in: the occurrences of each condition. Goes out: occurrences that enclose one of each. Called by the forms
that are about nearness (`near`, `sequence`, `same_sentence`, `all` inside them). Linear but for sorting, whatever the
number of occurrences, since texts are hostile.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from operator import attrgetter

from watcher.match.syntax import Occurrence

Groups = Sequence[Sequence[Occurrence]]
Bucket = Callable[[Occurrence], Hashable | None]
"""Names the stretch of text that must hold all; None for an occurrence that lies in no single one."""

by_field: Bucket = attrgetter("field")


def hull(occurrences: Sequence[Occurrence]) -> Occurrence:
    """Enclose occurrences of one field in one."""
    field, start, end, low, high, first = occurrences[0]
    parts = [*first]
    for one in occurrences[1:]:
        start, end = min(start, one.start), max(end, one.end)
        low, high = min(low, one.low), max(high, one.high)
        parts.extend(one.parts)
    return Occurrence(field, start, end, low, high, tuple(dict.fromkeys(parts)))


def covering(groups: Groups, need: int, bucket: Bucket = by_field) -> list[Occurrence]:
    """Find the minimal windows that hold an occurrence of at least `need` of the groups, in any order.

    A window is minimal when none other lies inside it. The same stretch of text may serve several groups.
    """
    found: list[Occurrence] = []
    for parted in _parted(groups, bucket):
        if sum(map(bool, parted)) >= need:
            found.extend(_sweep(parted, need))
    return sorted(found)


def _sweep(groups: Groups, need: int) -> Iterator[Occurrence]:
    """Let the window's beginning go from the last possible to the first, keeping the nearest end for each group."""
    beginnings: dict[int, list[tuple[int, Occurrence]]] = defaultdict(list)
    for group, occurrences in enumerate(groups):
        for one in occurrences:
            beginnings[one.low].append((group, one))
    nearest: dict[int, Occurrence] = {}
    last_high: int | None = None
    for low in sorted(beginnings, reverse=True):
        for group, one in beginnings[low]:
            if group not in nearest or one.high < nearest[group].high:
                nearest[group] = one
        if len(nearest) < need:
            continue
        chosen = sorted(nearest.values(), key=attrgetter("high"))[:need]
        if last_high is None or chosen[-1].high < last_high:
            last_high = chosen[-1].high
            yield hull(chosen)


def in_order(groups: Groups) -> list[Occurrence]:
    """Find windows in which an occurrence of each group follows one of the group before it, without overlap.

    One window for each occurrence of the first group that has followers: the one that ends soonest.
    """
    found: list[Occurrence] = []
    for parted in _parted(groups, by_field):
        if all(parted):
            found.extend(_chains(parted))
    return sorted(found)


def _chains(groups: Groups) -> Iterator[Occurrence]:
    inner = [_Followers(group, attrgetter("end")) for group in groups[1:-1]]
    followers = [*inner, *(_Followers(group, attrgetter("high")) for group in groups[1:][-1:])]
    for first in groups[0]:
        chain = [first]
        for following in followers:
            after = following.after(chain[-1].end)
            if after is None:
                break
            chain.append(after)
        else:
            yield hull(chain)


class _Followers:
    """For each offset, the best occurrence that starts there or later: the one with the least `rank`."""

    def __init__(self, occurrences: Sequence[Occurrence], rank: Callable[[Occurrence], int]) -> None:
        ordered = sorted(occurrences, key=attrgetter("start"))
        self._starts = [one.start for one in ordered]
        self._best = ordered[:]
        for at in range(len(ordered) - 2, -1, -1):
            if rank(self._best[at + 1]) < rank(self._best[at]):
                self._best[at] = self._best[at + 1]

    def after(self, offset: int) -> Occurrence | None:
        at = bisect_left(self._starts, offset)
        return self._best[at] if at < len(self._best) else None


def _parted(groups: Groups, bucket: Bucket) -> Iterator[list[list[Occurrence]]]:
    """Give the groups' occurrences for each stretch of text apart."""
    parted: dict[Hashable, list[list[Occurrence]]] = {}
    for group, occurrences in enumerate(groups):
        for one in occurrences:
            if (name := bucket(one)) is not None:
                parted.setdefault(name, [[] for _ in groups])[group].append(one)
    yield from parted.values()
