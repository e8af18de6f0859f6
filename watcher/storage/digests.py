"""Digests in the outbox: rows that wait to be told together, and the one row that tells them.

A digest is a delivery of its own (kind `digest`); what it tells are `gathered` rows that name it. Called by `announce`
(to gather), by `delivery_leases` (to send), and by the sender when more waits than a person can read one by one.
"""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from watcher.storage.alerts import AlertRows
from watcher.storage.sql import insert_new
from watcher.storage.tables import alerts, deliveries
from watcher.storage.turns import is_behind_parked
from watcher.types import DeliveryKind, DeliveryState, Digest, Severity

_SHOWN = 200
_UNTOLD = [one.value for one in (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.GATHERED)]


class DigestRows:
    """The digests in the `deliveries` table, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def gather(
        self,
        delivery_id: str,
        *,
        alert_id: str,
        channel: str,
        digest: str,
        reason: str,
        at: datetime,
        due_at: datetime,
    ) -> None:
        """Write the row of an alert that is told with others; a row whose id is taken is left as it stands.

        Args:
            delivery_id: of the row.
            alert_id: what it tells.
            channel: where.
            digest: the id of the digest; when that is being sent, another one for the same time is begun.
            reason: why it is not told alone, and what the digest says of itself.
            at: now.
            due_at: when the digest is due.
        """
        digest_id = self._open(
            digest, alert_id=alert_id, channel=channel, reason=reason, at=at, due_at=due_at
        )
        row = _row(
            delivery_id, alert_id, channel, DeliveryKind.ALERT, DeliveryState.GATHERED, reason, at, due_at
        )
        insert_new(self._connection, deliveries, [{**row, "digest_id": digest_id}])

    def of(self, digest_id: str, *, is_whole: bool = False) -> Digest | None:
        """Give what a digest tells now; None when nothing is left of it.

        With `is_whole` also what was told or given up with it: that is what a stand-in tells.
        """
        gathered = _kept(digest_id) if is_whole else _gathered(digest_id)
        total = self._connection.execute(
            select(func.count()).select_from(deliveries).where(gathered)
        ).scalar_one()
        query = (
            select(alerts.c.id, deliveries.c.reason)
            .join(deliveries, deliveries.c.alert_id == alerts.c.id)
            .where(gathered)
            .order_by(alerts.c.severity.desc(), alerts.c.created_at.desc(), alerts.c.id)
            .limit(_SHOWN)
        )
        rows = self._connection.execute(query).all()
        if not rows:
            return None
        known = AlertRows(self._connection).get([row.id for row in rows])
        return Digest(alerts=tuple(known[row.id] for row in rows), total=total, reason=rows[0].reason or "")

    def settle(self, digest_id: str, state: DeliveryState, **values: Any) -> None:
        """Record for all rows of a digest what became of it."""
        self._connection.execute(
            update(deliveries).where(_gathered(digest_id)).values(state=state.value, **values)
        )

    def reopen(self, digest_id: str) -> None:
        """Gather again what was given up with a digest."""
        given_up = and_(deliveries.c.digest_id == digest_id, deliveries.c.state == DeliveryState.DEAD.value)
        self._connection.execute(
            update(deliveries).where(given_up).values(state=DeliveryState.GATHERED.value)
        )

    def told_in(self, alert_id: str) -> frozenset[str]:
        """Name the channels that were told of an alert in digests alone, and are not about to be told of it again."""
        query = select(deliveries.c.channel, deliveries.c.state, deliveries.c.digest_id).where(
            deliveries.c.alert_id == alert_id, deliveries.c.kind == DeliveryKind.ALERT.value
        )
        told: set[str] = set()
        otherwise: set[str] = set()
        for row in self._connection.execute(query):
            is_delivered = row.state == DeliveryState.DELIVERED.value
            if is_delivered and row.digest_id is not None:
                told.add(row.channel)
            elif is_delivered or row.state in _UNTOLD:
                otherwise.add(row.channel)
        return frozenset(told - otherwise)

    def told_alone(self, channel: str, *, since: datetime, limit: int) -> int:
        """Count the alerts that were queued one by one for a channel, up to `limit`."""
        alone = (
            select(deliveries.c.id)
            .where(
                deliveries.c.channel == channel,
                deliveries.c.created_at >= since,
                deliveries.c.kind == DeliveryKind.ALERT.value,
                deliveries.c.digest_id.is_(None),
                deliveries.c.state != DeliveryState.HELD.value,
            )
            .limit(limit)
            .subquery()
        )
        return int(self._connection.execute(select(func.count()).select_from(alone)).scalar_one())

    def fold(self, channel: str, *, digest: str, more_than: int, below: Severity, now: datetime) -> int:
        """Gather all that is due on a channel into one digest, due now, when more than so many wait.

        Alerts at least as severe as `below` stay alone. Gives how many rows were gathered.
        """
        due = (
            select(deliveries.c.id, deliveries.c.alert_id)
            .join(alerts, alerts.c.id == deliveries.c.alert_id)
            .where(_waits(channel, now), alerts.c.severity < int(below))
            .order_by(deliveries.c.created_at, deliveries.c.id)
        )
        rows = self._connection.execute(due.limit(more_than + 1)).all()
        if len(rows) <= more_than:
            return 0
        reason = "more alerts than can be read one by one came at once"
        digest_id = self._open(
            digest, alert_id=rows[0].alert_id, channel=channel, reason=reason, at=now, due_at=now
        )
        meant = select(due.subquery().c.id)
        gathered = {"state": DeliveryState.GATHERED.value, "digest_id": digest_id, "reason": reason}
        query = update(deliveries).where(deliveries.c.id.in_(meant)).values(gathered)
        return int(self._connection.execute(query).rowcount)

    def _open(
        self, digest: str, *, alert_id: str, channel: str, reason: str, at: datetime, due_at: datetime
    ) -> str:
        """Find or begin the digest that rows can still join; gives its id.

        One that was tried may have been told: nothing joins it. Its row is locked, so that it is not leased meanwhile.
        """
        for number in count():
            digest_id = f"{digest}-{number}" if number else digest
            row = _row(
                digest_id, alert_id, channel, DeliveryKind.DIGEST, DeliveryState.PENDING, reason, at, due_at
            )
            insert_new(self._connection, deliveries, [row])
            query = select(deliveries.c.state, deliveries.c.attempts).where(deliveries.c.id == digest_id)
            found = self._connection.execute(query.with_for_update()).one()
            if found.state == DeliveryState.PENDING.value and found.attempts == 0:
                return digest_id
        raise AssertionError("unreachable")


def _row(
    delivery_id: str,
    alert_id: str,
    channel: str,
    kind: DeliveryKind,
    state: DeliveryState,
    reason: str,
    at: datetime,
    due_at: datetime,
) -> dict[str, Any]:
    return {
        "id": delivery_id,
        "alert_id": alert_id,
        "channel": channel,
        "kind": kind.value,
        "state": state.value,
        "attempts": 0,
        "created_at": at,
        "next_attempt_at": due_at,
        "reason": reason,
    }


def _gathered(digest_id: str) -> ColumnElement[bool]:
    return and_(deliveries.c.digest_id == digest_id, deliveries.c.state == DeliveryState.GATHERED.value)


def _waits(channel: str, now: datetime) -> ColumnElement[bool]:
    """Say of a row that it is an alert of the channel that is due, and was never tried: none that may have been told.

    What waits behind a parked one may be told elsewhere one by one: it is not folded until the channel takes some again.
    """
    return and_(
        deliveries.c.channel == channel,
        deliveries.c.kind == DeliveryKind.ALERT.value,
        deliveries.c.state == DeliveryState.PENDING.value,
        deliveries.c.next_attempt_at <= now,
        deliveries.c.attempts == 0,
        ~deliveries.c.is_in_doubt,
        ~is_behind_parked(),
    )


def _kept(digest_id: str) -> ColumnElement[bool]:
    return and_(deliveries.c.digest_id == digest_id, deliveries.c.state != DeliveryState.HELD.value)
