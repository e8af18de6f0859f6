"""What open stories speak of: their profiles, the index that finds them by a trait, and how common each trait is.

Candidates come from the index, by the rarest traits of an item; never from a scan. Called by `story.cluster` inside
the poll's transaction.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, text

from watcher.storage.sql import insert_new, insert_or_add, insert_or_replace
from watcher.storage.tables import story_profiles, story_traits, trait_counts
from watcher.story.event import Background, Profile
from watcher.types import Trait, TraitKind

_ALL = ""  # the row of `trait_counts` that counts the items themselves
_FINDING = (TraitKind.WORD, TraitKind.CONCEPT, TraitKind.PLACE)
_COMPARED = ("c:", "p:", "k:")
_RAREST = 16
_MOST_POSTINGS = 4_000  # a trait that so many stories have finds none of them
_MOST_CANDIDATES = 24
_MOST_TRAITS = 240
"""A story that goes on for days keeps what most of its reports say."""
_FOLD_LOCK = 7_163_925  # any number that nothing else locks


class ProfileRows:
    """The `story_profiles`, `story_traits` and `trait_counts` tables inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Wait until no other transaction puts items into stories: two workers must see each other's.

        On SQLite a transaction that writes is alone anyway.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FOLD_LOCK})

    def candidates(self, traits: Sequence[Trait], *, since: datetime) -> tuple[list[Profile], Background]:
        """Give the stories that share an item's rarest traits, and how common the traits of all of them are.

        Args:
            traits: of the item.
            since: stories without a report since then are closed.
        """
        counts = self._counts([trait.key for trait in traits] + [_ALL])
        items = counts.pop(_ALL, 0)
        found = self._sharing(_rarest(traits, counts), since)
        profiles = self._profiles(found)
        compared = {key for story in profiles for key in story.traits if key.startswith(_COMPARED)}
        counts |= self._counts(sorted(compared - counts.keys()))
        return profiles, Background(items=items, counts=counts)

    def _counts(self, keys: Sequence[str]) -> dict[str, int]:
        if not keys:
            return {}
        query = select(trait_counts.c.trait, trait_counts.c.reports).where(trait_counts.c.trait.in_(keys))
        return {row.trait: row.reports for row in self._connection.execute(query)}

    def _sharing(self, keys: Sequence[str], since: datetime) -> list[str]:
        if not keys:
            return []
        shared = func.count()
        query = (
            select(story_traits.c.story_id)
            .where(story_traits.c.trait.in_(keys), story_traits.c.seen_at >= since)
            .group_by(story_traits.c.story_id)
            .order_by(shared.desc(), func.max(story_traits.c.seen_at).desc(), story_traits.c.story_id)
            .limit(_MOST_CANDIDATES)
        )
        return list(self._connection.scalars(query))

    def _profiles(self, story_ids: Sequence[str]) -> list[Profile]:
        if not story_ids:
            return []
        query = select(story_profiles).where(story_profiles.c.story_id.in_(story_ids))
        found = {row.story_id: row for row in self._connection.execute(query)}
        return [
            Profile(story_id=one, size=found[one].size, traits=json.loads(found[one].traits))
            for one in story_ids
            if one in found
        ]

    def add(self, story_id: str, traits: Sequence[Trait], *, at: datetime) -> None:
        """Add what one more report of a story says; call once for each report."""
        [old] = self._profiles([story_id]) or [Profile(story_id=story_id, size=0, traits={})]
        weights = dict(old.traits)
        for trait in traits:
            weights[trait.key] = weights.get(trait.key, 0.0) + trait.weight
        heaviest = heapq.nlargest(_MOST_TRAITS, weights.items(), key=lambda pair: pair[1])
        row = {
            "story_id": story_id,
            "size": old.size + 1,
            "traits": json.dumps(dict(heaviest), ensure_ascii=False),
            "seen_at": at,
        }
        insert_or_replace(self._connection, story_profiles, [row], key=("story_id",))
        keys = sorted({trait.key for trait in traits})
        found_by = [trait.key for trait in traits if trait.kind in _FINDING]
        rows = [{"trait": key, "story_id": story_id, "seen_at": at} for key in sorted(set(found_by))]
        insert_or_replace(self._connection, story_traits, rows, key=("trait", "story_id"))
        counted = [{"trait": key, "reports": 1} for key in [_ALL, *keys]]
        insert_or_add(self._connection, trait_counts, counted, key=("trait",), number="reports")

    def forget(self, *, before: datetime) -> None:
        """Drop the stories that nothing can join any more, and count anew over those that are left."""
        self._connection.execute(delete(story_traits).where(story_traits.c.seen_at < before))
        self._connection.execute(delete(story_profiles).where(story_profiles.c.seen_at < before))
        self._connection.execute(delete(trait_counts))
        self._connection.execute(
            insert(trait_counts).from_select(
                ["trait", "reports"],
                select(story_traits.c.trait, func.count()).group_by(story_traits.c.trait),
            )
        )
        total = self._connection.scalar(select(func.coalesce(func.sum(story_profiles.c.size), 0)))
        insert_new(self._connection, trait_counts, [{"trait": _ALL, "reports": total}])


def _rarest(traits: Iterable[Trait], counts: dict[str, int]) -> list[str]:
    finding = sorted(
        (counts[trait.key], trait.key)
        for trait in traits
        if trait.kind in _FINDING and 0 < counts.get(trait.key, 0) <= _MOST_POSTINGS
    )
    return [key for _, key in finding[:_RAREST]]
