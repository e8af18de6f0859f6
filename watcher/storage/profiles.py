"""What open stories speak of: their profiles, the index that finds them by a trait, and how common each trait is.

Candidates come from the index, by the rarest traits of an item and the newest stories that have them; never from a
scan. What reports add is written once for all items of a poll, by `flush`; until then it is found in memory. Called by
`story.cluster` inside the poll's transaction.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Float, Select, bindparam, delete, func, insert, select, text, union_all

from watcher.storage.sql import insert_new, insert_or_add, insert_or_replace
from watcher.storage.tables import story_profiles, story_traits, trait_counts
from watcher.story.commonness import Background, idf
from watcher.story.event import Profile
from watcher.types import Trait, TraitKind

_ALL = ""  # the row of `trait_counts` that counts the reports themselves
_UNIT = 10  # weights are kept in tenths: sums of whole numbers are the same in any order
_COMPARED = ("c:", "p:", "k:")
_FINDING = {TraitKind.WORD: 24, TraitKind.PLACE: 4, TraitKind.CONCEPT: 6}
"""By so many of each kind, the rarest, a story is found."""
_NEWEST_OF_A_TRAIT = 64
_MOST_CANDIDATES = 8
_MOST_TRAITS = 400
"""A story that goes on for days keeps what most of its reports say."""
_MOST_FOUND_BY = 400
_BATCH = 500  # parameters of one IN list: far below what either database takes
_STEP = 500  # stories that are closed in one transaction
_FOLD_LOCK = 7_163_925  # any number that nothing else locks


@dataclass(slots=True, kw_only=True)
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
    """The `story_profiles`, `story_traits` and `trait_counts` tables inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._weights: dict[str, int] = {}
        self._rows: dict[str, Any] = {}
        self._changed: dict[str, _Kept] = {}
        self._new_traits: list[dict[str, Any]] = []
        self._changes: Counter[str] = Counter()
        self._is_locked = (
            connection.dialect.name == "sqlite"
        )  # there a transaction that writes is alone anyway

    def lock(self) -> None:
        """Wait until no other transaction puts items into stories: two workers must see each other's."""
        if not self._is_locked:
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FOLD_LOCK})
            self._is_locked = True

    def candidates(self, traits: Sequence[Trait], *, since: datetime) -> tuple[list[Profile], Background]:
        """Give the stories that share an item's rarest traits, and how common the traits of all of them are.

        Args:
            traits: of the item.
            since: stories without a report since then are closed.
        """
        background = self.background(trait.key for trait in traits)
        profiles = self._sharing(traits, background, since)
        compared = {key for story in profiles for key in story.traits if key.startswith(_COMPARED)}
        more = self._counts(sorted(compared - background.counts.keys()))
        return profiles, background.with_counts(more)

    def expect(self, traits: Iterable[Trait]) -> None:
        """Read how common the traits of all items of a poll are, at once."""
        self._counts([*dict.fromkeys(trait.key for trait in traits), _ALL])

    def background(self, keys: Iterable[str]) -> Background:
        """Give how common traits are among the reports of open stories."""
        wanted = list(dict.fromkeys(keys))
        counts = self._counts([*wanted, _ALL])
        return Background(items=round(counts.pop(_ALL)), counts=counts)

    def _counts(self, keys: Sequence[str]) -> dict[str, float]:
        # Nobody else changes them while this transaction folds (see `lock`): each is read once.
        unread = [key for key in keys if key not in self._weights]
        for start in range(0, len(unread), _BATCH):
            some = unread[start : start + _BATCH]
            self._weights.update(dict.fromkeys(some, 0))
            self._weights.update(
                (row[0], row[1]) for row in self._connection.execute(_COUNTS, {"keys": some})
            )
        return {key: self._weights[key] / _UNIT for key in keys}

    def _sharing(self, traits: Sequence[Trait], background: Background, since: datetime) -> list[Profile]:
        keys = rarest([trait for trait in traits if background.counts[trait.key] > 0], background)
        if not keys:
            return []
        telling = {key: idf(key, background) for key in keys}
        values: dict[str, Any] = {"since": since}
        for place, key in enumerate(keys):
            values[f"trait{place}"] = key
            values[f"telling{place}"] = telling[key]
        rows = self._connection.execute(_newest(len(keys)), values).all()
        found = {row.story_id: (row.shared, row.number) for row in rows if row.story_id not in self._changed}
        self._rows.update((row.story_id, row) for row in rows)
        for story in self._changed.values():
            shared = sum(telling[key] for key in telling.keys() & story.found_by)
            if shared and story.seen_at >= since:
                found[story.story_id] = (shared, story.number)
        best = heapq.nlargest(_MOST_CANDIDATES, found, key=found.__getitem__)
        return [self._profile(story_id) for story_id in best]

    def _profile(self, story_id: str) -> Profile:
        changed = self._changed.get(story_id)
        if changed is not None:
            size, weights = changed.size, changed.traits
        else:
            row = self._rows[story_id]
            size, weights = row.size, json.loads(row.traits)
        traits = {key: weight / _UNIT for key, weight in weights.items()}
        return Profile(story_id=story_id, size=size, traits=traits)

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
        sums = summed(story.traits, traits)
        self._count(_difference(story.traits, sums), reports=1)
        new = [key for key in rarest(traits, background) if key not in story.found_by]
        new = new[: _MOST_FOUND_BY - len(story.found_by)]
        self._new_traits += [{"trait": key, "number": story.number} for key in new]
        self._changed[story_id] = _Kept(
            number=story.number,
            story_id=story_id,
            size=story.size + 1,
            traits=sums,
            found_by=story.found_by + new,
            seen_at=max(at, story.seen_at),
        )

    def _story(self, story_id: str) -> _Kept | None:
        if story_id in self._changed:
            return self._changed[story_id]
        row = self._rows.get(story_id)
        if row is None:
            row = self._connection.execute(_PROFILE, {"story": story_id}).one_or_none()
        return None if row is None else _kept(row)

    def _count(self, changes: Mapping[str, int], *, reports: int) -> None:
        for key, weight in [*changes.items(), (_ALL, reports * _UNIT)]:
            self._changes[key] += weight
            if key in self._weights:
                self._weights[key] += weight

    def flush(self) -> None:
        """Write what was added."""
        rows = [story.row() for story in self._changed.values()]
        insert_or_replace(self._connection, story_profiles, rows, key=("number",))
        insert_new(self._connection, story_traits, self._new_traits)
        # In one order always: two transactions that each hold a row the other wants would wait for ever.
        counts = [{"trait": key, "weight": weight} for key, weight in sorted(self._changes.items()) if weight]
        insert_or_add(self._connection, trait_counts, counts, key=("trait",), number="weight")
        for known in (self._rows, self._changed, self._new_traits, self._changes):
            known.clear()

    def forget(self, *, before: datetime) -> bool:
        """Close stories that nothing can join any more, one step of them; says whether more are left."""
        self.lock()
        query = select(story_profiles).where(story_profiles.c.seen_at < before).limit(_STEP)
        closed = list(self._connection.execute(query))
        if not closed:
            return False
        less: Counter[str] = Counter()
        for row in closed:
            less.update({key: -weight for key, weight in json.loads(row.traits).items()})
        self._count(less, reports=-sum(row.size for row in closed))
        self.flush()
        found_by = [
            {"a_trait": key, "a_number": row.number} for row in closed for key in json.loads(row.found_by)
        ]
        if found_by:
            one = (
                story_traits.c.trait == bindparam("a_trait"),
                story_traits.c.number == bindparam("a_number"),
            )
            self._connection.execute(delete(story_traits).where(*one), found_by)
        numbers = [row.number for row in closed]
        self._connection.execute(delete(story_profiles).where(story_profiles.c.number.in_(numbers)))
        gone = trait_counts.c.trait.in_(sorted(less)[:30_000])
        self._connection.execute(delete(trait_counts).where(gone, trait_counts.c.weight <= 0))
        return len(closed) == _STEP

    def recount(self) -> None:
        """Count anew how common each trait is; gives what the counts are anyway."""
        self.lock()
        sums: Counter[str] = Counter()
        for size, traits in self._connection.execute(select(story_profiles.c.size, story_profiles.c.traits)):
            sums.update(json.loads(traits))
            sums[_ALL] += size * _UNIT
        self._connection.execute(delete(trait_counts))
        self._weights.clear()
        if sums:
            rows = [{"trait": key, "weight": weight} for key, weight in sorted(sums.items())]
            self._connection.execute(insert(trait_counts), rows)


def _kept(row: Any) -> _Kept:
    return _Kept(
        number=row.number,
        story_id=row.story_id,
        size=row.size,
        traits=json.loads(row.traits),
        found_by=json.loads(row.found_by),
        seen_at=row.seen_at,
    )


def summed(old: Mapping[str, int], traits: Iterable[Trait]) -> dict[str, int]:
    """Give the weights of a story's traits, in tenths, with those of one more report."""
    sums = dict(old)
    for trait in traits:
        sums[trait.key] = sums.get(trait.key, 0) + round(trait.weight * _UNIT)
    if len(sums) <= _MOST_TRAITS:
        return sums
    return dict(heapq.nlargest(_MOST_TRAITS, sums.items(), key=lambda pair: (pair[1], pair[0])))


def dump(value: object) -> str:
    """Give JSON as short as it can be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _difference(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    changes = {key: weight - old.get(key, 0) for key, weight in new.items() if weight != old.get(key, 0)}
    return changes | {key: -weight for key, weight in old.items() if key not in new}


def rarest(traits: Iterable[Trait], background: Background) -> list[str]:
    """Give the traits that stories are found by: of each kind that finds, the most telling ones."""
    by_kind: defaultdict[TraitKind, list[tuple[float, str]]] = defaultdict(list)
    for trait in traits:
        if trait.kind in _FINDING:
            by_kind[trait.kind].append((idf(trait.key, background), trait.key))
    return [key for kind, most in _FINDING.items() for _, key in heapq.nlargest(most, by_kind.get(kind, ()))]


_COUNTS = select(trait_counts.c.trait, trait_counts.c.weight).where(
    trait_counts.c.trait.in_(bindparam("keys", expanding=True))
)
_PROFILE = select(story_profiles).where(story_profiles.c.story_id == bindparam("story"))


@cache
def _newest(traits: int) -> Select[Any]:
    """Give the statement that finds stories by so many traits; built once, because building costs more than running."""
    columns = story_traits.c
    newest = [
        select(
            select(columns.number, bindparam(f"telling{place}", type_=Float).label("telling"))
            .where(columns.trait == bindparam(f"trait{place}"))
            .order_by(columns.number.desc())
            .limit(_NEWEST_OF_A_TRAIT)
            .subquery()
        )
        for place in range(traits)
    ]
    found = union_all(*newest).subquery()
    shared = func.sum(found.c.telling)
    best = (
        select(found.c.number, shared.label("shared"))
        .group_by(found.c.number)
        .order_by(shared.desc(), found.c.number.desc())
        .limit(_MOST_CANDIDATES)
        .subquery()
    )
    return (
        select(story_profiles, best.c.shared)
        .join(best, best.c.number == story_profiles.c.number)
        .where(story_profiles.c.seen_at >= bindparam("since", type_=story_profiles.c.seen_at.type))
        .order_by(best.c.shared.desc(), best.c.number.desc())
    )
