"""A simulated week of 10,000 feeds on a virtual clock: `python -m bench.week [FEEDS] [DAYS]`.

The service's own schedule, learnt rhythms, states, dispatch and host gate, in its own coroutines; servers, items and the
store are made. An auditor on the servers' side counts what is against the limits.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import structlog

from bench.report import Table
from bench.virtual import START, VirtualClock, VirtualLoop, run_virtually
from bench.world import RATE_LIMIT_PER_MINUTE, Auditor, Source, latencies, make_world
from watcher.dispatch import dispatch
from watcher.errors import FetchError
from watcher.ingest.domain import registrable_domain
from watcher.ingest.gate import HostGate
from watcher.ingest.remember import after_answer, after_failure, with_habits
from watcher.ingest.schedule import PollingLimits
from watcher.plan import Plan, wishes_of
from watcher.types import FeedState, Fetched, FetchProblem

LIMITS = PollingLimits()
MIN_DELAY = timedelta(seconds=1)
CONCURRENCY, PLACES, QUEUE = 2, 100, 4
_TIMEOUT = 20.0


@dataclass(slots=True)
class Watch:
    """What is measured of one feed; times in seconds of the simulation."""

    wanted: float = 0.0
    decided: float = 0.0
    last_poll: float = 0.0
    longest_gap: float = 0.0
    polls: int = 0


@dataclass(slots=True)
class Tally:
    """What is measured of all."""

    polls: int = 0
    new_items: int = 0
    failed: int = 0
    put_off: int = 0
    late: list[float] = field(default_factory=list)
    late_of_overfull: list[float] = field(default_factory=list)
    in_jitter: int = 0
    per_minute: dict[int, int] = field(default_factory=dict)


class Week:
    """One run.

    Args:
        sources: the world.
        days: how long.
        seed: of chance in schedule and servers.
    """

    def __init__(self, sources: tuple[Source, ...], *, days: float, seed: int = 1) -> None:
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop)
        self.gate = HostGate(concurrency=CONCURRENCY, min_delay=MIN_DELAY, places=PLACES, clock=self.clock)
        self.auditor = Auditor(MIN_DELAY.total_seconds(), CONCURRENCY)
        self.tally = Tally()
        self.watches = {source.feed.id: Watch() for source in sources}
        self._end = days * 86_400
        self._rng = random.Random(seed)
        self._sources = {source.feed.id: source for source in sources}
        feeds = [source.feed for source in sources]
        wishes = wishes_of(feeds, latencies=latencies(sources, random.Random(seed)), min_delay=MIN_DELAY)
        self._plan = Plan(LIMITS, wishes=wishes, rng=random.Random(seed + 1))
        spacing = {feed.id: wishes[feed.id].spacing or timedelta(0) for feed in feeds}
        self.overfull = {feed for feed, least in spacing.items() if least > LIMITS.default}
        self._states = {feed.id: FeedState(feed_id=feed.id, url=feed.url, due_at=START) for feed in feeds}
        self._due = [(START, feed.id) for feed in feeds]
        heapq.heapify(self._due)
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self) -> Tally:
        """Let the time pass."""
        run_virtually(self.loop, self._dispatch())
        for watch in self.watches.values():
            watch.longest_gap = max(watch.longest_gap, self._end - watch.last_poll)
        return self.tally

    async def _dispatch(self) -> None:
        """Tick as the poller does, once a second."""
        while self.loop.passed < self._end:
            now = self.clock.now()
            room = PLACES * QUEUE - len(self._tasks)
            due = []
            while self._due and self._due[0][0] <= now and len(due) < room:
                due.append(self._states[heapq.heappop(self._due)[1]])
            found = dispatch(due, self.gate, min_delay=MIN_DELAY, now=now)
            for feed_id, at in found.later:
                self.tally.put_off += 1
                heapq.heappush(self._due, (at, feed_id))
            for state in found.start:
                task = asyncio.create_task(self._poll(self._sources[state.feed_id], state))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            await asyncio.sleep(1.0)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _poll(self, source: Source, state: FeedState) -> None:
        try:
            headers = await self._request(source, state)
        except FetchError as error:
            self.tally.failed += error.problem is not FetchProblem.RATE_LIMITED
            now = self.clock.now()
            due = self._plan.after_failure(source.feed, state, error, now)
            state = after_failure(state, source.feed, error, now=now, due_at=due)
        else:
            state = self._take_in(source, state, headers)
        self._states[source.feed.id] = state
        watch = self.watches[source.feed.id]
        watch.decided, watch.wanted = self.loop.passed, (state.due_at - START).total_seconds()
        heapq.heappush(self._due, (state.due_at, source.feed.id))

    async def _request(self, source: Source, state: FeedState) -> dict[str, str]:
        """Ask the made server, through the gate."""
        async with self.gate.slot(source.url):
            self._started(source)
            wait = self.auditor.begin(source, self.loop.passed)
            try:
                if wait is not None:
                    await asyncio.sleep(0.05)
                    self.gate.answered(state.url, 429, {"retry-after": str(wait)})
                    raise FetchError(
                        FetchProblem.RATE_LIMITED,
                        "too often",
                        status=429,
                        retry_after=timedelta(seconds=wait),
                    )
                if source.is_down(self.loop.passed):
                    is_slow = source.problem is FetchProblem.TIMEOUT
                    await asyncio.sleep(_TIMEOUT if is_slow else 0.1)
                    raise FetchError(source.problem, "down", retryable=is_slow)
                await asyncio.sleep(self._rng.lognormvariate(-1.2, 0.8))
            finally:
                self.auditor.end(source)
        return {} if source.max_age is None else {"cache-control": f"max-age={source.max_age}"}

    def _started(self, source: Source) -> None:
        now, watch, tally = self.loop.passed, self.watches[source.feed.id], self.tally
        tally.polls += 1
        tally.per_minute[int(now // 60)] = tally.per_minute.get(int(now // 60), 0) + 1
        watch.longest_gap = max(watch.longest_gap, now - watch.last_poll)
        watch.last_poll = now
        watch.polls += 1
        if watch.polls == 1:
            return  # all feeds fall due together once, at the start
        late = now - watch.wanted
        if source.feed.id in self.overfull:
            tally.late_of_overfull.append(late)
        else:
            tally.late.append(late)
            tally.in_jitter += late <= 1.0 + 0.1 * (watch.wanted - watch.decided)

    def _take_in(self, source: Source, state: FeedState, headers: dict[str, str]) -> FeedState:
        """Do as the pipeline does with an answer; items are nothing but their dates."""
        now = self.clock.now()
        after = (state.last_success_at - START).total_seconds() if state.last_success_at else 0.0
        count = source.arrivals(after, self.loop.passed, self._rng)
        self.tally.new_items += count
        span = self.loop.passed - after
        new: list[Any] = [
            SimpleNamespace(dated=now - timedelta(seconds=span * self._rng.random())) for _ in range(count)
        ]
        fetched = Fetched(
            feed_id=source.feed.id,
            url=state.url,
            status=200 if count else 304,
            headers=headers,
            body=b"",
            fetched_at=now,
            elapsed=timedelta(0),
        )
        state = with_habits(state, None, new, now=now)
        due = self._plan.after_answer(source.feed, state, fetched)
        return after_answer(state, fetched, None, body_hash=None, has_new=bool(new), due_at=due)


def _rows(week: Week, sources: tuple[Source, ...]) -> Iterator[tuple[str, str]]:
    tally, auditor = week.tally, week.auditor
    domains = {registrable_domain(source.host) for source in sources}
    late, overfull = sorted(tally.late), sorted(tally.late_of_overfull)
    gaps = [watch.longest_gap for watch in week.watches.values()]
    busiest = max(tally.per_minute.values()) / 60
    seconds = len(tally.per_minute) * 60
    yield "polls", f"{tally.polls:,}, {tally.failed:,} of them failed"
    yield "polls a second", f"{tally.polls / seconds:.1f}; in the busiest minute {busiest:.1f}"
    yield "sites (registrable domains)", f"{len(domains):,}"
    yield "requests closer than 1 s on one site", f"{auditor.too_close}"
    yield "requests over 2 at a time on one site", f"{auditor.too_many} (at most {auditor.most_at_once})"
    yield "requests to a host that had asked to be left alone", f"{auditor.while_held}"
    yield f"answers 429 (over {RATE_LIMIT_PER_MINUTE} requests a minute)", f"{auditor.refused:,}"
    yield "feeds never polled", f"{sum(watch.polls == 0 for watch in week.watches.values())}"
    yield "longest time between two polls of a feed", f"{max(gaps) / 3600:.1f} h"
    yield "due times met within their jitter", f"{100 * tally.in_jitter / max(1, len(late)):.2f} %"
    yield "behind the due time", f"median {_at(late, 0.5):.1f} s, 99th percentile {_at(late, 0.99):.1f} s"
    yield (
        f"the same for the {len(week.overfull):,} feeds of sites that are full",
        f"median {_at(overfull, 0.5):.1f} s, 99th percentile {_at(overfull, 0.99):.1f} s",
    )
    yield "polls put off before they took a place", f"{tally.put_off:,}"


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


@contextmanager
def _quiet() -> Iterator[None]:
    """Let the decisions go unlogged: there are millions."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        yield
    finally:
        structlog.configure(wrapper_class=before)


def run(count: int = 10_000, days: float = 7.0) -> Table:
    """Simulate, and give the numbers."""
    sources = make_world(count, days=days, seed=1)
    began = time.process_time()
    with _quiet():  # from the start on: the plan keeps the logger that it finds when it is made
        week = Week(sources, days=days)
        week.run()
    table = Table(
        title=f"A simulated {'week' if days == 7 else f'time of {days:g} days'} of {count:,} feeds",
        columns=("", ""),
        command="python -m bench.week" + ("" if (count, days) == (10_000, 7) else f" {count} {days:g}"),
    )
    for label, value in _rows(week, sources):
        table.add(label, value)
    table.note(
        f"On a virtual clock, in {time.process_time() - began:.0f} s of processor time; all feeds are new and due at once at "
        "the start. A site is full when its feeds need longer turns than the default interval"
    )
    return table


if __name__ == "__main__":
    arguments = [float(argument) for argument in sys.argv[1:3]]
    sys.stdout.write(str(run(*([int(arguments[0]), *arguments[1:]] if arguments else []))))
