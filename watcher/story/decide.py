"""Is this item a report that a story already holds? Pure; called by `cluster` inside the poll's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest
from typing import Protocol

from watcher.types import Shingles

# Changing one word in ten of a text leaves two thirds of its word pairs in common; unrelated reports on one
# event, written apart, share under a fifth.
SAME_TEXT = 0.55
# A headline alone must be nearly the same: it is short, and two ambushes make similar ones.
SAME_TITLE = 0.8
MOST_SHINGLES = 256
"""Of a longer text so many shingles are kept, those with the smallest hashes: likeness is then estimated within 0.03."""


class Reason(StrEnum):
    """Why an item is where it is; kept with it, shown and counted."""

    NEW = "new"
    SAME_KEY = "same_key"
    SAME_TEXT = "same_text"
    SAME_LEAD = "same_lead"
    SAME_TITLE = "same_title"
    SAME_WORDS = "same_words"
    SAME_EVENT = "same_event"


class Stored(Protocol):
    """What is asked of a stored item."""

    @property
    def story_id(self) -> str: ...
    @property
    def feed_id(self) -> str: ...
    @property
    def shingles(self) -> Shingles: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The story to join (None: begin one), why, and how alike the item is to what decided (0..1).

    `contributions` say what spoke for it and how much, the weightiest first, in nats; empty where a copy was recognised.
    """

    story_id: str | None
    reason: Reason
    similarity: float
    contributions: tuple[tuple[str, float], ...] = ()


def decide(shingles: Shingles, *, feed_id: str, by_key: str | None, candidates: Iterable[Stored]) -> Decision:
    """Decide where an item belongs.

    Args:
        shingles: of the item.
        feed_id: its feed. An outlet that prints the same headline twice under two ids means two events.
        by_key: the story that one of its exact keys belongs to.
        candidates: stored items that may be alike, the likeliest first.
    """
    if by_key is not None:
        return Decision(story_id=by_key, reason=Reason.SAME_KEY, similarity=1.0)
    best = Decision(story_id=None, reason=Reason.NEW, similarity=0.0)
    for candidate in candidates:
        for reason, similarity, least in _compare(shingles, feed_id, candidate):
            if similarity >= least and similarity > best.similarity:
                best = Decision(story_id=candidate.story_id, reason=reason, similarity=similarity)
    return best


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Give the share of elements in common, 0..1; 0 when either is empty.

    Exact for whole sets. Of sets that were cut to their smallest elements it is the share among the smallest of both
    together, which estimates that of the whole (Broder 1997).
    """
    if not one or not other:
        return 0.0
    common = one & other
    if len(one) < MOST_SHINGLES and len(other) < MOST_SHINGLES:
        return len(common) / (len(one) + len(other) - len(common))
    smallest = nsmallest(MOST_SHINGLES, one | other)
    return sum(value in common for value in smallest) / len(smallest)


def _compare(shingles: Shingles, feed_id: str, candidate: Stored) -> Iterable[tuple[Reason, float, float]]:
    stored = candidate.shingles
    yield Reason.SAME_TEXT, jaccard(shingles.full, stored.full), SAME_TEXT
    yield Reason.SAME_LEAD, jaccard(shingles.lead, stored.lead), SAME_TEXT
    if feed_id != candidate.feed_id:
        yield Reason.SAME_TITLE, jaccard(shingles.title, stored.title), SAME_TITLE
