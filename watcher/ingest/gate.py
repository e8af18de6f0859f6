"""Manners towards a host: how many requests at once, how far apart they start, and when it wants none.

In: the URL about to be requested. Out: a slot, held while the request runs. Called by everything that requests from
outside (feeds, articles), over one gate that `app` builds, so that requests to one host do not add up:

    async with gate.slot(url):
        …                                    # send the request
        gate.answered(url, status, headers)  # headers with lower-case names
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from yarl import URL

from watcher.errors import FetchError
from watcher.ingest.domain import domain_of, host_of
from watcher.ingest.manners import HostBook, HostRecord, Scope
from watcher.ports import Clock
from watcher.types import FetchProblem

_SWEEP_EVERY = 1_024
"""Slots given between two removals of idle lanes: redirects to ever new names must not grow memory."""


_SOON = 1e-6
"""Seconds that are lost where times are added."""


@dataclass(slots=True)
class _Lane:
    """What is under way at one registrable domain; `waiting` have no slot yet."""

    slots: asyncio.Semaphore
    users: int = field(default=0)
    waiting: int = field(default=0)


class HostGate:
    """Bounds concurrency, of all requests and per registrable domain, and spaces their starts there.

    Args:
        places: requests at a time, over all.
        concurrency: requests at a time to one domain.
        min_delay: between the starts of two to one domain.
        scope: how far a host's wish to be left alone reaches.
        clock: where time comes from.
    """

    def __init__(
        self,
        *,
        concurrency: int,
        min_delay: timedelta,
        clock: Clock,
        places: int = 100,
        scope: Scope = Scope.HOST,
    ) -> None:
        self._places = asyncio.Semaphore(places)
        self._concurrency = concurrency
        self._whole_delay = self._min_delay = min_delay.total_seconds()
        self._processes = 1
        self._clock = clock
        self._book = HostBook(min_delay=min_delay, scope=scope)
        self._lanes: dict[str, _Lane] = {}
        self._given = 0

    @asynccontextmanager
    async def slot(self, url: URL) -> AsyncIterator[None]:
        """Wait for a slot at the URL's domain and for its turn to start, and hold it.

        Raises:
            FetchError: RATE_LIMITED, with `retry_after`: the host has asked to be left alone.
        """
        lane = self._lane(domain_of(url))
        lane.users += 1
        lane.waiting += 1
        is_waiting = True
        try:
            async with lane.slots:
                await self._take_place(url)
                try:
                    lane.waiting -= 1
                    is_waiting = False
                    yield
                finally:
                    self._places.release()
        finally:
            lane.users -= 1
            lane.waiting -= is_waiting

    def divide(self, processes: int) -> None:
        """Keep to our part of what hosts bear: so many processes, this one included, ask them."""
        if processes == self._processes:
            return
        self._processes = processes
        self._min_delay = self._whole_delay * processes
        self._book.divide(processes)
        self._forget_idle()  # their bounds are those of before

    def wait_for(self, url: URL | str) -> timedelta:
        """Estimate how long a request would wait now: for the host's wishes, and for those ahead of it."""
        now = self._clock.monotonic()
        lane = self._lanes.get(domain_of(url))
        ahead = lane.waiting * self._min_delay if lane is not None else 0.0
        return timedelta(seconds=self._book.free_at(url, now) + ahead - now)

    def book(self, url: URL | str) -> timedelta:
        """Promise a turn to somebody who comes back for it; gives in how long."""
        now = self._clock.monotonic()
        return max(timedelta(seconds=self._book.book(url, now) - now), self.wait_for(url))

    def answered(self, url: URL | str, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer says of how often its host wants to be asked; names in lower case."""
        self._book.answered(url, status, headers, now=self._clock.monotonic(), wall=self._clock.now())

    def restore(self, records: Iterable[HostRecord]) -> None:
        """Take over what an earlier run of the service left."""
        self._book.restore(records, now=self._clock.monotonic(), wall=self._clock.now())

    def heed(self, records: Iterable[HostRecord]) -> None:
        """Take in what other processes that poll from the same store have met."""
        self._book.heed(records, now=self._clock.monotonic(), wall=self._clock.now())

    def changes(self) -> tuple[HostRecord, ...]:
        """Give what is to be stored since the last call."""
        return self._book.changes(now=self._clock.monotonic(), wall=self._clock.now())

    def held(self) -> int:
        """Count the hosts that want to be left alone."""
        return self._book.held(self._clock.monotonic())

    def _check_held(self, url: URL) -> None:
        left = self._book.held_for(url, self._clock.monotonic())
        if left > 0:
            raise FetchError(
                FetchProblem.RATE_LIMITED,
                f"{host_of(url)} has asked to be left alone for another {left:.0f} s",
                retry_after=timedelta(seconds=left),
            )

    async def _take_place(self, url: URL) -> None:
        """Wait until the domain has a turn and there is a place, both at once.

        A turn that was taken before there is a place would be used later, together with the next one; a place that was
        taken before the turn would be kept from other hosts.
        """
        while True:
            wait = self._book.free_at(url, now := self._clock.monotonic()) - now
            if wait > _SOON:
                self._check_held(url)
                await self._clock.sleep(wait)
            await self._places.acquire()
            now = self._clock.monotonic()
            if self._book.free_at(url, now) - now <= _SOON:
                self._book.start(url, now)
                return
            self._places.release()

    def _lane(self, key: str) -> _Lane:
        self._given += 1
        if self._given % _SWEEP_EVERY == 0:
            self._forget_idle()
        if (lane := self._lanes.get(key)) is None:
            ours = max(1, self._concurrency // self._processes)
            lane = self._lanes[key] = _Lane(asyncio.Semaphore(ours))
        return lane

    def _forget_idle(self) -> None:
        self._lanes = {key: lane for key, lane in self._lanes.items() if lane.users}
