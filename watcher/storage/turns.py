"""Whose turn it is: which rows of the outbox may go out now, and which are told by another.

Out come conditions over `deliveries`. An update or a reply waits for the alert that it is about, and what is told of one
story goes out in the order in which it was written. Called by `storage.delivery_leases`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, tuple_

from watcher.storage.tables import alerts, deliveries
from watcher.types import DeliveryKind, DeliveryState

_PENDING, _SENDING, _PARKED = (
    DeliveryState.PENDING.value,
    DeliveryState.SENDING.value,
    DeliveryState.PARKED.value,
)
OPEN = (_PENDING, _SENDING, _PARKED)
FOLLOWING = (DeliveryKind.UPDATE.value, DeliveryKind.REPLY.value)

_MOST_ATTEMPTS_WAITED_FOR = 5
"""About a minute of tries: one message that is never taken must not hold up what happens to its story."""


def is_due(now: datetime) -> ColumnElement[bool]:
    """Choose rows that wait and are due, and rows whose lease has ended."""
    return or_(
        and_(deliveries.c.state.in_((_PENDING, _PARKED)), deliveries.c.next_attempt_at <= now),
        and_(deliveries.c.state == _SENDING, deliveries.c.lease_until <= now),
    )


def has_turn() -> ColumnElement[bool]:
    """Choose rows that nothing has to go before."""
    return and_(or_(deliveries.c.kind.not_in(FOLLOWING), ~_awaits_its_alert()), ~_follows_on_its_story())


def is_behind_parked(now: datetime | None = None) -> ColumnElement[bool]:
    """Choose rows that wait on a channel which takes nothing until a person has mended it.

    One that is parked tries for all of them: at its time, which with `now` None never is, they may go, too.
    """
    parked = deliveries.alias()
    some = select(parked.c.id).where(parked.c.channel == deliveries.c.channel, parked.c.state == _PARKED)
    is_behind = and_(deliveries.c.state == _PENDING, some.correlate(deliveries).exists())
    if now is None:
        return is_behind
    return and_(is_behind, ~some.where(parked.c.next_attempt_at <= now).correlate(deliveries).exists())


def told_by(alert_id: str, channel: str, *, but: str) -> ColumnElement[bool]:
    """Choose the updates that wait, of which a message that shows the alert as it is now tells as well."""
    return and_(
        deliveries.c.alert_id == alert_id,
        deliveries.c.channel == channel,
        deliveries.c.kind == DeliveryKind.UPDATE.value,
        deliveries.c.state == _PENDING,
        deliveries.c.id != but,
    )


def _awaits_its_alert() -> ColumnElement[bool]:
    first = deliveries.alias()
    return (
        select(first.c.id)
        .where(
            first.c.alert_id == deliveries.c.alert_id,
            first.c.channel == deliveries.c.channel,
            first.c.kind == DeliveryKind.ALERT.value,
            first.c.state.in_((*OPEN, DeliveryState.GATHERED.value)),
        )
        .correlate(deliveries)
        .exists()
    )


def _follows_on_its_story() -> ColumnElement[bool]:
    """Choose rows with an earlier one of their story that is on its way; one that waits for a later time is not."""
    older, its_alert, this_alert = deliveries.alias(), alerts.alias(), alerts.alias()
    is_on_its_way = or_(
        older.c.state == _SENDING,
        older.c.attempts > 0,
        older.c.next_attempt_at <= deliveries.c.next_attempt_at,
    )
    of_the_story = (
        select(its_alert.c.id)
        .join(this_alert, this_alert.c.story_id == its_alert.c.story_id)
        .where(this_alert.c.id == deliveries.c.alert_id)
        .correlate(deliveries)
    )
    return (
        select(older.c.id)
        .where(
            # By way of the story's few alerts: a channel can have thousands of rows that wait, and each asks this. So that
            # no database takes the channel's index instead, its column is compared as an expression.
            older.c.alert_id.in_(of_the_story),
            older.c.channel.concat("") == deliveries.c.channel,
            older.c.state.in_(OPEN),
            older.c.attempts < _MOST_ATTEMPTS_WAITED_FOR,
            tuple_(older.c.created_at, older.c.id) < tuple_(deliveries.c.created_at, deliveries.c.id),
            is_on_its_way,
            # An alert waits for no update: that waits for it, however the clocks of their two polls stand.
            or_(deliveries.c.kind.in_(FOLLOWING), older.c.kind.not_in(FOLLOWING)),
        )
        .correlate(deliveries)
        .exists()
    )
