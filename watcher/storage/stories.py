"""Stories in the store: finding the items that a new one may repeat, and keeping what was decided.

Candidates come from two indexes (exact keys and sketches of the texts), never from a scan. What joins is written once for
all items of a poll, by `flush`; until then it is found in memory. Called by `story.cluster`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import numpy
from sqlalchemy import Connection, Select, Table, bindparam, delete, func, select, union_all, update

from watcher.storage.sql import insert_new
from watcher.storage.tables import items, stories, story_items, story_keys, story_sketches
from watcher.types import Fingerprint, Shingles

T = TypeVar("T")

# A boilerplate text can share a key with thousands: the newest of them are enough to find its story.
_NEWEST_OF_A_KEY = 24
_MOST_CANDIDATES = 16
_BATCH = 500  # parameters of one IN list: far below what either database takes
_MOST_SKETCHES = 2_000  # rows that are read to see which keys are shared
_STEP = 2_000  # items whose sketches are forgotten in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored item that a new one may repeat, and the story it is in."""

    item_id: int
    story_id: str
    feed_id: str
    shingles: Shingles


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An item's place in a story: why it is there, how alike it was to what decided (0..1), how many items it has.

    `contributions` name what spoke for it, with their weights in nats.
    """

    story_id: str
    title: str
    reason: str
    similarity: float
    joined_at: datetime
    items: int
    contributions: tuple[tuple[str, float], ...] = ()


class StoryRows:
    """The `stories`, `story_items`, `story_keys` and `story_sketches` tables inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._by_key: dict[str, str | None] = {}
        self._by_item: dict[int, str | None] = {}
        self._void: set[str] = set()
        self._waiting: dict[Table, list[dict[str, Any]]] = {}
        self._touched: dict[str, datetime] = {}
        self._joined: defaultdict[int, list[Candidate]] = defaultdict(list)
        self._unshared: set[int] = set()

    def expect(self, item_ids: Sequence[int], keys: Sequence[str], sketches: Iterable[int] = ()) -> None:
        """Read which stories the items and the exact keys of a poll are in, and which sketches others share, at once."""
        for some in _batches(list(dict.fromkeys(item_ids))):
            self._by_item.update(dict.fromkeys(some))
            self._by_item.update(
                (row[0], row[1]) for row in self._connection.execute(_BY_ITEM, {"items": some})
            )
        self._read_keys(keys)
        for some in _batches(sorted(set(sketches))):
            self._unshared.update(self._not_there(some))

    def _not_there(self, keys: Sequence[int]) -> Iterable[int]:
        there = self._connection.scalars(_SKETCHES, {"keys": keys}).all()
        # Of many rows only the first were read: what comes after them may be there.
        last = there[-1] if len(there) == _MOST_SKETCHES else keys[-1]
        return {key for key in keys if key <= last}.difference(there)

    def _read_keys(self, keys: Sequence[str]) -> None:
        for some in _batches([key for key in dict.fromkeys(keys) if key not in self._by_key]):
            self._by_key.update(dict.fromkeys(some))
            for key, story_id, is_void in self._connection.execute(_BY_KEY, {"keys": some}):
                self._by_key[key] = None if is_void else story_id
                if is_void:  # a person said that it proves nothing
                    self._void.add(key)

    def by_key(self, keys: Sequence[str]) -> str | None:
        """Give the story that one of these exact keys belongs to, the first key first; None when none does."""
        self._read_keys(keys)
        return next((story_id for key in keys if (story_id := self._by_key[key]) is not None), None)

    def by_item(self, item_id: int) -> str | None:
        """Give the story that an item is in; None when it is in none."""
        if item_id not in self._by_item:
            self.expect([item_id], [])
        return self._by_item[item_id]

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
            contributions=tuple((name, weight) for name, weight in row.contributions or ()),
        )

    def candidates(self, sketch: Sequence[int], *, since: datetime) -> Sequence[Candidate]:
        """Give items that came since `since` and share keys of a sketch: those that share most, and the newest."""
        joined = {one.item_id: one for key in sketch for one in self._joined.get(key, ())}
        shared = [key for key in sketch if key not in self._unshared]
        if not shared:
            return [*joined.values()]
        keys = {f"key{place}": key for place, key in enumerate(shared)}
        query = _sharing(len(shared))
        return [*joined.values()] + [
            Candidate(
                item_id=row.item_id,
                story_id=row.story_id,
                feed_id=row.feed_id,
                shingles=_unpack(row.shingles),
            )
            for row in self._connection.execute(query, {**keys, "since": since}).all()
        ]

    def texts(self, item_ids: Sequence[int]) -> dict[int, Shingles]:
        """Give what the texts of items in stories are compared by."""
        columns = (story_items.c.item_id, story_items.c.shingles)
        query = select(*columns).where(story_items.c.item_id.in_(list(item_ids)))
        return {row.item_id: _unpack(row.shingles) for row in self._connection.execute(query)}

    def open(self, story_id: str, *, title: str, at: datetime) -> None:
        """Begin a story at once; `begin` lets it wait for `flush`."""
        row = {"id": story_id, "title": title, "first_seen_at": at, "last_seen_at": at}
        insert_new(self._connection, stories, [row])

    def begin(self, story_id: str, *, title: str, at: datetime) -> None:
        """Begin a story, written by `flush`."""
        row = {"id": story_id, "title": title, "first_seen_at": at, "last_seen_at": at}
        self._waiting.setdefault(stories, []).append(row)

    def join(
        self,
        story_id: str,
        item: tuple[int, str],
        fingerprint: Fingerprint,
        *,
        reason: str,
        similarity: float,
        at: datetime,
        contributions: Sequence[tuple[str, float]] = (),
        is_new: bool = False,
    ) -> None:
        """Put an item (its row id, its feed) into a story, findable from now on by its keys and its sketch.

        `is_new` says that it begins the story. Call `flush` after the last.
        """
        item_id, feed_id = item
        row = {
            "item_id": item_id,
            "story_id": story_id,
            "joined_at": at,
            "reason": reason,
            "similarity": similarity,
            "contributions": [list(one) for one in contributions],
            "shingles": _pack(fingerprint.shingles),
        }
        self._waiting.setdefault(story_items, []).append(row)
        self._by_item[item_id] = story_id
        if not is_new:
            self._touched[story_id] = max(at, self._touched.get(story_id, at))
        candidate = Candidate(
            item_id=item_id, story_id=story_id, feed_id=feed_id, shingles=fingerprint.shingles
        )
        for key in fingerprint.sketch:
            self._joined[key].append(candidate)
        self._index(story_id, item_id, fingerprint)

    def edit(self, story_id: str, item_id: int, fingerprint: Fingerprint) -> None:
        """Compare an item of a story by its new text from now on; why it is there stays as it was."""
        self.flush()
        self._connection.execute(
            update(story_items)
            .where(story_items.c.item_id == item_id)
            .values(shingles=_pack(fingerprint.shingles))
        )
        self._connection.execute(delete(story_sketches).where(story_sketches.c.item_id == item_id))
        self._index(story_id, item_id, fingerprint)
        self.flush()

    def _index(self, story_id: str, item_id: int, fingerprint: Fingerprint) -> None:
        self._read_keys(fingerprint.exact)
        new = [key for key in fingerprint.exact if self._by_key[key] is None and key not in self._void]
        self._by_key.update(dict.fromkeys(new, story_id))
        keys = [{"key": key, "story_id": story_id} for key in new]
        self._waiting.setdefault(story_keys, []).extend(keys)
        sketch = [{"key": key, "item_id": item_id} for key in dict.fromkeys(fingerprint.sketch)]
        self._waiting.setdefault(story_sketches, []).extend(sketch)

    def flush(self) -> None:
        """Write what was begun and what joined; what was read is read anew from now on."""
        for table in (stories, story_items, story_keys, story_sketches):
            insert_new(self._connection, table, self._waiting.get(table, ()))
        if self._touched:
            touched = [{"story": story_id, "at": at} for story_id, at in sorted(self._touched.items())]
            self._connection.execute(_TOUCH, touched)
        for known in (self._waiting, self._touched, self._joined, self._by_key, self._by_item, self._void):
            known.clear()
        self._unshared.clear()

    def forget_sketches(self, *, before: datetime) -> bool:
        """Drop sketches of items that have left the window, one step of them; says whether more are left."""
        newest = select(items.c.id).where(items.c.seen_at < before).order_by(items.c.seen_at.desc()).limit(1)
        oldest = self._connection.scalar(select(func.min(items.c.id)))
        first = self._connection.scalar(select(func.min(story_sketches.c.item_id)))
        if first is None:
            return False
        # Items may be forgotten sooner than they leave the window.
        last = max(self._connection.scalar(newest) or 0, first + _STEP if oldest is None else oldest - 1)
        if first > last:
            return False
        step = min(last, first + _STEP)
        self._connection.execute(delete(story_sketches).where(story_sketches.c.item_id <= step))
        return bool(step < last or oldest is None)


_BY_KEY = select(story_keys.c.key, story_keys.c.story_id, story_keys.c.is_void).where(
    story_keys.c.key.in_(bindparam("keys", expanding=True))
)
_SKETCHES = (
    select(story_sketches.c.key)
    .where(story_sketches.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(story_sketches.c.key)
    .limit(_MOST_SKETCHES)
)
_BY_ITEM = select(story_items.c.item_id, story_items.c.story_id).where(
    story_items.c.item_id.in_(bindparam("items", expanding=True))
)
_TOUCH = (
    update(stories)
    .where(stories.c.id == bindparam("story"), stories.c.last_seen_at < bindparam("at"))
    .values(last_seen_at=bindparam("at"))
)


def _batches(keys: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]


@cache
def _sharing(keys: int) -> Select[Any]:
    """Give the statement that finds items by so many keys; built once, because building costs more than running."""
    sketches = story_sketches.c
    newest = [
        select(
            select(sketches.item_id)
            .where(sketches.key == bindparam(f"key{place}"))
            .order_by(sketches.item_id.desc())
            .limit(_NEWEST_OF_A_KEY)
            .subquery()
        )
        for place in range(keys)
    ]
    found = union_all(*newest).subquery()
    shared = func.count()
    near = (
        select(found.c.item_id, shared.label("shared"))
        .group_by(found.c.item_id)
        .order_by(shared.desc(), found.c.item_id.desc())
        .limit(_MOST_CANDIDATES)
        .subquery()
    )
    return (
        select(story_items.c.item_id, story_items.c.story_id, items.c.feed_id, story_items.c.shingles)
        .join(near, near.c.item_id == story_items.c.item_id)
        .join(items, items.c.id == story_items.c.item_id)
        .where(story_items.c.joined_at >= bindparam("since", type_=story_items.c.joined_at.type))
        .order_by(near.c.shared.desc(), near.c.item_id.desc())
    )


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
