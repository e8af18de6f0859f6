"""The outbox at work, on a fake clock and a ledger in memory."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.alerts import NOON
from tests.support.clock import FakeClock
from tests.support.ledger import MemoryLedger, run_inline
from watcher.deliver.outbox import Attempt, Manners, Outbox, OutboxSettings, Result
from watcher.errors import DeliveryError, StoreError
from watcher.types import Delivery, DeliveryKind, DeliveryState, Receipt

HOUR = NOON + timedelta(hours=1)
DELIVERED, PENDING, PARKED, DEAD, SENDING = (
    DeliveryState.DELIVERED,
    DeliveryState.PENDING,
    DeliveryState.PARKED,
    DeliveryState.DEAD,
    DeliveryState.SENDING,
)


class ScriptedChannel:
    """A channel that does what its script says, one entry an attempt; beyond its end it accepts."""

    kind = "scripted"
    has_updates = False

    def __init__(
        self, name: str = "a", *script: Exception | Callable[[], Awaitable[object]] | None, spacing: float = 0
    ) -> None:
        self.name = name
        self.spacing = timedelta(seconds=spacing)
        self.script = list(script)
        self.sent: list[str] = []

    async def send(self, delivery: Delivery) -> Receipt:
        self.sent.append(delivery.id)
        act = self.script.pop(0) if self.script else None
        if isinstance(act, Exception):
            raise act
        if act is not None:
            await act()
        return Receipt(receiver_id=f"receipt of {delivery.id}")

    async def close(self) -> None:
        """Hold nothing."""


class Stage:
    """An outbox with all that it stands on."""

    def __init__(
        self, *channels: ScriptedChannel, manners: dict[str, Manners] | None = None, **settings: object
    ) -> None:
        self.clock = FakeClock()
        self.ledger = MemoryLedger()
        self.attempts: list[Attempt] = []
        self.troubles: list[str] = []
        self.outbox = Outbox(
            self.ledger,
            run_inline,
            {channel.name: channel for channel in channels},
            self.clock,
            "worker-1",
            settings=OutboxSettings(**settings),  # type: ignore[arg-type]
            rng=random.Random(7),
            observe=self.attempts.append,
            on_trouble=self.troubles.append,
            manners=manners,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.outbox.run())
        try:
            yield
        finally:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


async def until(condition: Callable[[], bool]) -> None:
    """Let the other tasks go on until the condition holds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - states of a store have no event
            await asyncio.sleep(0)


async def test_due_rows_are_delivered_and_the_receipt_is_kept() -> None:
    stage = Stage(channel := ScriptedChannel())
    row_id = stage.ledger.add(channel="a")
    counts = await stage.outbox.drain(HOUR)
    row = stage.ledger.row(row_id)
    assert (row.state, row.receiver_id) == (DELIVERED, f"receipt of {row_id}")
    assert channel.sent == [row_id]
    assert counts == {Result.DELIVERED: 1}
    assert [attempt.result for attempt in stage.attempts] == [Result.DELIVERED]


async def test_a_drain_tries_each_row_once_and_leaves_failures_for_the_next_run() -> None:
    stage = Stage(ScriptedChannel("a", DeliveryError("refused"), DeliveryError("no", retryable=False)))
    failed, dead, fine = (stage.ledger.add(channel="a") for _ in range(3))
    counts = await stage.outbox.drain(HOUR)
    assert stage.ledger.states() == [PENDING, DEAD, DELIVERED]
    assert counts == {Result.FAILED: 1, Result.DEAD: 1, Result.DELIVERED: 1}
    assert stage.ledger.row(failed).next_attempt_at > NOON
    assert stage.ledger.row(dead).reason == "no"
    assert stage.ledger.row(fine).reason is None


def broken(detail: str = "the token is wrong") -> DeliveryError:
    return DeliveryError(detail, needs_person=True)


async def test_what_needs_a_person_is_parked_and_what_comes_later_waits_behind_it() -> None:
    stage = Stage(channel := ScriptedChannel("a", broken(), broken(), broken(), broken()))
    rows = [stage.ledger.add(channel="a", created_at=NOON - timedelta(days=30)) for _ in range(4)]
    assert await stage.outbox.drain(HOUR) == {Result.PARKED: 2}
    assert channel.sent == rows[:2], "a second one is tried: the first may have been refused for what it says"
    assert stage.ledger.states() == [PARKED, PARKED, PENDING, PENDING]
    assert await stage.outbox.drain(HOUR) == {}
    stage.clock.advance(15 * 60)
    await stage.outbox.drain(HOUR)
    assert stage.ledger.states() == [PARKED, PARKED, PENDING, PENDING], "never given up, however old"
    stage.clock.advance(15 * 60)
    assert await stage.outbox.drain(HOUR) == {Result.DELIVERED: 4}


async def test_a_message_that_alone_is_refused_holds_nothing_up_for_long() -> None:
    stage = Stage(ScriptedChannel("a", broken(), None, broken(), None))
    first, second = (stage.ledger.add(channel="a") for _ in range(2))
    await stage.outbox.drain(HOUR)
    assert stage.ledger.states() == [DEAD, DELIVERED]
    third = stage.ledger.add(channel="a")
    await stage.outbox.drain(HOUR)
    fourth = stage.ledger.add(channel="a")
    stage.clock.advance(15 * 60)
    await stage.outbox.drain(HOUR)
    assert stage.ledger.row(first).reason == (
        "refused, though the channel takes others: something in this one is not taken"
    )
    assert [stage.ledger.row(one).state for one in (second, third, fourth)] == [DELIVERED] * 3


async def test_what_waits_for_a_person_is_told_on_the_fallback_at_once() -> None:
    channel, other = ScriptedChannel("a", *[broken()] * 4), ScriptedChannel("b")
    stage = Stage(channel, other, manners={"a": Manners(fallback="b", after=timedelta(hours=1))})
    rows = [stage.ledger.add(channel="a") for _ in range(4)]
    await stage.outbox.drain(HOUR)
    await stage.outbox.drain(HOUR)
    assert other.sent == [f"{row}-b" for row in rows]
    assert channel.sent == rows[:2]


async def test_a_drain_starts_nothing_after_its_deadline() -> None:
    stage = Stage(ScriptedChannel("a", spacing=10))
    for _ in range(5):
        stage.ledger.add(channel="a")
    counts = await stage.outbox.drain(NOON + timedelta(seconds=25))
    assert counts == {Result.DELIVERED: 3}
    assert stage.ledger.states() == [DELIVERED] * 3 + [PENDING] * 2


async def test_more_rows_than_a_batch_are_all_sent() -> None:
    stage = Stage(channel := ScriptedChannel(), batch=3)
    rows = [stage.ledger.add(channel="a") for _ in range(10)]
    await stage.outbox.drain(HOUR)
    assert channel.sent == rows


async def test_a_failed_row_is_retried_until_it_is_taken() -> None:
    stage = Stage(channel := ScriptedChannel("a", *[DeliveryError("connection refused")] * 6))
    row_id = stage.ledger.add(channel="a")
    async with stage.running():
        await until(lambda: stage.ledger.row(row_id).state is DELIVERED)
    assert len(channel.sent) == 7
    assert stage.ledger.row(row_id).attempts == 7


async def test_an_ambiguous_failure_is_retried_under_the_same_id_and_says_so() -> None:
    stage = Stage(channel := ScriptedChannel("a", DeliveryError("hung up", is_ambiguous=True)))
    row_id = stage.ledger.add(channel="a")
    await stage.outbox.drain(HOUR)
    assert "may have arrived" in (stage.ledger.row(row_id).reason or "")
    stage.clock.advance(60)
    await stage.outbox.drain(HOUR)
    assert channel.sent == [row_id, row_id]


async def test_retry_after_holds_the_whole_channel_and_gives_its_rows_back() -> None:
    limited = DeliveryError("429", retry_after=timedelta(seconds=30))
    stage = Stage(channel := ScriptedChannel("a", limited))
    rows = [stage.ledger.add(channel="a") for _ in range(3)]
    counts = await stage.outbox.drain(NOON + timedelta(seconds=10))
    assert counts == {Result.FAILED: 1}
    assert channel.sent == rows[:1]
    assert stage.ledger.states() == [PENDING] * 3
    async with stage.running():
        await until(lambda: stage.ledger.states() == [DELIVERED] * 3)
    assert min(attempt.at for attempt in stage.attempts[1:]) >= NOON + timedelta(seconds=30)


async def test_sends_keep_the_channels_spacing() -> None:
    stage = Stage(ScriptedChannel("a", spacing=1))
    for _ in range(4):
        stage.ledger.add(channel="a")
    await stage.outbox.drain(HOUR)
    starts = [(attempt.at - attempt.elapsed - NOON).total_seconds() for attempt in stage.attempts]
    assert starts == [0, 1, 2, 3]


async def test_a_channel_that_hangs_delays_no_other() -> None:
    stuck = asyncio.Event()
    stage = Stage(ScriptedChannel("a", stuck.wait), ScriptedChannel("b"))
    stage.ledger.add(channel="a")
    quick = [stage.ledger.add(channel="b") for _ in range(3)]
    async with stage.running():
        await until(lambda: all(stage.ledger.row(row).state is DELIVERED for row in quick))
        assert stage.ledger.states()[0] is SENDING
        stuck.set()


async def test_a_send_without_end_is_cut_off_and_retried() -> None:
    stage = Stage(ScriptedChannel("a", asyncio.Event().wait), send_timeout=timedelta(seconds=0.01))
    row_id = stage.ledger.add(channel="a")
    await stage.outbox.drain(HOUR)
    row = stage.ledger.row(row_id)
    assert row.state is PENDING
    assert row.reason is not None
    assert row.reason.startswith("no answer within 0.01 s")


async def test_a_bug_in_a_channel_costs_neither_the_row_nor_the_sender() -> None:
    stage = Stage(ScriptedChannel("a", KeyError("xoxb-secret")))
    row_id = stage.ledger.add(channel="a")
    other = stage.ledger.add(channel="a")
    await stage.outbox.drain(HOUR)
    row = stage.ledger.row(row_id)
    assert row.state is PENDING
    assert "unexpected KeyError" in (row.reason or "")
    assert "xoxb" not in (row.reason or "")
    assert stage.troubles == ["channel_bug"]
    assert stage.ledger.row(other).state is DELIVERED


async def test_a_row_is_given_up_when_it_was_tried_long_and_often() -> None:
    stage = Stage(ScriptedChannel("a", *[DeliveryError("down")] * 3000), poll_interval=timedelta(days=1))
    row_id = stage.ledger.add(channel="a")
    async with stage.running():
        await until(lambda: stage.ledger.row(row_id).state is DEAD)
    assert stage.clock.now() - NOON > timedelta(days=3)
    assert "given up after" in (stage.ledger.row(row_id).reason or "")


async def test_an_acceptance_is_recorded_even_when_the_store_is_away_for_a_while() -> None:
    stage = Stage(channel := ScriptedChannel())
    row_id = stage.ledger.add(channel="a")

    async def lose_the_store() -> None:
        stage.ledger.trouble = StoreError("database is locked")

    channel.script = [lose_the_store]
    async with stage.running():
        await until(lambda: stage.clock.monotonic() > 60)
        stage.ledger.trouble = None
        await until(lambda: stage.ledger.row(row_id).state is DELIVERED)
    assert channel.sent == [row_id]


async def test_a_store_that_is_away_stops_no_sender_for_good() -> None:
    stage = Stage(ScriptedChannel())
    stage.ledger.trouble = StoreError("gone")
    async with stage.running():
        await until(lambda: stage.clock.monotonic() > 60)
        stage.ledger.trouble = None
        row_id = stage.ledger.add(channel="a")
        await until(lambda: stage.ledger.row(row_id).state is DELIVERED)
    assert set(stage.troubles) == {"sender_trouble"}


async def test_an_outbox_without_channels_runs_until_it_is_stopped() -> None:
    stage = Stage()
    async with stage.running():
        for _ in range(9):
            await asyncio.sleep(0)
    assert await stage.outbox.drain(HOUR) == {}


async def test_rows_added_later_are_found_by_wake_without_waiting_for_the_poll() -> None:
    stage = Stage(ScriptedChannel(), poll_interval=timedelta(days=365))
    asleep = asyncio.Event()

    async def sleep(seconds: float) -> None:
        if seconds > 0:
            asleep.set()
            await asyncio.Event().wait()

    stage.clock.sleep = sleep  # type: ignore[method-assign]
    async with stage.running():
        await asleep.wait()
        row_id = stage.ledger.add(channel="a")
        stage.outbox.wake()
        await until(lambda: stage.ledger.row(row_id).state is DELIVERED)
        leases = stage.ledger.leases
        for _ in range(200):
            await asyncio.sleep(0)
        assert stage.ledger.leases <= leases + 1, "a woken sender goes back to sleep"


async def test_rows_of_a_killed_process_are_sent_once_their_lease_has_ended() -> None:
    stage = Stage(ScriptedChannel())
    row_id = stage.ledger.add(channel="a")
    stage.ledger.lease_deliveries(channel="a", owner="killed", now=NOON, lease=timedelta(minutes=1), limit=9)
    async with stage.running():
        await until(lambda: stage.ledger.row(row_id).state is DELIVERED)
    assert stage.clock.monotonic() >= 60


async def test_a_lease_taken_late_in_a_drain_lasts_as_long_as_any() -> None:
    stage = Stage(ScriptedChannel("a", spacing=25))
    for _ in range(6):
        stage.ledger.add(channel="a")
    ends: list[float] = []
    lease_deliveries = stage.ledger.lease_deliveries

    def watched(*, now: datetime, lease: timedelta, **arguments: Any) -> Sequence[Delivery]:
        ends.append((now + lease - stage.clock.now()).total_seconds())
        return lease_deliveries(now=now, lease=lease, **arguments)

    stage.ledger.lease_deliveries = watched  # type: ignore[method-assign]
    await stage.outbox.drain(HOUR)
    assert stage.ledger.states() == [DELIVERED] * 6
    assert len(ends) > 2
    assert set(ends) == {60.0}


async def test_a_row_is_not_started_when_its_lease_could_end_while_it_is_sent() -> None:
    stage = Stage(channel := ScriptedChannel("a"))

    async def take_long() -> None:
        stage.clock.advance(31)

    channel.script = [take_long]
    rows = [stage.ledger.add(channel="a") for _ in range(3)]
    leases: list[list[str]] = []
    lease_deliveries = stage.ledger.lease_deliveries

    def watched(**arguments: Any) -> Sequence[Delivery]:
        batch = lease_deliveries(**arguments)
        leases.append([delivery.id for delivery in batch])
        return batch

    stage.ledger.lease_deliveries = watched  # type: ignore[method-assign]
    await stage.outbox.drain(HOUR)
    assert leases == [rows, rows[1:], []]
    assert stage.ledger.states() == [DELIVERED] * 3


async def test_stopping_lets_the_send_in_flight_finish_and_gives_the_rest_back() -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        started.set()
        await go_on.wait()

    stage = Stage(ScriptedChannel("a", slow))
    for _ in range(3):
        stage.ledger.add(channel="a")
    async with stage.running():
        await started.wait()
        asyncio.get_running_loop().call_later(0.02, go_on.set)
    assert stage.ledger.states() == [DELIVERED, PENDING, PENDING]


async def test_stopping_waits_no_longer_than_the_grace_time() -> None:
    started = asyncio.Event()

    async def forever() -> None:
        started.set()
        await asyncio.Event().wait()

    stage = Stage(ScriptedChannel("a", forever), grace=timedelta(seconds=0.02))
    for _ in range(2):
        stage.ledger.add(channel="a")
    async with asyncio.timeout(2), stage.running():
        await started.wait()
    # The cut-off row stays leased: it is due again when the lease ends, since it may have arrived.
    assert stage.ledger.states() == [SENDING, PENDING]


async def test_an_update_for_a_channel_that_cannot_show_it_is_never_sent() -> None:
    stage = Stage(channel := ScriptedChannel())
    row_id = stage.ledger.add(channel="a", kind=DeliveryKind.UPDATE)
    await stage.outbox.drain(HOUR)
    assert channel.sent == []
    assert stage.ledger.row(row_id).state is DEAD


@pytest.mark.parametrize("wrong", [{"batch": 0}, {"lease": timedelta(seconds=30)}])
def test_settings_under_which_two_workers_could_send_one_row_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="lease"):
        OutboxSettings(**wrong)  # type: ignore[arg-type]
