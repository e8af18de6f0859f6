"""The items of a story: what is in it, and why each is.

Called by the commands that show a story, and by `regroup`, which parts and joins them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from watcher.storage.tables import items, story_items


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One item of a story.

    `reason` says why it is there, `similarity` (0..1) how alike it was to what decided, `contributions` what spoke for it,
    with weights in nats.
    """

    item_id: int
    feed_id: str
    title: str
    url: str | None
    seen_at: datetime
    joined_at: datetime
    reason: str
    similarity: float
    contributions: tuple[tuple[str, float], ...]


class MemberRows:
    """The `story_items` table, item by item, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, story_id: str, *, limit: int) -> Sequence[Member]:
        """Give the first items of a story, in the order in which they joined."""
        query = (
            select(story_items, items.c.feed_id, items.c.title, items.c.url, items.c.seen_at)
            .join(items, items.c.id == story_items.c.item_id)
            .where(story_items.c.story_id == story_id)
            .order_by(story_items.c.joined_at, story_items.c.item_id)
            .limit(limit)
        )
        return [
            Member(
                item_id=row.item_id,
                feed_id=row.feed_id,
                title=row.title,
                url=row.url,
                seen_at=row.seen_at,
                joined_at=row.joined_at,
                reason=row.reason,
                similarity=row.similarity,
                contributions=tuple((name, weight) for name, weight in row.contributions or ()),
            )
            for row in self._connection.execute(query)
        ]

    def count(self, story_id: str) -> int:
        """Count the items of a story."""
        query = select(func.count()).where(story_items.c.story_id == story_id)
        return int(self._connection.execute(query).scalar_one())
