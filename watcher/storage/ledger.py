"""The sender's view of the outbox: each call one transaction. Implements `ports.Ledger` over the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from watcher.storage.store import Store
from watcher.types import Delivery, DeliveryState, Receipt, Severity


class StoreLedger:
    """`ports.Ledger` over a `Store`; blocking. What became of a delivery outlives a power cut: nobody is told twice."""

    def __init__(self, store: Store) -> None:
        self._store = store

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
        with self._store.write() as tx:
            if fold_over is not None:
                tx.digests.fold(
                    channel,
                    digest=f"dg-{token_hex(8)}",
                    more_than=fold_over,
                    below=Severity.CRITICAL,
                    now=now,
                )
            return tx.delivery_leases.lease(channel=channel, owner=owner, now=now, lease=lease, limit=limit)

    def stand_in(
        self, delivery_id: str, *, channel: str, reason: str, at: datetime, tried_since: datetime | None
    ) -> bool:
        with self._store.write() as tx:
            return tx.delivery_outcomes.stand_in(
                delivery_id, channel=channel, reason=reason, at=at, tried_since=tried_since
            )

    def delivered(self, delivery_id: str, *, receipt: Receipt, at: datetime) -> None:
        with self._store.write(durable=True) as tx:
            tx.delivery_outcomes.delivered(delivery_id, receipt=receipt, at=at)

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
        with self._store.write(durable=True) as tx:
            tx.delivery_outcomes.failed(
                delivery_id,
                error=error,
                at=at,
                next_attempt_at=next_attempt_at,
                notes=notes,
                is_ambiguous=is_ambiguous,
                is_parked=is_parked,
            )

    def behind_parked(self, channel: str, *, fallback: str, now: datetime, limit: int) -> Sequence[str]:
        with self._store.read() as tx:
            return tx.delivery_leases.behind_parked(channel, fallback=fallback, now=now, limit=limit)

    def dead(self, delivery_id: str, *, error: str, at: datetime) -> None:
        with self._store.write(durable=True) as tx:
            tx.delivery_outcomes.dead(delivery_id, error=error, at=at)

    def moot(self, delivery_id: str, *, reason: str, at: datetime) -> None:
        with self._store.write(durable=True) as tx:
            tx.delivery_outcomes.moot(delivery_id, reason=reason, at=at)

    def release(self, delivery_ids: Sequence[str], *, owner: str) -> None:
        with self._store.write() as tx:
            tx.delivery_leases.release(delivery_ids, owner=owner)

    def next_delivery_at(self, channel: str) -> datetime | None:
        with self._store.read() as tx:
            return tx.delivery_leases.next_at(channel)

    def delivery_counts(self) -> dict[tuple[str, DeliveryState], int]:
        with self._store.read() as tx:
            return tx.deliveries.counts()
