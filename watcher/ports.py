"""The contracts between the core and the world: what an adapter promises, and which errors it raises.

The shell (poller, pipeline, outbox) is written against these; `assembly.py` decides what stands behind them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar, runtime_checkable

from watcher.types import Delivery, DeliveryState, Receipt

T = TypeVar("T")


class Clock(Protocol):
    """Where time comes from. Only `app.py` knows the real one."""

    def now(self) -> datetime:
        """Give the present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Give seconds that never jump, for measuring intervals."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass on this clock."""
        ...


class Channel(Protocol):
    """Somewhere that alerts are sent.

    An implementation is built once by `deliver.channels.build`, used by one sender at a time, and closed at the end.
    """

    name: str
    kind: str
    spacing: timedelta
    """Least time between the starts of two sends."""
    has_updates: bool
    """Whether deliveries of kind `update` are of use to it; a `reply` is news, and of use to all."""

    async def send(self, delivery: Delivery) -> Receipt:
        """Hand one delivery to the receiver.

        Returns once the receiver has accepted it. Raises `DeliveryError` and nothing else for what a receiver or the
        network can do; every await has a timeout.
        """
        ...

    async def close(self) -> None:
        """Release connections; further sends are an error."""
        ...


@runtime_checkable
class Searchable(Protocol):
    """A channel whose receiver can be asked whether it has a delivery."""

    async def find(self, delivery: Delivery) -> Receipt | None:
        """Ask the receiver for a delivery that is in doubt, before it is sent again.

        Gives how the receiver took it; None when it does not have it, or cannot say. Raises `DeliveryError` when it could
        not be asked now: the delivery is then tried again later, and not sent.
        """
        ...


@runtime_checkable
class Metered(Protocol):
    """A channel whose receiver counts what it takes from several channels together."""

    def held_for(self) -> float:
        """Give the seconds in which the receiver takes nothing; 0 when it takes something now."""
        ...


class Ledger(Protocol):
    """The outbox as the sender sees it: rows are leased, sent, and their fate recorded.

    All methods are blocking and run off the event loop (see `Runner`).
    """

    def lease_deliveries(
        self,
        *,
        channel: str,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        fold_over: int | None = None,
    ) -> Sequence[Delivery]:
        """Take due rows of one channel, parked ones first, then the oldest, for `lease`; a row whose lease has ended is
        due again, in doubt.

        When more than `fold_over` alerts are due that were never tried, they are first gathered into one digest, all
        but the critical ones.
        """
        ...

    def stand_in(
        self, delivery_id: str, *, channel: str, reason: str, at: datetime, tried_since: datetime | None
    ) -> bool:
        """Queue what a delivery tells for another channel, once.

        With `tried_since` only if the delivery was first tried by then. Gives whether it was queued now.
        """
        ...

    def delivered(self, delivery_id: str, *, receipt: Receipt, at: datetime) -> None:
        """Record the receiver's acceptance."""
        ...

    def failed(
        self,
        delivery_id: str,
        *,
        error: str,
        at: datetime,
        next_attempt_at: datetime,
        notes: Mapping[str, Any] | None = None,
        is_ambiguous: bool = False,
        is_parked: bool = False,
    ) -> None:
        """Record a failed attempt; the row is pending again and due at `next_attempt_at`, in doubt if ambiguous.

        With `is_parked` it is parked, and the other rows of its channel wait behind it until then. `notes` replace what
        the channel noted before; None leaves it.
        """
        ...

    def behind_parked(self, channel: str, *, fallback: str, now: datetime, limit: int) -> Sequence[str]:
        """Name due rows of a channel that wait behind a parked one and are not told on `fallback` yet, oldest first."""
        ...

    def dead(self, delivery_id: str, *, error: str, at: datetime) -> None:
        """Park the row for good with the reason; a person may `deliveries retry` it."""
        ...

    def moot(self, delivery_id: str, *, reason: str, at: datetime) -> None:
        """Record that there was nothing left to tell; the row is held for good with the reason."""
        ...

    def release(self, delivery_ids: Sequence[str], *, owner: str) -> None:
        """Give back leased rows that were not tried (at shutdown, or when the channel must pause)."""
        ...

    def next_delivery_at(self, channel: str) -> datetime | None:
        """When the earliest pending row of the channel is due; None when there is none."""
        ...

    def delivery_counts(self) -> dict[tuple[str, DeliveryState], int]:
        """Count rows by channel and state, for metrics and `status`."""
        ...


class Runner(Protocol):
    """Runs blocking store calls off the event loop, in order where the store needs it."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]: ...
