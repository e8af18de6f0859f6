"""The outbox in the store: deliveries written before they are sent, what people change of them, and how they stand.

Called by the pipeline (to write), by what people say (to hold and release), and by commands (to look). Sending is in
`delivery_leases` and `delivery_outcomes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update

from watcher.alert.notice import as_alert
from watcher.storage.alerts import AlertRows
from watcher.storage.digests import DigestRows
from watcher.storage.notices import NoticeRows
from watcher.storage.sql import insert_new
from watcher.storage.tables import attempts, deliveries
from watcher.storage.turns import OPEN
from watcher.types import Delivery, DeliveryKind, DeliveryState

_DEAD = DeliveryState.DEAD.value
_PENDING = DeliveryState.PENDING.value
_STRANDED = "no channel: none of this name is configured any more; it is sent once there is"
_WAITING = (DeliveryState.PENDING, DeliveryState.PARKED, DeliveryState.GATHERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A row to be written, of an alert or of a notice.

    `state` is `pending`, or `held` with its reason; `due_at` None means at once. `news` is what a reply tells.
    """

    id: str
    channel: str
    kind: DeliveryKind
    at: datetime
    alert_id: str | None = None
    notice_id: str | None = None
    due_at: datetime | None = None
    state: DeliveryState = DeliveryState.PENDING
    reason: str | None = None
    news: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at a delivery, as the ledger keeps it."""

    number: int
    at: datetime
    outcome: str
    detail: str | None


class DeliveryRows:
    """The `deliveries` and `attempts` tables inside one transaction, for all but the sender."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._digests = DigestRows(connection)

    def add(self, new: Sequence[NewDelivery]) -> None:
        """Write deliveries; one whose id is taken was written before and is left as it stands."""
        rows = [
            {
                "id": delivery.id,
                "alert_id": delivery.alert_id,
                "notice_id": delivery.notice_id,
                "channel": delivery.channel,
                "kind": delivery.kind.value,
                "state": delivery.state.value,
                "attempts": 0,
                "created_at": delivery.at,
                "next_attempt_at": delivery.due_at or delivery.at,
                "reason": delivery.reason,
                "news": delivery.news,
            }
            for delivery in new
        ]
        insert_new(self._connection, deliveries, rows)

    def retry(self, delivery_ids: Sequence[str] | None, *, at: datetime) -> int:
        """Make rows due now: these unless they were delivered, or with None all that are dead or parked. Gives how many."""
        is_dead = deliveries.c.state == DeliveryState.DEAD.value
        is_parked = deliveries.c.state == DeliveryState.PARKED.value
        if delivery_ids is None:
            # What was given up with its digest comes back with it.
            chosen = or_(and_(is_dead, deliveries.c.digest_id.is_(None)), is_parked)
        else:
            unsent = (DeliveryState.DEAD, DeliveryState.HELD, *_WAITING)
            chosen = and_(
                deliveries.c.state.in_([one.value for one in unsent]), deliveries.c.id.in_(list(delivery_ids))
            )
        digests = select(deliveries.c.id).where(
            chosen, is_dead, deliveries.c.kind == DeliveryKind.DIGEST.value
        )
        for digest_id in self._connection.scalars(digests).all():
            self._digests.reopen(digest_id)
        return self._set(
            chosen, state=DeliveryState.PENDING.value, next_attempt_at=at, attempts=0, digest_id=None
        )

    def hold_pending(self, delivery_ids: Sequence[str], *, reason: str) -> int:
        """Keep back rows that wait to be sent; gives how many did."""
        waiting = and_(
            deliveries.c.id.in_(list(delivery_ids)),
            deliveries.c.state.in_([one.value for one in _WAITING]),
        )
        return self._set(waiting, state=DeliveryState.HELD.value, reason=reason)

    def strand(self, channels: Set[str]) -> dict[str, int]:
        """Hold what waits for channels that are not among these, and let go what was held so for those that are.

        Gives how many rows were held now, by channel. When a row is due stays.
        """
        waits = deliveries.c.state.in_((DeliveryState.PENDING.value, DeliveryState.PARKED.value))
        gone = and_(waits, deliveries.c.channel.not_in(list(channels)))
        query = select(deliveries.c.channel, func.count()).where(gone).group_by(deliveries.c.channel)
        found = {channel: int(number) for channel, number in self._connection.execute(query)}
        self._set(and_(_is_stranded(), deliveries.c.channel.in_(list(channels))), state=_PENDING, reason=None)
        if found:
            self._set(gone, state=DeliveryState.HELD.value, reason=_STRANDED)
        return found

    def stranded(self, *, since: datetime) -> dict[str, int]:
        """Count the rows written since a moment that are held because their channel is not configured, by channel."""
        query = select(deliveries.c.channel, func.count()).where(
            _is_stranded(), deliveries.c.created_at >= since
        )
        rows = self._connection.execute(query.group_by(deliveries.c.channel))
        return {channel: int(number) for channel, number in rows}

    def release_held(self, alert_id: str, times: Mapping[str, datetime]) -> tuple[str, ...]:
        """Send what was kept from these channels after all, at these times; gives the channels where anything was."""
        held = frozenset(self._connection.scalars(select(deliveries.c.channel).where(_is_held(alert_id))))
        released = held & times.keys()
        for channel in released:
            chosen = and_(_is_held(alert_id), deliveries.c.channel == channel)
            self._set(chosen, state=DeliveryState.PENDING.value, next_attempt_at=times[channel], reason=None)
        return tuple(sorted(released))

    def counts(self) -> dict[tuple[str, DeliveryState], int]:
        """Count rows by channel and state."""
        query = select(deliveries.c.channel, deliveries.c.state, func.count().label("n"))
        rows = self._connection.execute(query.group_by(deliveries.c.channel, deliveries.c.state))
        return {(row.channel, DeliveryState(row.state)): row.n for row in rows}

    def newest(
        self,
        *,
        limit: int,
        state: DeliveryState | None = None,
        channel: str | None = None,
        alert: str | None = None,
    ) -> Sequence[Delivery]:
        """Give the newest deliveries, newest first."""
        query = select(deliveries).order_by(deliveries.c.created_at.desc(), deliveries.c.id).limit(limit)
        for column, value in (
            (deliveries.c.state, state.value if state else None),
            (deliveries.c.channel, channel),
            (deliveries.c.alert_id, alert),
        ):
            if value is not None:
                query = query.where(column == value)
        return read_deliveries(self._connection, self._connection.execute(query).all())

    def attempts_of(self, delivery_id: str) -> Sequence[Attempt]:
        """Give the tries at a delivery, first one first."""
        query = select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.number)
        return [
            Attempt(number=row.number, at=row.at, outcome=row.outcome, detail=row.detail)
            for row in self._connection.execute(query)
        ]

    def channels_without(self, alert_id: str) -> frozenset[str]:
        """Name the channels that have no message of their own of an alert: it was held, or told with others."""
        query = select(deliveries.c.channel).where(
            deliveries.c.alert_id == alert_id,
            deliveries.c.kind == DeliveryKind.ALERT.value,
            or_(deliveries.c.state == DeliveryState.HELD.value, deliveries.c.digest_id.is_not(None)),
        )
        return frozenset(self._connection.scalars(query))

    def conversations(self, alert_id: str) -> frozenset[str]:
        """Name the channels that have a message of their own of an alert, or will have one."""
        query = select(deliveries.c.channel).where(
            deliveries.c.alert_id == alert_id,
            deliveries.c.digest_id.is_(None),
            deliveries.c.kind.in_([DeliveryKind.ALERT.value, DeliveryKind.UPDATE.value]),
            deliveries.c.state.in_([*OPEN, DeliveryState.DELIVERED.value]),
        )
        return frozenset(self._connection.scalars(query))

    def failing_channels(self, *, since: datetime, attempts: int) -> dict[str, str]:
        """Give the channels that take nothing now, each with the last reason.

        One that has parked rows, or rows which were tried so often in vain, or gave up a row and accepted none that is
        younger.

        Args:
            since: older rows are not looked at.
            attempts: how many in vain are a failure of the channel.
        """
        is_parked = deliveries.c.state == DeliveryState.PARKED.value
        is_stuck = and_(deliveries.c.state.in_(OPEN), or_(deliveries.c.attempts >= attempts, is_parked))
        of = deliveries.c.channel
        query = (
            select(of, deliveries.c.state, func.max(deliveries.c.created_at), func.max(deliveries.c.reason))
            .where(
                or_(deliveries.c.created_at >= since, is_parked),
                or_(is_stuck, deliveries.c.state.in_((_DEAD, DeliveryState.DELIVERED.value))),
            )
            .group_by(of, deliveries.c.state)
        )
        found: dict[str, dict[str, tuple[datetime, str]]] = {}
        for channel, state, newest, reason in self._connection.execute(query):
            found.setdefault(channel, {})[state] = (newest, reason or "")
        reasons = {}
        for channel, states in found.items():
            accepted = states.pop(DeliveryState.DELIVERED.value, None)
            worst = max(states.values(), default=None)
            if worst is not None and (accepted is None or _DEAD not in states or worst > accepted):
                reasons[channel] = worst[1]
        return reasons

    def _set(self, chosen: ColumnElement[bool], **values: Any) -> int:
        return int(self._connection.execute(update(deliveries).where(chosen).values(values)).rowcount)


def read_deliveries(connection: Connection, rows: Sequence[Row[Any]]) -> list[Delivery]:
    """Give the deliveries of these rows of the outbox, each with what it tells."""
    digests = DigestRows(connection)
    told = NoticeRows(connection).get([row.notice_id for row in rows if row.notice_id])
    known = AlertRows(connection).get([row.alert_id for row in rows if row.alert_id])
    known |= {notice.id: as_alert(notice) for notice in told}
    return [
        Delivery(
            id=row.id,
            alert=known[row.alert_id or row.notice_id],
            channel=row.channel,
            kind=DeliveryKind(row.kind),
            state=DeliveryState(row.state),
            attempts=row.attempts,
            created_at=row.created_at,
            next_attempt_at=row.next_attempt_at,
            receiver_id=row.receiver_id,
            reason=row.reason,
            delivered_at=row.delivered_at,
            notes=row.notes or {},
            stands_in_for=row.stands_in_for,
            digest=digests.of(row.stands_in_for or row.id, is_whole=row.stands_in_for is not None)
            if row.kind == DeliveryKind.DIGEST.value
            else None,
            news=row.news,
            is_in_doubt=row.is_in_doubt,
        )
        for row in rows
    ]


def _is_stranded() -> ColumnElement[bool]:
    return and_(deliveries.c.state == DeliveryState.HELD.value, deliveries.c.reason == _STRANDED)


def _is_held(alert_id: str) -> ColumnElement[bool]:
    return and_(
        deliveries.c.alert_id == alert_id,
        deliveries.c.state == DeliveryState.HELD.value,
        deliveries.c.kind == DeliveryKind.ALERT.value,
    )
