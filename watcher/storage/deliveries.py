"""The outbox in the store: deliveries written before they are sent, leased to a sender, and their fate.

Called by the pipeline (to write), by `storage.ledger` (to send) and by the `deliveries` commands (to look).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true, update

from watcher.alert.notice import as_alert
from watcher.storage.alerts import AlertRows
from watcher.storage.digests import DigestRows
from watcher.storage.notices import NoticeRows
from watcher.storage.sql import insert_new
from watcher.storage.tables import attempts, deliveries
from watcher.storage.turns import FOLLOWING, OPEN, has_turn, is_due, told_by
from watcher.types import Delivery, DeliveryKind, DeliveryState, Receipt

_DEAD = DeliveryState.DEAD.value


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
    """The `deliveries` and `attempts` tables inside one transaction."""

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

    def lease(
        self, *, channel: str, owner: str, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Delivery]:
        """Take due rows of a channel whose turn it is, for `lease`, oldest first.

        A row whose lease has ended is due again, in doubt. Updates that wait are folded into the row that tells of them.
        """
        query = (
            select(deliveries)
            .where(deliveries.c.channel == channel, is_due(now), has_turn())
            .order_by(deliveries.c.next_attempt_at, deliveries.c.created_at, deliveries.c.id)
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
            for one in self._complete(rows)
        ]
        for one in leased:
            self._fold_into(one)
        following = [one.alert.id for one in leased if one.kind in FOLLOWING]
        opened, gathered = self._opened(channel, following), self._gathered(channel, following)
        leased = [replace(one, opened_as=opened.get(one.alert.id)) for one in leased]
        empty = {
            one.id: "nothing is left of this digest"
            for one in leased
            if one.kind is DeliveryKind.DIGEST and one.digest is None
        } | {
            one.id: f"duplicate: told in {gathered[one.alert.id]}"
            for one in leased
            if one.kind in FOLLOWING and one.opened_as is None and one.alert.id in gathered
        }
        for delivery_id, reason in empty.items():
            self._set(deliveries.c.id == delivery_id, state=DeliveryState.HELD.value, reason=reason)
        return [one for one in leased if one.id not in empty]

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
    ) -> None:
        """Record a failed attempt; the row is pending again, and in doubt from the first ambiguous one on.

        None for `notes` leaves those of before.
        """
        self._note_attempt(delivery_id, at=at, outcome="failed", detail=error)
        noted = {} if notes is None else {"notes": dict(notes)}
        self._settle(
            delivery_id,
            DeliveryState.PENDING,
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
        """Park the row for good, with the reason."""
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

    def retry(self, delivery_ids: Sequence[str] | None, *, at: datetime) -> int:
        """Make rows due now: these unless they were delivered, or with None all that are dead. Gives how many were."""
        is_dead = deliveries.c.state == DeliveryState.DEAD.value
        if delivery_ids is None:
            # What was given up with its digest comes back with it.
            chosen = and_(is_dead, deliveries.c.digest_id.is_(None))
        else:
            unsent = (DeliveryState.DEAD, DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.GATHERED)
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

    def pull_back(self, *, now: datetime, horizon: timedelta) -> int:
        """Make due what lies further ahead than any retry would put it: the clock has jumped back."""
        waiting = and_(
            deliveries.c.state == DeliveryState.PENDING.value, deliveries.c.next_attempt_at > now + horizon
        )
        leased = and_(
            deliveries.c.state == DeliveryState.SENDING.value, deliveries.c.lease_until > now + horizon
        )
        return self._set(waiting, next_attempt_at=now) + self._set(leased, lease_until=now)

    def next_at(self, channel: str) -> datetime | None:
        """When the earliest open row of a channel is due whose turn it is; None when there is none."""
        due = func.coalesce(deliveries.c.lease_until, deliveries.c.next_attempt_at)
        query = select(func.min(due)).where(
            deliveries.c.channel == channel, deliveries.c.state.in_(OPEN), has_turn()
        )
        found: datetime | None = self._connection.execute(query).scalar()
        return found

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
        return self._complete(self._connection.execute(query).all())

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

    def release_held(self, alert_id: str, times: Mapping[str, datetime]) -> tuple[str, ...]:
        """Send what was kept from these channels after all, at these times; gives the channels where anything was."""
        held = frozenset(self._connection.scalars(select(deliveries.c.channel).where(_is_held(alert_id))))
        released = held & times.keys()
        for channel in released:
            chosen = and_(_is_held(alert_id), deliveries.c.channel == channel)
            self._set(chosen, state=DeliveryState.PENDING.value, next_attempt_at=times[channel], reason=None)
        return tuple(sorted(released))

    def hold_pending(self, delivery_ids: Sequence[str], *, reason: str) -> int:
        """Keep back rows that wait to be sent; gives how many did."""
        waiting = and_(
            deliveries.c.id.in_(list(delivery_ids)),
            deliveries.c.state.in_([DeliveryState.PENDING.value, DeliveryState.GATHERED.value]),
        )
        return self._set(waiting, state=DeliveryState.HELD.value, reason=reason)

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

        One that has rows which were tried so often in vain, or gave up a row and accepted none that is younger.

        Args:
            since: older rows are not looked at.
            attempts: how many in vain are a failure of the channel.
        """
        is_stuck = and_(deliveries.c.state.in_(OPEN), deliveries.c.attempts >= attempts)
        of = deliveries.c.channel
        query = (
            select(of, deliveries.c.state, func.max(deliveries.c.created_at), func.max(deliveries.c.reason))
            .where(
                deliveries.c.created_at >= since,
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

    def _complete(self, rows: Sequence[Row[Any]]) -> list[Delivery]:
        told = NoticeRows(self._connection).get([row.notice_id for row in rows if row.notice_id])
        known = AlertRows(self._connection).get([row.alert_id for row in rows if row.alert_id])
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
                digest=self._digests.of(row.stands_in_for or row.id, is_whole=row.stands_in_for is not None)
                if row.kind == DeliveryKind.DIGEST.value
                else None,
                news=row.news,
                is_in_doubt=row.is_in_doubt,
            )
            for row in rows
        ]

    def _note_attempt(self, delivery_id: str, *, at: datetime, outcome: str, detail: str | None) -> None:
        made = select(func.count()).select_from(attempts).where(attempts.c.delivery_id == delivery_id)
        number = self._connection.execute(made).scalar_one() + 1
        row = {"delivery_id": delivery_id, "number": number, "at": at, "outcome": outcome, "detail": detail}
        self._connection.execute(attempts.insert(), [row])

    def _settle(self, delivery_id: str, state: DeliveryState, **values: Any) -> None:
        self._set(
            deliveries.c.id == delivery_id,
            state=state.value,
            attempts=deliveries.c.attempts + 1,
            lease_owner=None,
            lease_until=None,
            **values,
        )

    def _set(self, chosen: ColumnElement[bool], **values: Any) -> int:
        return int(self._connection.execute(update(deliveries).where(chosen).values(values)).rowcount)


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(receiver_id=row.receiver_id, detail=row.notes or {})


def _is_held(alert_id: str) -> ColumnElement[bool]:
    return and_(
        deliveries.c.alert_id == alert_id,
        deliveries.c.state == DeliveryState.HELD.value,
        deliveries.c.kind == DeliveryKind.ALERT.value,
    )
