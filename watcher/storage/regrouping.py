"""Moves reports from story to story because a person says so, and keeps what was said.

What later reports are compared with moves along: texts, keys and profiles. Called by `regroup`, inside one transaction that
holds the lock of `profiles`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from watcher.storage.profiles import ProfileRows
from watcher.storage.sql import insert_new, insert_or_replace
from watcher.storage.tables import (
    items,
    stories,
    story_items,
    story_keys,
    story_words,
)
from watcher.types import Trait

_MOST_WORDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person said of reports: that those of two stories belong together, or that these do not belong to a story.

    `other_story` is the one that came out of `story_id`, or went into it; `item_ids` are the reports that moved.
    """

    id: str
    story_id: str
    other_story: str
    is_together: bool
    item_ids: tuple[int, ...]
    by: str
    by_id: str
    via: str
    at: datetime
    comment: str = ""


class RegroupRows:
    """What a story is made of and found by, inside one transaction."""

    def __init__(self, connection: Connection, profiles: ProfileRows) -> None:
        self._connection = connection
        self._profiles = profiles

    def absorb(self, story_id: str, other: str) -> tuple[int, ...]:
        """Move everything of another story into one; gives the reports that moved. The other stays, empty."""
        query = select(story_items.c.item_id).where(story_items.c.story_id == other)
        moved = tuple(self._connection.scalars(query.order_by(story_items.c.item_id)))
        for table in (story_items, story_keys):
            self._connection.execute(update(table).where(table.c.story_id == other).values(story_id=story_id))
        seen = select(stories.c.last_seen_at).where(stories.c.id.in_([story_id, other]))
        self._connection.execute(
            update(stories)
            .where(stories.c.id == story_id)
            .values(last_seen_at=max(self._connection.scalars(seen)))
        )
        self._profiles.absorb(story_id, other)
        return moved

    def part(self, story_id: str, new: str, item_ids: Sequence[int], keys: Iterable[str], void: Iterable[str]) -> None:  # fmt: skip
        """Move reports out of a story into another one, which is open.

        Args:
            story_id: that they are in.
            new: that they go into.
            item_ids: of the reports.
            keys: exact keys that only they have: a later report with one of them is theirs.
            void: keys that they share with reports that stay: those prove nothing any more.
        """
        self._connection.execute(
            update(story_items)
            .where(story_items.c.item_id.in_(list(item_ids)), story_items.c.story_id == story_id)
            .values(story_id=new)
        )
        moved = [{"key": key, "story_id": new, "is_void": False} for key in keys]
        insert_or_replace(self._connection, story_keys, moved, key=("key",))
        nobodys = [{"key": key, "story_id": story_id, "is_void": True} for key in void]
        insert_or_replace(self._connection, story_keys, nobodys, key=("key",))

    def lessen(self, story_id: str, traits: Sequence[Sequence[Trait]]) -> bool:
        """Take what reports say out of a story's profile; gives False where it is closed and has none."""
        return self._profiles.lessen(story_id, traits)

    def say(self, word: Word) -> None:
        """Keep what a person said."""
        row = {
            "id": word.id,
            "story_id": word.story_id,
            "other_story": word.other_story,
            "is_together": word.is_together,
            "item_ids": list(word.item_ids),
            "by": word.by,
            "by_id": word.by_id,
            "via": word.via,
            "at": word.at,
            "comment": word.comment,
        }
        insert_new(self._connection, story_words, [row])

    def words(self, story_id: str) -> Sequence[Word]:
        """Give what was said of a story, or of one that it was parted from, oldest first; the last words of many."""
        columns = story_words.c
        query = (
            select(story_words)
            .where(or_(columns.story_id == story_id, columns.other_story == story_id))
            .order_by(columns.at.desc(), columns.id)
            .limit(_MOST_WORDS)
        )
        return [_word(row) for row in reversed(self._connection.execute(query).all())]

    def places(self, item_ids: Sequence[int]) -> dict[int, str]:
        """Say in which stories items are; those that are in none, or are not kept, are left out."""
        query = (
            select(story_items.c.item_id, story_items.c.story_id)
            .join(items, items.c.id == story_items.c.item_id)
            .where(story_items.c.item_id.in_(list(item_ids)))
        )
        return {row.item_id: row.story_id for row in self._connection.execute(query)}


def _word(row: Row[Any]) -> Word:
    return Word(
        id=row.id,
        story_id=row.story_id,
        other_story=row.other_story,
        is_together=row.is_together,
        item_ids=tuple(row.item_ids),
        by=row.by,
        by_id=row.by_id,
        via=row.via,
        at=row.at,
        comment=row.comment,
    )
