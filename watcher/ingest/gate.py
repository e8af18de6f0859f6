"""Manners towards a host: how many requests at once, and how far apart they start.

In: the URL about to be requested. Out: a slot, held while the request runs. Called by `fetch`; one gate is shared by
everything that requests from outside, so that feeds of one host do not add up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from yarl import URL

_SWEEP_EVERY = 1_024
"""Slots given between two removals of idle lanes: redirects to ever new names must not grow memory."""


def gate_key(url: URL) -> str:
    """Give what requests are counted by: the host."""
    return (url.host or "").lower().rstrip(".")


@dataclass(slots=True)
class _Lane:
    """What is under way at one host; `next_start` is on the gate's own clock, in seconds."""

    slots: asyncio.Semaphore
    next_start: float = 0.0
    users: int = field(default=0)


class HostGate:
    """Bounds concurrency and spaces request starts, per host."""

    def __init__(
        self,
        *,
        concurrency: int,
        min_delay: timedelta,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._concurrency = concurrency
        self._min_delay = min_delay.total_seconds()
        self._monotonic = monotonic
        self._sleep = sleep
        self._lanes: dict[str, _Lane] = {}
        self._given = 0

    @asynccontextmanager
    async def slot(self, url: URL) -> AsyncIterator[None]:
        """Wait for a slot at the URL's host and for its turn to start, and hold it."""
        lane = self._lane(gate_key(url))
        lane.users += 1
        try:
            async with lane.slots:
                await self._wait_turn(lane)
                yield
        finally:
            lane.users -= 1

    async def _wait_turn(self, lane: _Lane) -> None:
        now = self._monotonic()
        start = max(now, lane.next_start)
        lane.next_start = start + self._min_delay
        if start > now:
            await self._sleep(start - now)

    def _lane(self, key: str) -> _Lane:
        self._given += 1
        if self._given % _SWEEP_EVERY == 0:
            self._sweep()
        if (lane := self._lanes.get(key)) is None:
            lane = self._lanes[key] = _Lane(asyncio.Semaphore(self._concurrency))
        return lane

    def _sweep(self) -> None:
        now = self._monotonic()
        self._lanes = {k: lane for k, lane in self._lanes.items() if lane.users or lane.next_start > now}
