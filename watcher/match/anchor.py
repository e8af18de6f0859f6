"""Which signs in an item make it worth evaluating a rule: the heart of the index over rules.

A sign is a term's key, `list:NAME` or `place:CC/KIND`. An anchor is a set of signs of which at least one is present
wherever a condition holds; the rarer they are together, the fewer items the rule is evaluated on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from watcher.match.term import Term

PLACE_COST = 1000.0
"""Finding the places of an item costs as much as evaluating dozens of rules: only where there is nothing else."""

ANY_COUNTRY = "*"

SOMEWHERE = "somewhere:"
"""The sign that a place may be named: the places of every item have to be looked for."""

_LIST = "list:"
_PLACE = "place:"
_ABOUT = "about:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Signs, one of which must be present, and a rough share of items in which one is."""

    signs: frozenset[str]
    cost: float


def list_sign(name: str) -> str:
    """Give the sign that any term of a list occurs."""
    return f"{_LIST}{name}"


def list_of_sign(sign: str) -> str | None:
    """Give the name of the list that a sign stands for, if it does for one."""
    return sign[len(_LIST) :] if sign.startswith(_LIST) else None


@cache
def place_sign(country: str, kind: str = "") -> str:
    """Give the sign that a place in a country is named; `*` for any country, no kind for any kind."""
    return f"{_PLACE}{country}/{kind}"


def is_place_sign(sign: str) -> bool:
    """Tell whether a sign is one that takes the places of an item to be found."""
    return sign.startswith(_PLACE)


def country_of_sign(sign: str) -> str:
    """Give the country that a place sign is about, `*` for any."""
    return sign[len(_PLACE) :].partition("/")[0]


@cache
def about_sign(country: str) -> str:
    """Give the sign that a place in a country may be named, `*` for any: places are seen first, and decided on late."""
    return f"{_ABOUT}{country}"


def term_cost(term: Term) -> float:
    """Guess how common a term is from its length: every two letters more make it three times as rare."""
    letters = sum(map(str.isalnum, term.literal))
    return float(min(1.0, 3.0 ** (1 - letters / 2)))


def union(anchors: Iterable[Anchor]) -> Anchor:
    """Join anchors into one that is present when any of them is."""
    joined = tuple(anchors)
    return Anchor(
        signs=frozenset().union(*(anchor.signs for anchor in joined)),
        cost=sum(anchor.cost for anchor in joined),
    )


def quorum(anchors: Sequence[Anchor | None], weights: Sequence[float], threshold: float) -> Anchor | None:
    """Find an anchor for "the weights of the conditions that hold reach the threshold".

    Conditions may be left out of the anchor as long as all that were left out cannot reach the threshold by
    themselves. The commonest go first, those without any anchor before them.

    Args:
        anchors: one for each condition, None where it has none.
        weights: one for each condition; those of zero or less cannot help and are not counted.
        threshold: what the sum must reach; above 0.

    Returns:
        The anchor, or None when conditions without one suffice for the threshold.
    """
    helping = [(a, w) for a, w in zip(anchors, weights, strict=True) if w > 0]
    helping.sort(key=lambda pair: float("inf") if pair[0] is None else pair[0].cost, reverse=True)
    left_out = 0.0
    for at, (_, weight) in enumerate(helping):
        if left_out + weight >= threshold:
            kept = [anchor for anchor, _ in helping[at:]]
            return None if None in kept else union(a for a in kept if a is not None)
        left_out += weight
    # The threshold is out of reach: an anchor without signs is never present.
    return Anchor(signs=frozenset(), cost=0.0)
