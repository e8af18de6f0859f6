"""How long a feed usually says nothing, learnt from when its items were first seen.

In: pauses between first sights, as they end. Out: the pause that is too long for this feed. Packed into a few bytes for
the store. Pure; used by `coverage`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import lgamma, log

_WEEK = timedelta(days=7)
_WEEKS = 8
_FALSE_ALARMS = 1 / 1000
"""The chance that a pause is taken for silence though the feed is as ever."""
_MOST_PAUSES = 30
"""Pauses that are taken for evidence. Those of one feed depend on each other: a thousand of them in a busy week say
nothing about the first holiday."""
_LEAST_PAUSES = 3
_SHORTEST = timedelta(hours=12)
"""Nobody is told that a wire was silent for a night."""
_SHORTEST_AT_FIRST = timedelta(days=3)
"""Until two weeks are known, a weekend may still be to come."""

_VERSION = b"\x01"
_ROW = struct.Struct("<HHI")


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The pauses that ended in one week: how many, and the longest. `number` counts weeks since 1970."""

    number: int
    pauses: int
    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """A feed's pauses in the last eight weeks in which any ended: of a monthly, in eight months."""

    weeks: tuple[Week, ...] = ()

    @classmethod
    def unpack(cls, packed: bytes) -> Habit:
        """Read what `pack` gave; empty for nothing, or for what another version packed."""
        if packed[:1] != _VERSION:
            return cls()
        rows = _ROW.iter_unpack(packed[1:])
        return cls(
            weeks=tuple(
                Week(number=number, pauses=pauses, longest=timedelta(seconds=seconds))
                for number, pauses, seconds in rows
            )
        )

    def pack(self) -> bytes:
        """Give the bytes to store: 65 at most."""
        rows = (_ROW.pack(week.number, week.pauses, int(week.longest.total_seconds())) for week in self.weeks)
        return b"".join((_VERSION, *rows))

    def after(self, pause: timedelta, *, at: datetime) -> Habit:
        """Give the habit with one more pause, which ended at `at`."""
        number = max(0, int(at.timestamp() // _WEEK.total_seconds()))
        pause = timedelta(seconds=min(int(pause.total_seconds()), 0xFFFFFFFF))
        last = self.weeks[-1] if self.weeks else None
        if last is None or number > last.number:
            rest, last = self.weeks, Week(number=number, pauses=0, longest=timedelta())
        else:
            # Also where the clock went back: what was learnt stays.
            rest = self.weeks[:-1]
        grown = Week(
            number=last.number,
            pauses=min(last.pauses + 1, 0xFFFF),
            longest=max(last.longest, pause),
        )
        return Habit(weeks=(*rest, grown)[-_WEEKS:])

    def patience(self, *, now: datetime) -> timedelta | None:
        """Give the pause that is too long for this feed; None while too few are known.

        If pauses are exponential, the longest of n is exceeded c-fold by the next with the chance 1 / C(n + c, n): the
        expectation of exp(-c M) over the maximum M of n exponentials, which is a sum of independent ones (Rényi 1953,
        "On the theory of order statistics"). c is chosen to make that one in a thousand: 16 for three pauses, 4 for
        ten, 2.3 for thirty and more. Pauses of real feeds are not exponential (nights, weekends): the longest of weeks,
        and the bounds above, are there for those.
        """
        known = sum(week.pauses for week in self.weeks)
        if known < _LEAST_PAUSES:
            return None
        patience = max(week.longest for week in self.weeks) * _factor(min(known, _MOST_PAUSES))
        is_young = now.timestamp() // _WEEK.total_seconds() - self.weeks[0].number < 2
        return max(patience, _SHORTEST_AT_FIRST if is_young else _SHORTEST)


@lru_cache(maxsize=_MOST_PAUSES)
def _factor(pauses: int) -> float:
    """Solve C(pauses + c, pauses) = 1 / chance for c, by bisection."""
    low, high = 0.0, 1_000.0
    for _ in range(50):
        middle = (low + high) / 2
        ways = lgamma(pauses + middle + 1) - lgamma(pauses + 1) - lgamma(middle + 1)
        low, high = (middle, high) if ways < -log(_FALSE_ALARMS) else (low, middle)
    return high
