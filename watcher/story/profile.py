"""What a story speaks of: the sum of what its reports do, and what it is found by.

In go a story's sums and a report's traits, out come the new sums and the traits by which both are found. Pure; called by
`event`, which compares, and by `storage.profiles`, which keeps.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from watcher.story.commonness import Background, idf
from watcher.types import Trait, TraitKind

UNIT = 10
"""Weights are summed in tenths: sums of whole numbers are the same in any order."""
_FINDING = {TraitKind.WORD: 24, TraitKind.PLACE: 4, TraitKind.CONCEPT: 6}
"""By so many of each kind, the rarest, a story is found."""
_MOST_TRAITS = 400
"""A story that goes on for days keeps what most of its reports say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A story as it is compared: how many reports it has, and the sum of their traits' weights by key."""

    story_id: str
    size: int
    traits: Mapping[str, float]
    _kinds: dict[TraitKind, list[tuple[str, float]]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, kind: TraitKind) -> list[tuple[str, float]]:
        """Give the traits of one kind."""
        found = self._kinds.get(kind)
        if found is None:  # asked for several times in each comparison; of most stories only the places are
            letter = kind.value
            found = self._kinds[kind] = [pair for pair in self.traits.items() if pair[0][0] == letter]
        return found


def summed(old: Mapping[str, int], traits: Iterable[Trait]) -> dict[str, int]:
    """Give the weights of a story's traits, in tenths, with those of one more report."""
    sums = dict(old)
    for trait in traits:
        key = trait.key
        sums[key] = sums.get(key, 0) + round(trait.weight * UNIT)
    return weightiest(sums)


def weightiest(sums: Mapping[str, int]) -> dict[str, int]:
    """Give as many of a story's traits as are kept."""
    if len(sums) <= _MOST_TRAITS:
        return dict(sums)
    return dict(heapq.nlargest(_MOST_TRAITS, sums.items(), key=lambda pair: (pair[1], pair[0])))


def without(old: Mapping[str, int], reports: Iterable[Iterable[Trait]]) -> dict[str, int]:
    """Give the weights of a story's traits, in tenths, with those of some reports taken out."""
    less: defaultdict[str, int] = defaultdict(int)
    for trait in (trait for report in reports for trait in report):
        less[trait.key] += round(trait.weight * UNIT)
    return {key: weight - less[key] for key, weight in old.items() if weight > less[key]}


def difference(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    """Give by how much each weight has changed, without those that have not."""
    changes = {key: weight - old.get(key, 0) for key, weight in new.items() if weight != old.get(key, 0)}
    return changes | {key: -weight for key, weight in old.items() if key not in new}


def rarest(traits: Iterable[Trait], background: Background) -> list[str]:
    """Give the traits that stories are found by: of each kind that finds, the most telling ones."""
    by_kind: defaultdict[TraitKind, list[tuple[float, str]]] = defaultdict(list)
    for trait in traits:
        if trait.kind in _FINDING:
            key = trait.key
            by_kind[trait.kind].append((idf(key, background), key))
    return [key for kind, most in _FINDING.items() for _, key in sorted(by_kind[kind], reverse=True)[:most]]
