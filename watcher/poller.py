"""Polls what is due: leases due feeds from the store and runs each through the pipeline.

In go the configured feeds, out come committed polls. Ticked by the scheduler that `app` owns; `run --once` runs it
until nothing is due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from watcher.dispatch import Turns, dispatch
from watcher.errors import StoreError
from watcher.pipeline import poll_feed
from watcher.reach import PROBES
from watcher.stages.poll import Context, Poll
from watcher.types import Feed, FeedState

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than a poll takes once it has begun; a feed whose poller vanished is free again after it."""

_QUEUE = 4
"""Polls that may wait for their host's turn for each that may run: a slow host must not hold up the others."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a poller has done so far; `refused` counts the failed polls that the store did not keep."""

    polled: int = 0
    failed: int = 0
    refused: int = 0
    new_items: int = 0
    alerts: int = 0

    def add(self, poll: Poll) -> None:
        """Count one finished poll."""
        self.polled += 1
        self.failed += poll.error is not None
        self.new_items += sum(entry.known is None for entry in poll.entries)
        self.alerts += poll.alerts


class Poller:
    """Keeps polls under way.

    Args:
        feeds: the configured feeds by id.
        context: what the pipeline works with.
        owner: who leases feeds: unique to this process.
        concurrency: how many requests the fetcher runs at a time; a few times as many polls may wait for them.
        on_told: called with the names of channels that have something to send.
        turns: the host gate; feeds whose host has no turn for them soon are put off. None puts none off.
        min_delay: between two requests at one host.
    """

    def __init__(
        self,
        *,
        feeds: Mapping[str, Feed],
        context: Context,
        owner: str,
        concurrency: int,
        on_told: Callable[[tuple[str, ...]], None],
        turns: Turns | None = None,
        min_delay: timedelta = timedelta(0),
    ) -> None:
        self._feeds = feeds
        self._context = context
        self._owner = owner
        self._room = concurrency * _QUEUE
        self._on_told = on_told
        self._turns = turns
        self._min_delay = min_delay
        self._in_flight: dict[str, asyncio.Task[None]] = {}
        self._due: dict[str, datetime] = {}
        self._again: dict[str, FeedState] = {}
        self._ticking = asyncio.Lock()
        self._has_ended = asyncio.Event()
        self.last_tick: float | None = None
        self.tally = Tally()

    async def tick(self) -> int:
        """Start polls of due feeds, as many as there is room for; gives how many were started."""
        async with self._ticking:
            started = await self._start_due(due_before=None)
            self.last_tick = self._context.clock.monotonic()
            return started

    async def run_due(self, *, on_poll: Callable[[], None] = lambda: None) -> Tally:
        """Poll every feed that is due now, once, and wait for all of them; `on_poll` is called after each."""
        now = self._context.clock.now()
        while True:
            await self._start_due(due_before=now, on_poll=on_poll)
            if not self._in_flight:
                return self.tally
            # With no room left there may be more that is due.
            await self._until_under_way(self._room // 2 if len(self._in_flight) >= self._room else 0)

    async def _until_under_way(self, count: int) -> None:
        """Wait until no more than `count` polls are under way: leasing many at once costs less than one by one."""
        while len(self._in_flight) > count:
            self._has_ended.clear()
            await self._has_ended.wait()

    async def stop(self, *, grace: timedelta) -> None:
        """Let polls under way finish for `grace`, then drop them: an unfinished poll leaves nothing behind."""
        if self._in_flight:
            _, late = await asyncio.wait(self._in_flight.values(), timeout=grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _start_due(
        self, *, due_before: datetime | None, on_poll: Callable[[], None] = lambda: None
    ) -> int:
        room = self._room - len(self._in_flight)
        if due_before is None and (reach := self._context.reach) is not None and reach.is_down:
            room = min(
                room, PROBES - len(self._in_flight)
            )  # the others would fail, and are due when it is back
        if room <= 0:
            return 0
        context = self._context
        now = context.clock.now()

        def lease() -> list[FeedState]:
            with context.store.write() as tx:
                due = tx.feeds.lease_due(
                    owner=self._owner, now=due_before or now, until=now + LEASE, limit=room
                )
                return list(due)

        states = await context.run(lease)
        # Whoever asks for all that is due now waits for it.
        for state in states:
            self._note_again(state)
        for state in states if due_before is not None else await self._with_turns(states, now):
            if state.feed_id not in self._in_flight:
                self._start(state, on_poll)
        return len(states)

    def _note_again(self, state: FeedState) -> None:
        """Remember a feed that is due again before the task of its last poll has ended.

        That poll is recorded, since the feed has another due time: nobody else would start the next one before its
        lease ends. With the same due time it is the poll under way that has outlived its lease, waiting for its host.
        """
        if state.feed_id in self._in_flight and state.due_at != self._due[state.feed_id]:
            self._again[state.feed_id] = state

    async def _with_turns(self, states: Sequence[FeedState], now: datetime) -> Sequence[FeedState]:
        """Give the feeds whose hosts have a turn for them, and put the others off."""
        waiting = [state for state in states if state.feed_id not in self._in_flight]
        if self._turns is None or not waiting:
            return waiting
        sorted_ = dispatch(waiting, self._turns, min_delay=self._min_delay, now=now)
        if sorted_.later:
            context = self._context

            def put_off() -> None:
                with context.store.write() as tx:
                    tx.feeds.put_off(sorted_.later)

            await context.run(put_off)
            context.metrics.due.labels("turn").inc(len(sorted_.later))
        return sorted_.start

    def _start(self, state: FeedState, on_poll: Callable[[], None]) -> None:
        def done(task: asyncio.Task[None]) -> None:
            del self._in_flight[state.feed_id]
            self._has_ended.set()
            on_poll()
            again = self._again.pop(state.feed_id, None)
            if again is not None and not task.cancelled():
                self._start(again, on_poll)

        self._due[state.feed_id] = state.due_at
        task = asyncio.create_task(self._poll(state), name=f"poll {state.feed_id}")
        self._in_flight[state.feed_id] = task
        task.add_done_callback(done)

    async def _poll(self, state: FeedState) -> None:
        context = self._context
        started = context.clock.monotonic()
        try:
            poll = await self._poll_feed(state)
        except Exception as error:
            # The boundary of a task: the store refused (a full disk, a lost server) or the code is wrong. Nothing of
            # this poll was kept; the feed is due again when its lease ends.
            if isinstance(error, StoreError):
                log.error("poll_not_kept", feed=state.feed_id, reason=str(error))
            else:
                log.exception("poll_failed", feed=state.feed_id)
            context.metrics.errors.labels("poll").inc()
            self.tally.polled += 1
            self.tally.failed += 1
            self.tally.refused += 1
            return
        context.metrics.poll_seconds.observe(context.clock.monotonic() - started)
        if poll is not None:
            self.tally.add(poll)
            if poll.told:
                self._on_told(poll.told)

    async def _poll_feed(self, state: FeedState) -> Poll | None:
        feed = self._feeds.get(state.feed_id)
        if feed is None:
            return None  # another process works with another configuration: the feed is its own to poll
        return await poll_feed(feed, state, self._context)
