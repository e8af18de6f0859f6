"""Stories in the store: finding the items that a new one may repeat, and keeping what was decided.

Candidates come from two indexes (exact keys and MinHash bands), never from a scan. Called by `story.cluster`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy
from sqlalchemy import Connection, delete, func, select, update

from watcher.storage.sql import insert_new, insert_or_replace
from watcher.storage.tables import items, stories, story_bands, story_items, story_keys
from watcher.types import Fingerprint, Shingles

# A boilerplate text can share a band with thousands: the newest of them are enough to find its story.
_MOST_CANDIDATES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored item that a new one may repeat, and the story it is in."""

    item_id: int
    story_id: str
    feed_id: str
    shingles: Shingles


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An item's place in a story: why it is there, how alike it was to what decided (0..1), how many items it has."""

    story_id: str
    title: str
    reason: str
    similarity: float
    joined_at: datetime
    items: int


class StoryRows:
    """The `stories`, `story_items`, `story_keys` and `story_bands` tables inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_key(self, keys: Sequence[str]) -> str | None:
        """Give the story that one of these exact keys belongs to, the first key first; None when none does."""
        query = select(story_keys.c.key, story_keys.c.story_id).where(story_keys.c.key.in_(list(keys)))
        found = {row.key: row.story_id for row in self._connection.execute(query)}
        return next((str(found[key]) for key in keys if key in found), None)

    def by_item(self, item_id: int) -> str | None:
        """Give the story that an item is in; None when it is in none."""
        query = select(story_items.c.story_id).where(story_items.c.item_id == item_id)
        found: str | None = self._connection.execute(query).scalar()
        return found

    def membership(self, item_id: int) -> Membership | None:
        """Give an item's place in its story; None when it is in none."""
        others = story_items.alias()
        size = select(func.count()).where(others.c.story_id == story_items.c.story_id).scalar_subquery()
        query = (
            select(story_items, stories.c.title, size.label("size"))
            .join(stories, stories.c.id == story_items.c.story_id)
            .where(story_items.c.item_id == item_id)
        )
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return Membership(
            story_id=row.story_id,
            title=row.title,
            reason=row.reason,
            similarity=row.similarity,
            joined_at=row.joined_at,
            items=row.size,
        )

    def candidates(self, bands: Sequence[int], *, since: datetime) -> Sequence[Candidate]:
        """Give the newest items seen since `since` that share a band."""
        if not bands:
            return []
        near = (
            select(story_bands.c.item_id, story_bands.c.seen_at)
            .where(story_bands.c.band.in_(list(bands)), story_bands.c.seen_at >= since)
            .distinct()
            .order_by(story_bands.c.seen_at.desc(), story_bands.c.item_id.desc())
            .limit(_MOST_CANDIDATES)
            .subquery()
        )
        query = (
            select(story_items.c.item_id, story_items.c.story_id, items.c.feed_id, story_items.c.shingles)
            .join(near, near.c.item_id == story_items.c.item_id)
            .join(items, items.c.id == story_items.c.item_id)
            .order_by(near.c.seen_at.desc(), near.c.item_id.desc())
        )
        return [
            Candidate(
                item_id=row.item_id,
                story_id=row.story_id,
                feed_id=row.feed_id,
                shingles=_unpack(row.shingles),
            )
            for row in self._connection.execute(query)
        ]

    def open(self, story_id: str, *, title: str, at: datetime) -> None:
        """Begin a story."""
        row = {"id": story_id, "title": title, "first_seen_at": at, "last_seen_at": at}
        insert_new(self._connection, stories, [row])

    def join(
        self,
        story_id: str,
        item_id: int,
        fingerprint: Fingerprint,
        *,
        reason: str,
        similarity: float,
        at: datetime,
    ) -> None:
        """Put an item into a story, findable from now on by its keys and bands."""
        row = {
            "item_id": item_id,
            "story_id": story_id,
            "joined_at": at,
            "reason": reason,
            "similarity": similarity,
            "shingles": _pack(fingerprint.shingles),
        }
        insert_or_replace(self._connection, story_items, [row], key=("item_id",))
        self._connection.execute(
            update(stories)
            .where(stories.c.id == story_id, stories.c.last_seen_at < at)
            .values(last_seen_at=at)
        )
        self._index(story_id, item_id, fingerprint, at)

    def _index(self, story_id: str, item_id: int, fingerprint: Fingerprint, at: datetime) -> None:
        insert_new(
            self._connection, story_keys, [{"key": key, "story_id": story_id} for key in fingerprint.exact]
        )
        self._connection.execute(delete(story_bands).where(story_bands.c.item_id == item_id))
        bands = [
            {"band": band, "item_id": item_id, "seen_at": at} for band in dict.fromkeys(fingerprint.bands)
        ]
        insert_new(self._connection, story_bands, bands)

    def forget_bands(self, *, before: datetime) -> None:
        """Drop the bands of items that have left the window: nothing can be compared with them any more."""
        self._connection.execute(delete(story_bands).where(story_bands.c.seen_at < before))


def _pack(shingles: Shingles) -> bytes:
    parts = [sorted(shingles.title), sorted(shingles.lead), sorted(shingles.full)]
    return numpy.array([len(parts[0]), len(parts[1]), *parts[0], *parts[1], *parts[2]], dtype="<u8").tobytes()


def _unpack(packed: bytes) -> Shingles:
    title, lead, *values = numpy.frombuffer(packed, dtype="<u8").tolist()
    return Shingles(
        title=frozenset(values[:title]),
        lead=frozenset(values[title : title + lead]),
        full=frozenset(values[title + lead :]),
    )
