"""What became of a delivery: each try noted, the row settled, another channel asked to stand in.

Called by `storage.ledger` for the sender.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, true, update

from watcher.storage.digests import DigestRows
from watcher.storage.sql import insert_new
from watcher.storage.tables import attempts, deliveries
from watcher.types import DeliveryState, Receipt


class DeliveryOutcomes:
    """What became of rows of the outbox, and the `attempts` table, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._digests = DigestRows(connection)

    def delivered(self, delivery_id: str, *, receipt: Receipt, at: datetime) -> None:
        """Record the receiver's acceptance."""
        self._note_attempt(delivery_id, at=at, outcome="accepted", detail=receipt.receiver_id)
        self._settle(
            delivery_id,
            DeliveryState.DELIVERED,
            delivered_at=at,
            receiver_id=receipt.receiver_id,
            reason=None,
            notes=dict(receipt.detail),
        )
        self._digests.settle(
            delivery_id, DeliveryState.DELIVERED, delivered_at=at, receiver_id=receipt.receiver_id
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
        """Record a failed attempt; the row is pending or parked, and in doubt from the first ambiguous one on.

        None for `notes` leaves those of before.
        """
        self._note_attempt(delivery_id, at=at, outcome="failed", detail=error)
        noted = {} if notes is None else {"notes": dict(notes)}
        self._settle(
            delivery_id,
            DeliveryState.PARKED if is_parked else DeliveryState.PENDING,
            next_attempt_at=next_attempt_at,
            reason=error,
            is_in_doubt=true() if is_ambiguous else deliveries.c.is_in_doubt,
            **noted,
        )

    def moot(self, delivery_id: str, *, reason: str, at: datetime) -> None:
        """Hold a row for good: there was nothing left to tell."""
        self._note_attempt(delivery_id, at=at, outcome="moot", detail=reason)
        self._settle(delivery_id, DeliveryState.HELD, reason=reason)

    def dead(self, delivery_id: str, *, error: str, at: datetime) -> None:
        """Give the row up, with the reason."""
        self._note_attempt(delivery_id, at=at, outcome="dead", detail=error)
        self._settle(delivery_id, DeliveryState.DEAD, reason=error)
        self._digests.settle(delivery_id, DeliveryState.DEAD)

    def stand_in(
        self, delivery_id: str, *, channel: str, reason: str, at: datetime, tried_since: datetime | None
    ) -> bool:
        """Queue what a delivery tells for another channel, once; `tried_since` as the ledger's contract says."""
        first = select(func.min(attempts.c.at)).where(attempts.c.delivery_id == delivery_id)
        tried_at = self._connection.execute(first).scalar()
        if tried_since is not None and (tried_at is None or tried_at > tried_since):
            return False
        row = self._connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one()
        stand_in_id = f"{delivery_id}-{channel}"
        if self._connection.execute(select(deliveries.c.id).where(deliveries.c.id == stand_in_id)).first():
            return False
        values = {
            "alert_id": row.alert_id,
            "notice_id": row.notice_id,
            "kind": row.kind,
            "stands_in_for": delivery_id,
            "channel": channel,
        }
        state = {"state": DeliveryState.PENDING.value, "attempts": 0, "reason": reason}
        times = {"created_at": at, "next_attempt_at": at}
        insert_new(self._connection, deliveries, [{"id": stand_in_id, **values, **state, **times}])
        return True

    def _note_attempt(self, delivery_id: str, *, at: datetime, outcome: str, detail: str | None) -> None:
        made = select(func.count()).select_from(attempts).where(attempts.c.delivery_id == delivery_id)
        number = self._connection.execute(made).scalar_one() + 1
        row = {"delivery_id": delivery_id, "number": number, "at": at, "outcome": outcome, "detail": detail}
        self._connection.execute(attempts.insert(), [row])

    def _settle(self, delivery_id: str, state: DeliveryState, **values: Any) -> None:
        settled = {"state": state.value, "attempts": deliveries.c.attempts + 1}
        freed = {"lease_owner": None, "lease_until": None}
        query = update(deliveries).where(deliveries.c.id == delivery_id)
        self._connection.execute(query.values(settled | freed | values))
