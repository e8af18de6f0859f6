"""The outbox's ledger in memory: the smallest thing that passes the ledger's contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from tests.support.alerts import NOON, a_delivery
from watcher.types import Delivery, DeliveryKind, DeliveryState, Digest, Receipt, Severity

T = TypeVar("T")


@dataclass(slots=True)
class _Row:
    delivery: Delivery
    owner: str | None = None
    leased_until: datetime | None = None
    digest_id: str | None = None
    first_tried_at: datetime | None = None


class MemoryLedger:
    """Rows in a dict. `trouble`, when set, is raised by every call: the store is away. `leases` counts the calls."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}
        self.trouble: Exception | None = None
        self.leases = 0

    def add(self, *, channel: str, due_at: datetime = NOON, **changes: Any) -> str:
        """Put a pending row in, as a committed poll does; gives its id."""
        delivery_id = f"delivery-{len(self._rows) + 1}"
        values: dict[str, Any] = {
            "id": delivery_id,
            "created_at": due_at,
            "next_attempt_at": due_at,
            **changes,
        }
        self._rows[delivery_id] = _Row(a_delivery(channel=channel, **values, state=DeliveryState.PENDING))
        return delivery_id

    def row(self, delivery_id: str) -> Delivery:
        """Give a row as it stands."""
        return self._rows[delivery_id].delivery

    def states(self) -> list[DeliveryState]:
        """Give the states of all rows in the order they were added."""
        return [row.delivery.state for row in self._rows.values()]

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
        self._check()
        self.leases += 1
        if fold_over is not None:
            self._fold(channel, fold_over, now)
        due = [row for row in self._rows.values() if row.delivery.channel == channel and _is_due(row, now)]
        parked = self._parked(channel)
        if parked and not any(_is_due(row, now) for row in parked):
            due = [row for row in due if row.delivery.state is not DeliveryState.PENDING]
        due.sort(
            key=lambda row: (row.delivery.state is not DeliveryState.PARKED, row.delivery.next_attempt_at)
        )
        for row in due[:limit]:
            is_in_doubt = row.delivery.is_in_doubt or row.delivery.state is DeliveryState.SENDING
            row.owner, row.leased_until = owner, now + lease
            row.delivery = replace(row.delivery, state=DeliveryState.SENDING, is_in_doubt=is_in_doubt)
        return tuple(row.delivery for row in due[:limit])

    def _parked(self, channel: str) -> list[_Row]:
        return [
            row
            for row in self._rows.values()
            if row.delivery.channel == channel and row.delivery.state is DeliveryState.PARKED
        ]

    def behind_parked(self, channel: str, *, fallback: str, now: datetime, limit: int) -> Sequence[str]:
        self._check()
        if not self._parked(channel):
            return ()
        waiting = [
            delivery_id
            for delivery_id, row in self._rows.items()
            if row.delivery.channel == channel
            and row.delivery.state is DeliveryState.PENDING
            and row.delivery.stands_in_for is None
            and _is_due(row, now)
            and f"{delivery_id}-{fallback}" not in self._rows
        ]
        return waiting[:limit]

    def stand_in(
        self, delivery_id: str, *, channel: str, reason: str, at: datetime, tried_since: datetime | None
    ) -> bool:
        self._check()
        row, stand_in_id = self._rows[delivery_id], f"{delivery_id}-{channel}"
        is_early = tried_since is not None and (
            row.first_tried_at is None or row.first_tried_at > tried_since
        )
        if is_early or stand_in_id in self._rows:
            return False
        self._rows[stand_in_id] = _Row(
            replace(
                row.delivery,
                id=stand_in_id,
                channel=channel,
                state=DeliveryState.PENDING,
                attempts=0,
                created_at=at,
                next_attempt_at=at,
                reason=reason,
                stands_in_for=delivery_id,
            )
        )
        return True

    def _fold(self, channel: str, more_than: int, now: datetime) -> None:
        rows = [
            row
            for row in self._rows.values()
            if row.delivery.channel == channel
            and row.delivery.state is DeliveryState.PENDING
            and row.delivery.kind is DeliveryKind.ALERT
            and row.delivery.attempts == 0
            and not self._parked(channel)
            and row.delivery.next_attempt_at <= now
            and row.delivery.alert.severity < Severity.CRITICAL
        ]
        if len(rows) <= more_than:
            return
        digest_id = f"digest-{len(self._rows)}"
        for row in rows:
            row.digest_id = digest_id
            row.delivery = replace(row.delivery, state=DeliveryState.GATHERED)
        digest = Digest(alerts=tuple(row.delivery.alert for row in rows), total=len(rows), reason="many")
        first = replace(rows[0].delivery, id=digest_id, kind=DeliveryKind.DIGEST, digest=digest)
        self._rows[digest_id] = _Row(replace(first, state=DeliveryState.PENDING))

    def _settle_digest(self, digest_id: str, **changes: Any) -> None:
        for row in self._rows.values():
            if row.digest_id == digest_id and row.delivery.state is DeliveryState.GATHERED:
                row.delivery = replace(row.delivery, **changes)

    def delivered(self, delivery_id: str, *, receipt: Receipt, at: datetime) -> None:
        told = {"state": DeliveryState.DELIVERED, "delivered_at": at, "receiver_id": receipt.receiver_id}
        self._settle_digest(delivery_id, **told)
        self._finish(
            delivery_id,
            at,
            state=DeliveryState.DELIVERED,
            receiver_id=receipt.receiver_id,
            delivered_at=at,
            reason=None,
            notes=receipt.detail,
        )

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
        changes: dict[str, Any] = {} if notes is None else {"notes": notes}
        self._finish(
            delivery_id,
            at,
            state=DeliveryState.PARKED if is_parked else DeliveryState.PENDING,
            reason=error,
            next_attempt_at=next_attempt_at,
            is_in_doubt=is_ambiguous or self._rows[delivery_id].delivery.is_in_doubt,
            **changes,
        )

    def moot(self, delivery_id: str, *, reason: str, at: datetime) -> None:
        self._finish(delivery_id, at, state=DeliveryState.HELD, reason=reason)

    def dead(self, delivery_id: str, *, error: str, at: datetime) -> None:
        self._settle_digest(delivery_id, state=DeliveryState.DEAD)
        self._finish(delivery_id, at, state=DeliveryState.DEAD, reason=error)

    def release(self, delivery_ids: Sequence[str], *, owner: str) -> None:
        self._check()
        for delivery_id in delivery_ids:
            row = self._rows[delivery_id]
            if row.owner == owner and row.delivery.state is DeliveryState.SENDING:
                row.owner = row.leased_until = None
                row.delivery = replace(row.delivery, state=DeliveryState.PENDING)

    def next_delivery_at(self, channel: str) -> datetime | None:
        self._check()
        waiting = {DeliveryState.SENDING, DeliveryState.PARKED}
        if not self._parked(channel):
            waiting.add(DeliveryState.PENDING)
        due = (
            row.leased_until or row.delivery.next_attempt_at
            for row in self._rows.values()
            if row.delivery.channel == channel and row.delivery.state in waiting
        )
        return min(due, default=None)

    def delivery_counts(self) -> dict[tuple[str, DeliveryState], int]:
        self._check()
        return dict(Counter((row.delivery.channel, row.delivery.state) for row in self._rows.values()))

    def _finish(self, delivery_id: str, at: datetime, **changes: Any) -> None:
        self._check()
        row = self._rows[delivery_id]
        row.first_tried_at = row.first_tried_at or at
        row.owner = row.leased_until = None
        row.delivery = replace(row.delivery, attempts=row.delivery.attempts + 1, **changes)

    def _check(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def _is_due(row: _Row, now: datetime) -> bool:
    if row.delivery.state in (DeliveryState.PENDING, DeliveryState.PARKED):
        return row.delivery.next_attempt_at <= now
    is_leased = row.delivery.state is DeliveryState.SENDING
    return is_leased and row.leased_until is not None and row.leased_until <= now


def run_inline(call: Callable[[], T], /) -> Awaitable[T]:
    """Run a ledger call at once: the runner of tests."""

    async def result() -> T:
        return call()

    return result()
