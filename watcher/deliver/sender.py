"""One channel's sender: takes its due rows from the outbox, hands them over in its pace, and records their fate.

In: leased `Delivery` rows. Out: receipts, retries and dead rows in the ledger, each recorded at once. Owned by
`outbox`, one per channel, so that a failing channel never delays another.
"""

from __future__ import annotations

import asyncio
import random
import traceback
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

import structlog

from watcher.deliver.fallback import Fallback, Manners
from watcher.deliver.pace import Pace
from watcher.deliver.retry import NextStep, RetryPolicy, RetryReason, next_step
from watcher.errors import DeliveryError
from watcher.ports import Channel, Clock, Ledger, Metered, Runner, Searchable
from watcher.types import Delivery, DeliveryKind, Receipt

T = TypeVar("T")

_log = structlog.get_logger(__name__)

# Bounds of the waits that no setting needs to know.
_SHORTEST_IDLE = 0.05
_LAST_WAIT = 1.0
_PROBES = 2  # rows that a channel which needs a person is tried with: one may be refused for what it says
_STORE_PAUSES = (0.1, 0.5, 2.0, 5.0)


class Result(StrEnum):
    """What came of one attempt."""

    DELIVERED = "delivered"
    FAILED = "failed"
    PARKED = "parked"
    DEAD = "dead"
    MOOT = "moot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One finished attempt, for metrics. `elapsed` is the time until the receiver answered or failed to."""

    delivery: Delivery
    result: Result
    elapsed: timedelta
    at: datetime
    error: DeliveryError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxSettings:
    """How the outbox is worked off.

    `lease` is how long a row belongs to its sender; a killed process's rows are due again after it. `send_timeout`
    bounds one attempt. `poll_interval` is the longest that a due row waits when no `wake` tells of it. `grace` is
    what a stop waits for the attempt in flight.
    """

    batch: int = 10
    lease: timedelta = timedelta(seconds=60)
    send_timeout: timedelta = timedelta(seconds=30)
    poll_interval: timedelta = timedelta(seconds=10)
    grace: timedelta = timedelta(seconds=5)
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        if self.batch < 1 or self.lease < 2 * self.send_timeout:
            raise ValueError("a lease must outlast two sends, and a batch hold at least one")


class Sender:
    """Sends the rows of one channel, one after the other."""

    def __init__(
        self,
        channel: Channel,
        *,
        ledger: Ledger,
        run: Runner,
        clock: Clock,
        owner: str,
        settings: OutboxSettings,
        rng: random.Random,
        observe: Callable[[Attempt], None],
        on_trouble: Callable[[str], None],
        manners: Manners,
        on_stand_in: Callable[[], None],
    ) -> None:
        self._manners = manners
        self._channel = channel
        self._ledger = ledger
        self._run = run
        self._clock = clock
        self._owner = owner
        self._settings = settings
        self._rng = rng
        self._observe = observe
        self._on_trouble = on_trouble
        self._pace = Pace(channel.spacing)
        self._awake = asyncio.Event()
        self._log = _log.bind(channel=channel.name)
        self._fallback = Fallback(
            channel.name, manners, ledger=ledger, run=run, on_queued=on_stand_in, log=self._log
        )

    def wake(self) -> None:
        """Look for due rows now."""
        self._awake.set()

    async def serve(self) -> None:
        """Send until cancelled. Trouble with the store, or a bug, is logged and does not end it."""
        while True:
            self._awake.clear()
            try:
                await self._clock.sleep(self._wait())
                batch, last_start = await self._lease(self._clock.now())
                if batch:
                    await self._send(batch, last_start)
                else:
                    await self._idle()
            except Exception as error:
                self._report("sender_trouble", error)
                await self._clock.sleep(_STORE_PAUSES[-1])

    async def drain(self, until: datetime) -> Counter[Result]:
        """Send what is due now, each row once; start nothing after `until`."""
        due_by = self._clock.now()
        deadline = self._clock.monotonic() + (until - due_by).total_seconds()
        counts: Counter[Result] = Counter()
        while (wait := self._wait()) + self._clock.monotonic() < deadline:
            await self._clock.sleep(wait)
            batch, last_start = await self._lease(due_by)
            if not batch:
                break
            counts += await self._send(batch, min(last_start, deadline))
        await self._fallback.relieve(self._clock.now())
        return counts

    async def _lease(self, due_by: datetime) -> tuple[Sequence[Delivery], float]:
        """Take rows that were due at `due_by`; also give the last monotonic time at which one may be started.

        A row started later than that could be given to another worker while it is still being sent.
        """
        patience = self._settings.lease - self._settings.send_timeout
        last_start = self._clock.monotonic() + patience.total_seconds()
        # The ledger counts the lease from the moment it is given as now: here that may lie in the past.
        lease = self._settings.lease + (self._clock.now() - due_by)
        batch = await self._run(
            lambda: self._ledger.lease_deliveries(
                channel=self._channel.name,
                owner=self._owner,
                now=due_by,
                lease=lease,
                limit=self._settings.batch,
                fold_over=self._manners.fold_over,
            )
        )
        return batch, last_start

    async def _send(self, batch: Sequence[Delivery], last_start: float) -> Counter[Result]:
        """Send rows until all are tried or it is too late to start the next; release the rest."""
        results: Counter[Result] = Counter()
        untried, parked = deque(batch), list[Delivery]()
        try:
            while untried and len(parked) < _PROBES and await self._may_send(last_start):
                delivery = untried.popleft()
                result = await self._to_the_end(self._attempt(delivery))
                results[result] += 1
                if result is Result.PARKED:
                    parked.append(delivery)
                elif result is Result.DELIVERED and parked:
                    await self._to_the_end(self._give_up(parked.pop()))
        finally:
            if untried:
                await self._to_the_end(self._release([delivery.id for delivery in untried]))
        return results

    async def _may_send(self, last_start: float) -> bool:
        wait = self._wait()
        if self._clock.monotonic() + wait > last_start:
            return False
        await self._clock.sleep(wait)
        return True

    def _wait(self) -> float:
        """Give the seconds until the next may be sent: for this channel's pace, and for what it shares with others."""
        shared = self._channel.held_for() if isinstance(self._channel, Metered) else 0.0
        return max(shared, self._pace.wait(self._clock.monotonic()))

    async def _attempt(self, delivery: Delivery) -> Result:
        started = self._clock.monotonic()
        self._pace.started(started)
        try:
            receipt = await self._hand_over(delivery)
        except DeliveryError as error:
            result = await self._record_failure(delivery, error)
            self._tell(delivery, result, started, error)
        else:
            result = await self._record_success(delivery, receipt)
            self._tell(delivery, result, started, None)
        return result

    async def _hand_over(self, delivery: Delivery) -> Receipt:
        """Call the channel; whatever goes wrong comes out as `DeliveryError`."""
        if delivery.kind is DeliveryKind.UPDATE and not self._channel.has_updates:
            raise DeliveryError("this channel cannot show updates", retryable=False)
        seconds = self._settings.send_timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await self._find(delivery) or await self._channel.send(delivery)
        except DeliveryError:
            raise
        except TimeoutError as error:
            raise DeliveryError(f"no answer within {seconds:g} s", is_ambiguous=True) from error
        except Exception as error:
            self._report("channel_bug", error, delivery=delivery.id)
            raise DeliveryError(f"unexpected {type(error).__name__}", is_ambiguous=True) from error

    async def _find(self, delivery: Delivery) -> Receipt | None:
        """Ask the receiver for a delivery that it may have; None to send it."""
        if not (delivery.is_in_doubt and isinstance(self._channel, Searchable)):
            return None
        receipt = await self._channel.find(delivery)
        self._log.info("asked_for_delivery", delivery=delivery.id, is_there=receipt is not None)
        return receipt

    async def _record_success(self, delivery: Delivery, receipt: Receipt) -> Result:
        now = self._clock.now()
        await self._record(lambda: self._ledger.delivered(delivery.id, receipt=receipt, at=now))
        self._log.info(
            "delivered", delivery=delivery.id, rule=delivery.alert.rule, receiver_id=receipt.receiver_id
        )
        return Result.DELIVERED

    async def _record_failure(self, delivery: Delivery, error: DeliveryError) -> Result:
        now = self._clock.now()
        step = next_step(delivery, error, now, policy=self._settings.retry, rng=self._rng)
        text = _reason(delivery, error, step)
        fields = {
            "delivery": delivery.id,
            "rule": delivery.alert.rule,
            "error": text,
            "reason": step.reason.value,
        }
        if error.is_moot:
            await self._record(lambda: self._ledger.moot(delivery.id, reason=text, at=now))
            self._log.info("delivery_moot", **fields)
            return Result.MOOT
        if (retry_at := step.retry_at) is None:
            # First the fallback, then the end: dying in between leaves a row that is tried again, not one told nobody.
            await self._fallback.stand_in(delivery, text, now, tried_since=None)
            await self._record(lambda: self._ledger.dead(delivery.id, error=text, at=now))
            self._log.error("delivery_dead", **fields)
            return Result.DEAD
        is_parked = step.reason is RetryReason.PARKED
        if step.reason is RetryReason.ASKED:
            self._pace.hold(self._clock.monotonic() + (retry_at - now).total_seconds())
        await self._record(
            lambda: self._ledger.failed(
                delivery.id,
                error=text,
                at=now,
                next_attempt_at=retry_at,
                notes=error.notes,
                is_ambiguous=error.is_ambiguous,
                is_parked=is_parked,
            )
        )
        event = "delivery_parked" if is_parked else "delivery_failed"
        self._log.warning(event, retry_at=retry_at.isoformat(), **fields)
        # A person may take hours: what is parked is told elsewhere at once.
        tried_since = None if is_parked else now - self._manners.after
        await self._fallback.stand_in(delivery, text, now, tried_since=tried_since)
        return Result.PARKED if is_parked else Result.FAILED

    async def _give_up(self, parked: Delivery) -> None:
        """Give up what was refused as if the channel were at fault, right before it took another one."""
        error = "refused, though the channel takes others: something in this one is not taken"
        await self._record(lambda: self._ledger.dead(parked.id, error=error, at=self._clock.now()))
        self._log.error("delivery_dead", delivery=parked.id, rule=parked.alert.rule, error=error)

    async def _record(self, call: Callable[[], None]) -> None:
        """Write to the ledger, however long the store is away: an unrecorded acceptance would be sent again."""
        tries = 0
        while True:
            try:
                return await self._run(call)
            except Exception as error:
                self._report("record_failed", error)
                await self._clock.sleep(_STORE_PAUSES[min(tries, len(_STORE_PAUSES) - 1)])
                tries += 1

    async def _release(self, delivery_ids: Sequence[str]) -> None:
        await self._run(lambda: self._ledger.release(delivery_ids, owner=self._owner))

    def _tell(self, delivery: Delivery, result: Result, started: float, error: DeliveryError | None) -> None:
        elapsed = timedelta(seconds=self._clock.monotonic() - started)
        self._observe(
            Attempt(delivery=delivery, result=result, elapsed=elapsed, at=self._clock.now(), error=error)
        )

    def _report(self, event: str, error: BaseException, **fields: str) -> None:
        """Log and count an error that is not the receiver's.

        Its message may quote what was being worked on, secrets included: only its type and place are logged.
        """
        trace = "".join(traceback.format_tb(error.__traceback__)[-4:])
        self._log.error(event, error=type(error).__name__, trace=trace, **fields)
        self._on_trouble(event)

    async def _idle(self) -> None:
        """Wait until a row is due, `wake` is called, or the poll interval has passed."""
        await self._fallback.relieve(self._clock.now())
        due_at = await self._run(lambda: self._ledger.next_delivery_at(self._channel.name))
        pause = self._settings.poll_interval.total_seconds()
        if due_at is not None:
            pause = min(pause, max(_SHORTEST_IDLE, (due_at - self._clock.now()).total_seconds()))
        waits = {asyncio.ensure_future(self._clock.sleep(pause)), asyncio.ensure_future(self._awake.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        """Await work that a stop must not tear apart: it gets `grace` to finish."""
        task = asyncio.create_task(work, name=f"{self._channel.name} delivery")
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task}, timeout=self._settings.grace.total_seconds())
            if not task.done():
                self._log.warning("delivery_cut_off")
                task.cancel()
                await asyncio.wait({task}, timeout=_LAST_WAIT)
            elif not task.cancelled() and (error := task.exception()) is not None:
                self._report("sender_trouble", error)
            raise


def _reason(delivery: Delivery, error: DeliveryError, step: NextStep) -> str:
    text = error.detail
    if error.is_ambiguous:
        text += " (it may have arrived; a retry carries the same id)"
    if step.reason is RetryReason.EXPIRED:
        text = f"given up after {delivery.attempts + 1} attempts: {text}"
    return text
