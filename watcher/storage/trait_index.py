"""What open stories speak of, by trait: how much of it all, and the newest stories that are found by it.

One row for each trait, read once for all items of a poll and written once, by `flush`; until then what changes is found
in memory. Called by `storage.profiles`, which holds the lock that lets nobody else change it meanwhile.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, or_, select

from watcher.storage.sql import insert_or_add
from watcher.storage.tables import story_traits

NEWEST = 64
"""So many stories of a trait can be found by it, those that began last."""
_BYTES = 8
_BATCH = 500  # parameters of one IN list: far below what either database takes


class TraitIndex:
    """The `story_traits` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._weights: dict[str, int] = {}
        self._newest: dict[str, bytes] = {}
        self._changes: Counter[str] = Counter()
        self._moved: set[str] = set()

    def expect(self, keys: Iterable[str]) -> None:
        """Read what is kept of these traits, at once."""
        unread = [key for key in dict.fromkeys(keys) if key not in self._weights]
        for some in _batches(unread):
            self._weights.update(dict.fromkeys(some, 0))
            self._newest.update(dict.fromkeys(some, b""))
            for key, weight, newest in self._connection.execute(_ROWS, {"keys": some}).all():
                self._weights[key] = weight
                self._newest[key] = newest or b""

    def weights(self, keys: Sequence[str]) -> dict[str, int]:
        """Give the sum of each trait's weights over all open stories, in tenths."""
        self.expect(keys)
        return {key: self._weights[key] for key in keys}

    def newest(self, keys: Sequence[str]) -> tuple[list[int], NDArray[numpy.int64]]:
        """Give the newest stories that are found by traits: how many of each, and their numbers one after the other."""
        self.expect(keys)
        packed = [self._newest[key] for key in keys]
        return [len(one) // _BYTES for one in packed], unpack(b"".join(packed))

    def count(self, changes: Mapping[str, int]) -> None:
        """Change sums by so much, in tenths."""
        for key, weight in changes.items():
            self._changes[key] += weight
            if key in self._weights:
                self._weights[key] += weight

    def put(self, number: int, keys: Iterable[str]) -> None:
        """Let a story be found by these traits."""
        keys = tuple(keys)
        self.expect(keys)
        one = pack([number])
        for key in keys:
            newest = self._newest[key]
            if newest and number < int.from_bytes(
                newest[:_BYTES], "little"
            ):  # seldom: an older story is found by more
                newest = pack(sorted([*unpack(newest), number], reverse=True))
            else:
                newest = one + newest
            self._newest[key] = newest[: NEWEST * _BYTES]
            self._moved.add(key)

    def take(self, numbers: Mapping[str, frozenset[int]]) -> None:
        """Let stories be found no more by each of these traits."""
        self.expect(numbers)
        for key, gone in numbers.items():
            newest = unpack(self._newest[key])
            kept = [number for number in newest.tolist() if number not in gone]
            if len(kept) < len(newest):
                self._newest[key] = pack(kept)
                self._moved.add(key)

    def flush(self) -> None:
        """Write what has changed."""
        changed = self._moved.union(key for key, weight in self._changes.items() if weight)
        # In one order always: two transactions that each hold a row the other wants would wait for ever.
        rows = [
            {
                "trait": key,
                "weight": self._changes[key],
                "newest": self._newest[key] if key in self._moved else None,
            }
            for key in sorted(changed)
        ]
        insert_or_add(
            self._connection, story_traits, rows, key=("trait",), number="weight", replaced=("newest",)
        )
        self._changes.clear()
        self._moved.clear()

    def sweep(self) -> None:
        """Drop the rows of traits that no story has any more."""
        is_unfound = or_(story_traits.c.newest.is_(None), story_traits.c.newest == b"")
        self._connection.execute(delete(story_traits).where(story_traits.c.weight <= 0, is_unfound))
        for known in (self._weights, self._newest):
            known.clear()

    def clear(self) -> None:
        """Forget all of it."""
        self._connection.execute(delete(story_traits))
        for known in (self._weights, self._newest, self._changes, self._moved):
            known.clear()


_ROWS = select(story_traits.c.trait, story_traits.c.weight, story_traits.c.newest).where(
    story_traits.c.trait.in_(bindparam("keys", expanding=True))
)


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]


def pack(numbers: Sequence[int]) -> bytes:
    """Give numbers of stories as they are stored."""
    return struct.pack(f"<{len(numbers)}q", *numbers)


def unpack(packed: bytes) -> NDArray[numpy.int64]:
    """Give the numbers of stories that are stored so."""
    return numpy.frombuffer(packed, dtype="<i8")
