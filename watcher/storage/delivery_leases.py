"""Who sends what now: rows of the outbox leased to a sender, given back, and due.

Called by `storage.ledger` for the sender, and by `tenure` when a service begins on a store that others have left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, select, update

from watcher.storage.deliveries import read_deliveries
from watcher.storage.tables import deliveries
from watcher.storage.turns import FOLLOWING, OPEN, has_turn, is_behind_parked, is_due, told_by
from watcher.types import Delivery, DeliveryKind, DeliveryState, Receipt


class DeliveryLeases:
    """The leases on rows of the outbox inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lease(
        self, *, channel: str, owner: str, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Delivery]:
        """Take due rows of a channel whose turn it is, for `lease`, oldest first.

        A row whose lease has ended is due again, in doubt. Updates that wait are folded into the row that tells of them.
        Parked rows come first: what waits behind them stays until one of them is due.
        """
        query = (
            select(deliveries)
            .where(deliveries.c.channel == channel, is_due(now), has_turn(), ~is_behind_parked(now))
            .order_by(_tries_first(), deliveries.c.next_attempt_at, deliveries.c.created_at, deliveries.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = self._connection.execute(query).all()
        ended = [row.id for row in rows if row.state == DeliveryState.SENDING.value]
        self._set(deliveries.c.id.in_(ended), is_in_doubt=True)
        self._set(
            deliveries.c.id.in_([row.id for row in rows]),
            state=DeliveryState.SENDING.value,
            lease_owner=owner,
            lease_until=now + lease,
        )
        leased = [
            replace(one, state=DeliveryState.SENDING, is_in_doubt=one.is_in_doubt or one.id in ended)
            for one in read_deliveries(self._connection, rows)
        ]
        for one in leased:
            self._fold_into(one)
        return self._without_empty(channel, leased)

    def _without_empty(self, channel: str, leased: Sequence[Delivery]) -> list[Delivery]:
        """Hold what nothing is left of to tell; gives the others, with the messages that they follow on."""
        following = [one.alert.id for one in leased if one.kind in FOLLOWING]
        opened, gathered = self._opened(channel, following), self._gathered(channel, following)
        full = []
        for one in (replace(one, opened_as=opened.get(one.alert.id)) for one in leased):
            if one.kind is DeliveryKind.DIGEST and one.digest is None:
                self._hold(one.id, reason="nothing is left of this digest")
            elif one.kind in FOLLOWING and one.opened_as is None and one.alert.id in gathered:
                self._hold(one.id, reason=f"duplicate: told in {gathered[one.alert.id]}")
            else:
                full.append(one)
        return full

    def release(self, delivery_ids: Sequence[str], *, owner: str) -> None:
        """Give back rows that were leased and not tried."""
        mine = and_(deliveries.c.id.in_(list(delivery_ids)), deliveries.c.lease_owner == owner)
        self._set(
            and_(mine, deliveries.c.state == DeliveryState.SENDING.value),
            state=DeliveryState.PENDING.value,
            lease_owner=None,
            lease_until=None,
        )

    def release_owners(self, owners: Sequence[str]) -> None:
        """Give back everything that these owners hold, in doubt: they have stopped, perhaps while sending."""
        self._set(
            and_(
                deliveries.c.lease_owner.in_(list(owners)), deliveries.c.state == DeliveryState.SENDING.value
            ),
            is_in_doubt=True,
            state=DeliveryState.PENDING.value,
            lease_owner=None,
            lease_until=None,
        )

    def owners(self) -> frozenset[str]:
        """Give everybody who holds a lease."""
        query = select(deliveries.c.lease_owner).where(
            deliveries.c.state == DeliveryState.SENDING.value, deliveries.c.lease_owner.is_not(None)
        )
        return frozenset(self._connection.scalars(query.distinct()))

    def try_parked(self, *, now: datetime) -> None:
        """Look now whether what is parked is taken: somebody may have mended it while the service was stopped."""
        self._set(deliveries.c.state == DeliveryState.PARKED.value, next_attempt_at=now)

    def behind_parked(self, channel: str, *, fallback: str, now: datetime, limit: int) -> tuple[str, ...]:
        """Name due rows that open a conversation, wait behind a parked one, and are not told on the fallback yet."""
        told = deliveries.alias()
        stand_in = select(told.c.id).where(
            told.c.stands_in_for == deliveries.c.id, told.c.channel == fallback
        )
        query = (
            select(deliveries.c.id)
            .where(
                deliveries.c.channel == channel,
                is_due(now),
                is_behind_parked(),
                deliveries.c.kind.not_in(FOLLOWING),
                deliveries.c.stands_in_for.is_(None),
                ~stand_in.correlate(deliveries).exists(),
            )
            .order_by(deliveries.c.created_at, deliveries.c.id)
            .limit(limit)
        )
        return tuple(self._connection.scalars(query))

    def pull_back(self, *, now: datetime, horizon: timedelta) -> int:
        """Make due what lies further ahead than any retry would put it: the clock has jumped back."""
        waiting = and_(
            deliveries.c.state.in_((DeliveryState.PENDING.value, DeliveryState.PARKED.value)),
            deliveries.c.next_attempt_at > now + horizon,
        )
        leased = and_(
            deliveries.c.state == DeliveryState.SENDING.value, deliveries.c.lease_until > now + horizon
        )
        return self._set(waiting, next_attempt_at=now) + self._set(leased, lease_until=now)

    def next_at(self, channel: str) -> datetime | None:
        """When the earliest open row of a channel is due whose turn it is; None when there is none."""
        due = func.coalesce(deliveries.c.lease_until, deliveries.c.next_attempt_at)
        query = select(func.min(due)).where(
            deliveries.c.channel == channel, deliveries.c.state.in_(OPEN), has_turn(), ~is_behind_parked()
        )
        found: datetime | None = self._connection.execute(query).scalar()
        return found

    def _fold_into(self, leased: Delivery) -> None:
        """Hold the updates that a leased row tells of: it shows the alert as it is now.

        An alert in doubt may be there already as it was when it was first sent.
        """
        if leased.kind is DeliveryKind.UPDATE or (
            leased.kind is DeliveryKind.ALERT and not leased.is_in_doubt
        ):
            self._set(
                told_by(leased.alert.id, leased.channel, but=leased.id),
                state=DeliveryState.HELD.value,
                reason=f"duplicate: told with {leased.id}",
            )

    def _opened(self, channel: str, alert_ids: Sequence[str]) -> dict[str, Receipt]:
        """Give how the receiver took the first message of each alert on a channel; a digest is nobody's own."""
        if not alert_ids:
            return {}
        query = (
            select(deliveries)
            .where(
                deliveries.c.channel == channel,
                deliveries.c.alert_id.in_(alert_ids),
                deliveries.c.kind.in_([DeliveryKind.ALERT.value, DeliveryKind.UPDATE.value]),
                deliveries.c.state == DeliveryState.DELIVERED.value,
                deliveries.c.digest_id.is_(None),
                deliveries.c.receiver_id.is_not(None),
            )
            .order_by(deliveries.c.delivered_at.desc(), deliveries.c.id.desc())
        )
        return {row.alert_id: _receipt(row) for row in self._connection.execute(query)}  # the first one stays

    def _gathered(self, channel: str, alert_ids: Sequence[str]) -> dict[str, str]:
        """Name the digest that each alert was told in on a channel, where it was."""
        query = select(deliveries.c.alert_id, deliveries.c.digest_id).where(
            deliveries.c.channel == channel,
            deliveries.c.alert_id.in_(alert_ids),
            deliveries.c.digest_id.is_not(None),
        )
        return {row.alert_id: row.digest_id for row in self._connection.execute(query)} if alert_ids else {}

    def _hold(self, delivery_id: str, *, reason: str) -> None:
        self._set(deliveries.c.id == delivery_id, state=DeliveryState.HELD.value, reason=reason)

    def _set(self, chosen: ColumnElement[bool], **values: Any) -> int:
        return int(self._connection.execute(update(deliveries).where(chosen).values(values)).rowcount)


def _tries_first() -> ColumnElement[int]:
    return case((deliveries.c.state == DeliveryState.PARKED.value, 0), else_=1)


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(receiver_id=row.receiver_id, detail=row.notes or {})
