"""Fault injection: a process of the outbox that dies at the n-th point of its work.

A point is every suspension of a send or of a search, and every moment before and after a call of the ledger. What the
process holds open is closed then, as the system would; it writes nothing more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from tests.support.clock import FakeClock
from watcher.deliver.outbox import Manners, Outbox
from watcher.ports import Channel, Ledger, Searchable
from watcher.types import Delivery, Receipt

T = TypeVar("T")

_MOST_POINTS = 400


class Killed(BaseException):
    """The process is gone: nothing after this happens."""


class Death:
    """Comes at the n-th point; 0 for never."""

    def __init__(self, at: int = 0) -> None:
        self._at = at
        self.points = 0

    @property
    def has_come(self) -> bool:
        """Whether the process is gone."""
        return 0 < self._at <= self.points

    def comes(self) -> bool:
        """Note a point, and say whether it is the last one."""
        self.points += 1
        return self.points == self._at

    def run(self, call: Callable[[], T], /) -> Awaitable[T]:
        """Run a call of the ledger, with a point before it and one after it; nothing is written after the death."""

        async def result() -> T:
            if self.has_come or self.comes():
                raise Killed
            done = call()
            if self.comes():
                raise Killed
            return done

        return result()

    async def through(self, work: Awaitable[T]) -> T:
        """Do work that may end at any of its suspensions; what it holds open is closed, as the system would."""
        task = asyncio.create_task(_torn(work, self))
        try:
            return await task
        except asyncio.CancelledError:
            if self.has_come:
                raise Killed from None
            raise


def deaths() -> Iterator[Death]:
    """Give a death at the first point, at the second, and so on, until one does not come: the work has no such point."""
    for at in range(1, _MOST_POINTS):
        death = Death(at)
        yield death
        if not death.has_come:
            # Work that waits nowhere would be proven by nothing.
            assert at > 5, "the path has hardly any point"
            return
    raise AssertionError("the path has no end")


async def live(
    ledger: Ledger,
    channels: Sequence[Channel],
    clock: FakeClock,
    death: Death,
    *,
    manners: Mapping[str, Manners] | None = None,
) -> None:
    """Let a process work the outbox off until it has, or dies."""
    mortal: dict[str, Channel] = {
        one.name: _MortalSearchable(one, death) if isinstance(one, Searchable) else _Mortal(one, death)
        for one in channels
    }
    outbox = Outbox(ledger, death.run, mortal, clock, f"worker-{clock.monotonic()}", manners=manners)
    try:
        await outbox.drain(clock.now() + timedelta(hours=1))
    except* Killed:
        pass


class _Mortal:
    """A channel that dies while it sends."""

    def __init__(self, channel: Channel, death: Death) -> None:
        self._channel: Any = channel
        self._death = death
        self.name, self.kind = channel.name, channel.kind
        self.spacing, self.has_updates = channel.spacing, channel.has_updates

    async def send(self, delivery: Delivery) -> Receipt:
        receipt: Receipt = await self._death.through(self._channel.send(delivery))
        return receipt

    async def close(self) -> None:
        """Leave that to the one whose channel it is."""


class _MortalSearchable(_Mortal):
    async def find(self, delivery: Delivery) -> Receipt | None:
        receipt: Receipt | None = await self._death.through(self._channel.find(delivery))
        return receipt


async def _torn(work: Awaitable[T], death: Death) -> T:
    return await _Counted(work, death)


class _Counted(Awaitable[T]):
    """Awaits something else, with a point at each of its suspensions."""

    def __init__(self, work: Awaitable[T], death: Death) -> None:
        self._work = work
        self._death = death

    def __await__(self) -> Generator[Any, Any, T]:
        steps = self._work.__await__()
        try:
            waited_for = next(steps)
            while True:
                if self._death.comes():
                    task = asyncio.current_task()
                    assert task is not None
                    task.cancel()
                try:
                    got = yield waited_for
                except BaseException as error:
                    waited_for = steps.throw(error)
                else:
                    waited_for = steps.send(got)
        except StopIteration as end:
            result: T = end.value
            return result
