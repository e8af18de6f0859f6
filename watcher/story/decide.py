"""Is this item a report that a story already holds? Pure; called by `cluster` inside the poll's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from watcher.types import Shingles

# Changing one word in ten of a text leaves two thirds of its word pairs in common; unrelated reports on one
# event, written apart, share under a fifth.
SAME_TEXT = 0.55
# A headline alone must be nearly the same: it is short, and two ambushes make similar ones.
SAME_TITLE = 0.8


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
    """The story to join (None: begin one), why, and how alike the item is to the one that decided (0..1)."""

    story_id: str | None
    reason: Reason
    similarity: float


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
    """Give the share of elements in common, 0..1; 0 when either is empty."""
    if not one or not other:
        return 0.0
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def _compare(shingles: Shingles, feed_id: str, candidate: Stored) -> Iterable[tuple[Reason, float, float]]:
    stored = candidate.shingles
    yield Reason.SAME_TEXT, jaccard(shingles.full, stored.full), SAME_TEXT
    yield Reason.SAME_LEAD, jaccard(shingles.lead, stored.lead), SAME_TEXT
    if feed_id != candidate.feed_id:
        yield Reason.SAME_TITLE, jaccard(shingles.title, stored.title), SAME_TITLE
