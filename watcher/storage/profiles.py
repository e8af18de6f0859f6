"""What open stories speak of: their profiles, and the stories that may be of an item's event.

Candidates come from the index of traits, by the rarest traits of an item and the newest stories that have them; never
from a scan. What reports add is written once for all items of a poll, by `flush`; until then it is found in memory.
Called by `story.cluster` inside the poll's transaction, and by `storage.regrouping`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, bindparam, delete, select, text

from watcher.storage.sql import insert_or_replace
from watcher.storage.tables import story_profiles
from watcher.storage.trait_index import TraitIndex
from watcher.story.commonness import Background, idf
from watcher.story.event import narrowed
from watcher.story.profile import UNIT, Profile, difference, rarest, summed, weightiest, without
from watcher.types import Trait

_ALL = ""  # the trait that every report has: counts the reports themselves
_MOST_CANDIDATES = 8
_MOST_FOUND_BY = 400
_STEP = 500  # stories that are closed in one transaction
_FOLD_LOCK = 7_163_925  # any number that nothing else locks


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A story's row, decoded; `traits` are weights in tenths."""

    number: int
    story_id: str
    size: int
    traits: dict[str, int]
    found_by: list[str]
    seen_at: datetime

    def row(self) -> dict[str, Any]:
        kept = {"number": self.number, "story_id": self.story_id, "size": self.size, "seen_at": self.seen_at}
        return kept | {"traits": dump(self.traits), "found_by": dump(self.found_by)}


class ProfileRows:
    """The `story_profiles` table and the index of its traits inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._index = TraitIndex(connection)
        self._rows: dict[int, Row[Any]] = {}
        self._changed: dict[int, _Kept] = {}
        self._numbers: dict[str, int] = {}
        self._is_locked = (
            connection.dialect.name == "sqlite"
        )  # there a transaction that writes is alone anyway

    def lock(self) -> None:
        """Wait until no other transaction puts items into stories: two workers must see each other's."""
        if not self._is_locked:
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FOLD_LOCK})
            self._is_locked = True

    def expect(self, traits: Iterable[Trait]) -> None:
        """Read how common the traits of all items of a poll are, at once."""
        self._index.expect([*(trait.key for trait in traits), _ALL])

    def background(self, keys: Iterable[str]) -> Background:
        """Give how common traits are among the reports of open stories."""
        counts = self._counts([*dict.fromkeys(keys), _ALL])
        return Background(items=round(counts.pop(_ALL)), counts=counts)

    def candidates(self, traits: Sequence[Trait], *, since: datetime) -> tuple[list[Profile], Background]:
        """Give the stories that share an item's rarest traits and scene, and how common the traits are that are compared.

        Args:
            traits: of the item.
            since: stories without a report since then are closed.
        """
        background = self.background(trait.key for trait in traits)
        profiles, more = narrowed(traits, self._sharing(traits, background, since), background)
        return profiles, background.with_counts(self._counts(sorted(more))) if more else background

    def _counts(self, keys: Sequence[str]) -> dict[str, float]:
        return {key: weight / UNIT for key, weight in self._index.weights(keys).items()}

    def _sharing(self, traits: Sequence[Trait], background: Background, since: datetime) -> list[Profile]:
        keys = rarest([trait for trait in traits if background.counts[trait.key] > 0], background)
        if not keys:
            return []
        found_by, numbers = self._index.newest(keys)
        best = _most_shared(numbers, numpy.repeat([idf(key, background) for key in keys], found_by))
        self._read(best)
        return [story for number in best if (story := self._profile(number, since)) is not None]

    def _read(self, numbers: Sequence[int]) -> None:
        unread = [number for number in numbers if number not in self._rows and number not in self._changed]
        if unread:
            for row in self._connection.execute(_BY_NUMBER, {"numbers": unread}).all():
                self._rows[row.number] = row
                self._numbers[row.story_id] = row.number

    def _profile(self, number: int, since: datetime) -> Profile | None:
        changed, row = self._changed.get(number), self._rows.get(number)
        found = changed or row
        if found is None or found.seen_at < since:
            return None
        weights = changed.traits if changed else json.loads(row.traits) if row else {}
        traits = {key: weight / UNIT for key, weight in weights.items()}
        return Profile(story_id=found.story_id, size=found.size, traits=traits)

    def add(
        self,
        story_id: str,
        item_id: int,
        traits: Sequence[Trait],
        *,
        at: datetime,
        is_new: bool = False,
        background: Background | None = None,
    ) -> None:
        """Add what one more report of a story says; call once for each report, and `flush` after the last.

        Args:
            story_id: the story.
            item_id: the report.
            traits: of the report.
            at: when it was seen.
            is_new: whether it begins the story.
            background: of at least these traits, where it is known.
        """
        background = background or self.background(trait.key for trait in traits)
        story = None if is_new else self._story(story_id)
        if story is None:
            story = _Kept(number=item_id, story_id=story_id, size=0, traits={}, found_by=[], seen_at=at)
        known = set(story.found_by)
        new = [key for key in rarest(traits, background) if key not in known]
        new = new[: _MOST_FOUND_BY - len(story.found_by)]
        self._index.put(story.number, new)
        after = replace(
            story,
            size=story.size + 1,
            traits=summed(story.traits, traits),
            found_by=story.found_by + new,
            seen_at=max(at, story.seen_at),
        )
        self._change(story, after)

    def lessen(self, story_id: str, reports: Sequence[Sequence[Trait]]) -> bool:
        """Take what reports say out of a story; gives False where it is closed and has no profile."""
        story = self._story(story_id)
        if story is None:
            return False
        size = max(1, story.size - len(reports))
        self._change(story, replace(story, size=size, traits=without(story.traits, reports)))
        self.flush()
        return True

    def absorb(self, story_id: str, other: str) -> None:
        """Put what the reports of another story say into a story."""
        mine, theirs = self._story(story_id), self._story(other)
        if theirs is None:
            return
        both = replace(theirs, story_id=story_id)
        if mine is not None:
            sums = {
                key: mine.traits.get(key, 0) + theirs.traits.get(key, 0)
                for key in (mine.traits | theirs.traits)
            }
            found_by = [*dict.fromkeys(mine.found_by + theirs.found_by)][:_MOST_FOUND_BY]
            self._index.put(mine.number, found_by[len(mine.found_by) :])
            both = replace(
                mine, size=mine.size + theirs.size, traits=weightiest(sums), found_by=found_by,
                seen_at=max(mine.seen_at, theirs.seen_at),
            )  # fmt: skip
            self._change(mine, both)
            self._drop([theirs])
        else:
            self._changed[both.number] = both
        self.flush()

    def _story(self, story_id: str) -> _Kept | None:
        number = self._numbers.get(story_id)
        if number in self._changed:
            return self._changed[number]
        row = None if number is None else self._rows.get(number)
        if row is None:
            row = self._connection.execute(_BY_STORY, {"story": story_id}).one_or_none()
        return None if row is None else _kept(row)

    def _change(self, before: _Kept, after: _Kept) -> None:
        self._changed[after.number] = after
        self._numbers[after.story_id] = after.number
        changes = difference(before.traits, after.traits)
        self._index.count(changes | {_ALL: (after.size - before.size) * UNIT})

    def flush(self) -> None:
        """Write what was added."""
        rows = [story.row() for story in self._changed.values()]
        insert_or_replace(self._connection, story_profiles, rows, key=("number",))
        self._index.flush()
        for known in (self._rows, self._changed, self._numbers):
            known.clear()

    def _drop(self, closed: Sequence[_Kept]) -> None:
        """Drop stories with what they are found by, and with what they say."""
        numbers: defaultdict[str, set[int]] = defaultdict(set)
        for story in closed:
            self._index.count({key: -weight for key, weight in story.traits.items()})
            self._index.count({_ALL: -story.size * UNIT})
            for key in story.found_by:
                numbers[key].add(story.number)
        self._index.take({key: frozenset(gone) for key, gone in numbers.items()})
        gone = [story.number for story in closed]
        for number in gone:
            self._changed.pop(number, None)
        self._connection.execute(delete(story_profiles).where(story_profiles.c.number.in_(gone)))

    def forget(self, *, before: datetime) -> bool:
        """Close stories that nothing can join any more, one step of them; says whether more are left."""
        self.lock()
        query = select(story_profiles).where(story_profiles.c.seen_at < before).limit(_STEP)
        closed = [_kept(row) for row in self._connection.execute(query)]
        self._drop(closed)
        self.flush()
        if len(closed) == _STEP:
            return True
        self._index.sweep()
        return False

    def recount(self) -> None:
        """Make the index anew from the profiles; gives what it is anyway."""
        self.lock()
        self.flush()
        self._index.clear()
        for row in self._connection.execute(select(story_profiles)).yield_per(_STEP):
            story = _kept(row)
            self._index.count(story.traits)
            self._index.count({_ALL: story.size * UNIT})
            self._index.put(story.number, story.found_by)
        self._index.flush()


def _most_shared(numbers: NDArray[numpy.int64], telling: NDArray[numpy.float64]) -> list[int]:
    """Give the stories that most speaks for: `numbers` has each as often as traits find it, `telling` what each tells."""
    stories, places = numpy.unique(numbers, return_inverse=True)
    shared = numpy.bincount(places, telling)
    best = numpy.lexsort((stories, shared))[: -_MOST_CANDIDATES - 1 : -1]
    found: list[int] = stories[best].tolist()
    return found


def _kept(row: Row[Any]) -> _Kept:
    return _Kept(
        number=row.number,
        story_id=row.story_id,
        size=row.size,
        traits=json.loads(row.traits),
        found_by=json.loads(row.found_by),
        seen_at=row.seen_at,
    )


def dump(value: object) -> str:
    """Give JSON as short as it can be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_BY_NUMBER = select(story_profiles).where(story_profiles.c.number.in_(bindparam("numbers", expanding=True)))
_BY_STORY = select(story_profiles).where(story_profiles.c.story_id == bindparam("story"))
