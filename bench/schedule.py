"""When to poll: delay of items against the number of polls, on real publication times: `python -m bench.schedule`.

The dates in the real feeds are played back. The service's own decision (`ingest.schedule` with the rhythm that it learns
from what its own polls see) runs from the first date on; the first half of each feed's items trains it, the rest is
measured. Beside it, with as many polls, run a fixed interval and Miniflux's formula on the publishers' dates.
"""

from __future__ import annotations

import random
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Protocol

from bench.report import Table
from bench.split import documents
from watcher.ingest import rhythm
from watcher.ingest.novelty import parse_new
from watcher.ingest.schedule import PollingLimits, next_due
from watcher.types import FeedState

LONGEST = timedelta(days=150)
"""Of each feed, its last so many days: a blog's archive of ten years says little about this one."""
FEWEST = 4
RUNS = 2
"""Each feed is first polled at another moment in every run: where polls fall by chance weighs less."""
_JITTER = 0.1
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
SHIPPED = PollingLimits()
MINIFLUX = PollingLimits(min=timedelta(minutes=5), max=timedelta(hours=24))
"""The limits that Miniflux ships with."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll saw: all dates until now, and those that are new since the poll `before`."""

    known: Sequence[datetime]
    new: Sequence[datetime]
    before: datetime
    now: datetime


class Policy(Protocol):
    """Decides when one feed is polled next."""

    def seen(self, _poll: Poll) -> None: ...

    def next(self, now: datetime) -> datetime: ...


@dataclass(slots=True)
class Fixed:
    """The same interval always, with the jitter that all have."""

    interval: timedelta
    rng: random.Random

    def seen(self, _poll: Poll) -> None:
        return

    def next(self, now: datetime) -> datetime:
        return now + self.interval * (1 + _JITTER * self.rng.uniform(-1, 1))


@dataclass(slots=True)
class Miniflux:
    """Its `entry_frequency` scheduler: a week divided by the entries published in the last week, times a factor."""

    factor: float
    limits: PollingLimits
    rng: random.Random
    known: Sequence[datetime] = ()

    def seen(self, poll: Poll) -> None:
        self.known = poll.known

    def next(self, now: datetime) -> datetime:
        count = len(self.known) - bisect_left(self.known, now - _WEEK)
        wait = _WEEK / (count * self.factor) if count else self.limits.max
        wait = min(max(wait, self.limits.min), self.limits.max)
        return now + wait * (1 + _JITTER * self.rng.uniform(-1, 1))


class Watcher:
    """The service's own decision, as `plan` asks for it."""

    def __init__(self, limits: PollingLimits, rng: random.Random) -> None:
        self._limits = limits
        self._rng = rng
        self._state = FeedState(feed_id="f", url="https://news.example/", due_at=datetime.now(UTC))

    def seen(self, poll: Poll) -> None:
        learnt = rhythm.unpack(self._state.rhythm)
        if learnt is None:
            learnt = rhythm.begin(poll.now)
        elif poll.new:
            learnt = rhythm.learn(learnt, poll.new, after=poll.before, now=poll.now)
        else:
            return
        self._state = replace(self._state, rhythm=rhythm.pack(learnt))

    def next(self, now: datetime) -> datetime:
        return next_due(
            self._state, None, limits=self._limits, freshness=None, now=now, random=self._rng.random
        ).at


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a policy gave: polls a day and feed, and the delays of items in minutes.

    Each feed counts as if it had been watched for one day of its time. `of_feeds` is the mean over feeds of their own
    mean delays, in which a feed with an item a month weighs as much as a news wire.
    """

    polls: float
    mean: float
    p95: float
    of_feeds: float


Make = Callable[[random.Random], Policy]


@cache
def publication_times() -> tuple[tuple[datetime, ...], ...]:
    """Give, of each real feed, the dates of its items, oldest first."""
    found = []
    for answer in documents():
        items = parse_new(answer, seen_at=answer.fetched_at).items
        dates = sorted(item.dated for item in items if item.dated is not None)
        dates = [date for date in dates if date > dates[-1] - LONGEST]
        if len(dates) >= FEWEST and dates[len(dates) // 2] < dates[-1]:
            found.append(tuple(dates))
    return tuple(found)


def measure(make: Make) -> Outcome:
    """Play all feeds back under a policy."""
    polls, weighed, of_feeds = 0.0, [], []
    for run_ in range(RUNS):
        for number, dates in enumerate(publication_times()):
            rng = random.Random(f"{run_} {number}")
            counted, delays, span = _play(dates, make(rng), rng)
            polls += counted / span
            weighed += [(delay, 1 / span) for delay in delays]
            of_feeds.append(sum(delays) / len(delays))
    total = sum(weight for _, weight in weighed)
    return Outcome(
        polls=polls / len(of_feeds),
        mean=sum(delay * weight for delay, weight in weighed) / total,
        p95=_quantile(sorted(weighed), 0.95 * total),
        of_feeds=sum(of_feeds) / len(of_feeds),
    )


def _play(dates: Sequence[datetime], policy: Policy, rng: random.Random) -> tuple[int, list[float], float]:
    """Play one feed: its polls and the delays in minutes of its second half, and how many days that lasted."""
    begin = dates[len(dates) // 2 - 1]
    now = dates[0] + min(timedelta(hours=2), (begin - dates[0]) / 2) * rng.random()
    policy.seen(Poll(dates[: bisect_right(dates, now)], (), now, now))
    polls, delays = 0, []
    while now < dates[-1]:
        before, now = now, policy.next(now)
        known = dates[: bisect_right(dates, now)]
        new = known[bisect_right(known, before) :]
        polls += now > begin
        delays += [(now - date) / timedelta(minutes=1) for date in new if date > begin]
        policy.seen(Poll(known, new, before, now))
    return polls, delays, (dates[-1] - begin) / _DAY


def _quantile(weighed: Sequence[tuple[float, float]], rank: float) -> float:
    passed = 0.0
    for value, weight in weighed:
        passed += weight
        if passed >= rank:
            return value
    return weighed[-1][0]


def with_polls(polls: float, make: Callable[[float], Make], guess: float) -> tuple[float, Outcome]:
    """Find the parameter, of which more means fewer polls, that leads to so many polls."""
    for _ in range(8):
        found = measure(make(guess))
        if abs(found.polls / polls - 1) < 0.01:
            break
        guess *= (found.polls / polls) ** 1.2
    return guess, found


def _rows() -> Iterator[tuple[str, Outcome]]:
    ours = measure(lambda rng: Watcher(SHIPPED, rng))
    yield "watcher, as shipped", ours
    yield from _peers(ours.polls, SHIPPED)
    theirs = measure(lambda rng: Miniflux(1, MINIFLUX, rng))
    yield "Miniflux, as shipped", theirs
    stretched, outcome = with_polls(theirs.polls, _stretched, 9 * 60)
    yield f"watcher, stretched to a default of {stretched / 60:.1f} h", outcome
    interval, outcome = with_polls(theirs.polls, _fixed, 12 * 60)
    yield f"every {interval / 60:.1f} h", outcome


def _peers(polls: float, limits: PollingLimits) -> Iterator[tuple[str, Outcome]]:
    interval, outcome = with_polls(polls, _fixed, 24 * 60 / polls)
    yield f"every {interval:.0f} min", outcome
    inverse, outcome = with_polls(
        polls, lambda inverse: lambda rng: Miniflux(1 / inverse, limits, rng), 1 / 30
    )
    yield f"Miniflux's formula, factor {1 / inverse:.0f}, limits of watcher", outcome


def _fixed(minutes: float) -> Make:
    return lambda rng: Fixed(timedelta(minutes=minutes), rng)


def _stretched(minutes: float) -> Make:
    limits = replace(MINIFLUX, default=timedelta(minutes=minutes))
    return lambda rng: Watcher(limits, rng)


def run() -> Table:
    """Measure all of it in one run."""
    table = Table(
        title=f"When to poll: delay of items in {len(publication_times())} real feeds",
        columns=(
            "",
            "polls per feed and day",
            "mean delay, min",
            "95th percentile, min",
            "mean of feeds' means, min",
        ),
        command="python -m bench.schedule",
    )
    for label, outcome in _rows():
        table.add(
            label,
            f"{outcome.polls:.1f}",
            f"{outcome.mean:.1f}",
            f"{outcome.p95:.1f}",
            f"{outcome.of_feeds:.1f}",
        )
    table.note(
        f"From the dates of items, in each feed's last {LONGEST.days} days: the first half of the items trains, "
        "the rest is measured. Feeds with fewer than four items there are left out. The first three "
        "rows make as many polls, and so do the last three"
    )
    table.note(
        "An item counts alike from whichever feed, and each feed for the same time. In the last column every feed "
        "counts alike: that is where a fixed interval is best, and what the others give up for busy feeds"
    )
    return table


if __name__ == "__main__":
    sys.stdout.write(str(run()))
