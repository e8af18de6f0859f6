"""The sending path is torn off at every point where it waits, for each channel whose receiver remembers ids.

The process dies at the n-th suspension of a send, or beside the n-th write to the ledger, for every n; another one takes
over once the lease has ended. Nothing is lost; Slack, which is asked, is told once; the others see the same id again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from datetime import timedelta
from typing import Any, TypeVar

import aiohttp
import pytest

from tests.support.alerts import NOON, a_delivery, a_source, an_alert
from tests.support.clock import FakeClock
from tests.support.ledger import MemoryLedger
from tests.support.receiver import Receiver
from tests.support.rigs import RIGS, Rig, SlackRig
from tests.support.service import eventually
from watcher.deliver.channels.slack import SlackChannel
from watcher.deliver.outbox import Outbox
from watcher.types import Delivery, DeliveryKind, DeliveryState, Receipt

T = TypeVar("T")

REMEMBERING = [rig for rig in RIGS if rig.kind not in ("console", "apprise")]
MOST_POINTS = 400


class Killed(BaseException):
    """The process is gone: nothing after this happens."""


class Death:
    """Comes at the n-th point; 0 for never."""

    def __init__(self, at: int = 0) -> None:
        self._at = at
        self.points = 0

    def comes(self) -> bool:
        """Note a point, and say whether it is the last one."""
        self.points += 1
        return self.points == self._at

    def run(self, call: Callable[[], T], /) -> Awaitable[T]:
        """Run a call of the ledger, with a point before it and one after it."""

        async def result() -> T:
            if self.comes():
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
            if self.points >= self._at > 0:
                raise Killed from None
            raise


async def _torn(work: Awaitable[T], death: Death) -> T:
    return await _Counted(work, death)


class _Counted(Awaitable[T]):
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


class Mortal:
    """A channel that dies while it sends or searches."""

    def __init__(self, channel: Any, death: Death) -> None:
        self._channel = channel
        self._death = death
        self.name, self.kind = channel.name, channel.kind
        self.spacing, self.has_updates = channel.spacing, channel.has_updates

    async def send(self, delivery: Delivery) -> Receipt:
        return await self._death.through(self._channel.send(delivery))

    async def close(self) -> None:
        """Leave that to the rig."""


class MortalSlack(Mortal):
    async def find(self, delivery: Delivery) -> Receipt | None:
        return await self._death.through(self._channel.find(delivery))


async def live(rig: Rig, ledger: MemoryLedger, clock: FakeClock, death: Death) -> None:
    """Let a process work the outbox off until it has, or dies."""
    mortal = MortalSlack if isinstance(rig.channel, SlackChannel) else Mortal
    channel = mortal(rig.channel, death)
    outbox = Outbox(ledger, death.run, {channel.name: channel}, clock, f"worker-{clock.monotonic()}")
    try:
        await outbox.drain(clock.now() + timedelta(hours=1))
    except* Killed:
        pass


async def settle(rig: Rig) -> None:
    """Wait until the receiver has worked off what reached it before the death."""
    receiver = getattr(rig, "receiver", None)
    if isinstance(receiver, Receiver):
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{receiver.port}/ping"):
            pass
        await asyncio.to_thread(eventually, lambda: not receiver.working, what="rest")


@pytest.mark.parametrize("kind", [DeliveryKind.UPDATE, DeliveryKind.REPLY])
async def test_a_death_while_a_story_grows_leaves_one_message_as_it_is_now_and_each_news_once(
    kind: DeliveryKind,
) -> None:
    grown = an_alert(sources=(a_source(), a_source(feed_id="gulf", feed_title="Gulf Desk")))
    for at in range(1, MOST_POINTS):
        clock, ledger, death = FakeClock(), MemoryLedger(), Death(at)
        with SlackRig() as rig:
            first = await rig.channel.send(a_delivery(id="first"))
            row_id = ledger.add(
                channel=rig.channel.name, kind=kind, opened_as=first, news="more", alert=grown
            )
            await live(rig, ledger, clock, death)
            await settle(rig)
            clock.advance(120)
            await rig.channel.close()
            rig.channel = rig.reopened()
            await live(rig, ledger, clock, Death())
            messages = rig.receiver.messages
            await rig.channel.close()
        assert ledger.row(row_id).state is DeliveryState.DELIVERED
        assert len(messages) == (1 if kind is DeliveryKind.UPDATE else 2), f"at point {at}"
        assert kind is DeliveryKind.REPLY or "2 sources" in messages[0].shown
        if death.points < at:
            break
    else:
        pytest.fail("the path has no end")


@pytest.mark.parametrize("kind", REMEMBERING, ids=lambda rig: str(rig.kind))
async def test_a_death_at_any_point_loses_nothing_and_tells_slack_once(kind: type[Rig]) -> None:
    for at in range(1, MOST_POINTS):
        clock, ledger, death = FakeClock(), MemoryLedger(), Death(at)
        with kind() as rig:
            row_id = ledger.add(channel=rig.channel.name, created_at=NOON - timedelta(days=1))
            await live(rig, ledger, clock, death)
            await settle(rig)
            clock.advance(120)
            await rig.channel.close()
            rig.channel = rig.reopened()
            await live(rig, ledger, clock, Death())
            taken = rig.taken()
            await rig.channel.close()
        assert ledger.row(row_id).state is DeliveryState.DELIVERED, f"lost at point {at}"
        assert set(taken) == {row_id}
        assert len(taken) == 1 or kind.kind != "slack", f"told twice at point {at}"
        if death.points < at:
            break
    else:
        pytest.fail("the path has no end")
    assert at > 5, "the path has hardly any point"
