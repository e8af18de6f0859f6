"""How common a trait is: among the reports of open stories, and in news at large as far as the package knows.

In goes what the store has counted, out come expected counts and idf. `data/words.txt` says in how many of some thousand
pieces of news each stem was: a fresh store then knows that "minister" tells less than "Semmama". Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from watcher.story.concepts import shipped_concepts
from watcher.story.weights import shipped_weights
from watcher.types import TraitKind

_PRIOR_ITEMS = 100.0
_CONCEPT_ITEMS = 100.0
_SIGN_ITEMS = 50.0
_SIGN_UNSEEN = {TraitKind.PLACE.value: 0.5, TraitKind.COUNTRY.value: 4.0}
_UNSEEN = 0.45
_MOST_ITEMS = 3_000
"""Counts over more items are scaled down to so many: the thresholds were found there, and one rare word that two
reports share must not weigh more the longer the service runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """How often traits occur: `items` reports in the open stories, and the sum of each trait's weights over them."""

    items: int
    counts: Mapping[str, float]
    _known: dict[str, float] = field(default_factory=dict, compare=False, repr=False)
    scale: float = field(init=False, compare=False, repr=False)
    """What counts of words are multiplied by."""
    others: float = field(init=False, compare=False, repr=False)
    """How many reports are taken to be known, of stories and beforehand."""

    def __post_init__(self) -> None:
        # Both are asked for with each word.
        object.__setattr__(self, "scale", min(1.0, _MOST_ITEMS / max(1, self.items)))
        object.__setattr__(self, "others", elsewhere_items(self, 0))

    def with_counts(self, more: Mapping[str, float]) -> Background:
        """Give the same background with the counts of more traits."""
        # What is worked out already holds for both: it is of other traits.
        return Background(items=self.items, counts={**self.counts, **more}, _known=self._known)


def idf(key: str, background: Background) -> float:
    """Give how telling a trait is: the log of how rare it is, smoothed by what is known before."""
    known = background._known
    if key not in known:  # asked for again with each story that an item is compared with
        known[key] = _idf(key, background)
    return known[key]


def _idf(key: str, background: Background) -> float:
    kind, _, name = key.partition(":")
    count = background.counts.get(key, 0.0)
    if kind == TraitKind.WORD:
        count = stream_count(count * background.scale)
        return math.log(background.others / (count + known_count(name)))
    if kind == TraitKind.CONCEPT:
        share = shipped_concepts().shares.get(name, 0.0)
        known = max(_UNSEEN, share * _CONCEPT_ITEMS)
        return math.log((background.items + _CONCEPT_ITEMS) / (count + known))
    return math.log((background.items + _SIGN_ITEMS) / (count + _SIGN_UNSEEN.get(kind, _UNSEEN)))


def elsewhere_items(background: Background, size: int, *, is_shipped: bool = True) -> float:
    """Give how many reports are taken to be outside a story of `size` reports, with or without the shipped ones."""
    others = stream_count(background.items * background.scale - size) + _PRIOR_ITEMS
    return others + shipped_words()[1] * shipped_weights().prior if is_shipped else others


def stream_count(reports: float) -> float:
    """Give what so many reports of other stories count against those known beforehand.

    They are of today, and so are new words: each counts for more. But reports of one event come in bursts, and are no
    independent proof that a word is common: the sum grows by a power below 1.
    """
    weights = shipped_weights()
    counted: float = weights.stream * max(0.0, reports) ** weights.burst
    return counted


def known_count(word: str, *, is_shipped: bool = True) -> float:
    """Give in how many of the reports that are known beforehand a stem is taken to have been."""
    words, _ = shipped_words()
    weights = shipped_weights()
    return weights.unseen + (weights.prior * words.get(word, 0) if is_shipped else 0.0)


@lru_cache(maxsize=1)
def shipped_words() -> tuple[Mapping[str, int], int]:
    """Give in how many pieces of news each stem was, and how many there were."""
    text = files("watcher.story").joinpath("data/words.txt").read_text("utf-8")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    counts = {word: int(count) for word, count in lines}
    return counts, counts.pop("*")
