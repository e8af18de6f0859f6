"""Subscriptions at the hubs of feeds (WebSub): one row for each feed that names a hub.

Called by the pipeline, which notes what feeds offer, and by `websub`, which subscribes and takes what is pushed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from watcher.ingest.websub import Offer
from watcher.storage.sql import insert_new
from watcher.storage.tables import subscriptions
from watcher.types import SubscriptionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A feed at its hub.

    `token` is the unguessable end of the callback's address, `secret` what pushes are signed with; both None before
    the first request. `is_asked` says that the hub was asked and may verify that. `expires_at` is the end of the
    lease that the hub gave. `due_at` is when there is something to do about it.
    """

    feed_id: str
    hub: str
    topic: str
    state: SubscriptionState
    due_at: datetime
    callback: str | None = None
    token: str | None = None
    secret: str | None = None
    is_asked: bool = False
    expires_at: datetime | None = None
    failures: int = 0
    detail: str | None = None
    last_push_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether the hub pushes, by its own word."""
        return self.expires_at is not None and now < self.expires_at


class SubscriptionRows:
    """The `subscriptions` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def offered(self, feed_id: str, offer: Offer | None, *, now: datetime) -> None:
        """Note what a feed says of its hub; another hub or topic is a new subscription, none ends it."""
        known = self.get(feed_id)
        if offer is None:
            if known is not None and known.state is not SubscriptionState.ENDED:
                self._change(feed_id, state=SubscriptionState.ENDED.value, expires_at=None, is_asked=False)
            return
        row = {"hub": offer.hub, "topic": offer.topic, "state": SubscriptionState.WANTED.value, "due_at": now}
        if known is None:
            insert_new(
                self._connection,
                subscriptions,
                [{"feed_id": feed_id, "is_asked": False, "failures": 0, **row}],
            )
        elif (known.hub, known.topic) != (offer.hub, offer.topic) or known.state is SubscriptionState.ENDED:
            # Another callback, too: the old hub must not go on pushing at this one.
            self._change(
                feed_id,
                **row,
                token=None,
                secret=None,
                callback=None,
                is_asked=False,
                expires_at=None,
                failures=0,
                detail=None,
            )

    def take_due(self, *, now: datetime, until: datetime, limit: int) -> Sequence[Subscription]:
        """Take what is due; it is due again at `until` unless it is saved before: whoever took it may be killed."""
        due = select(subscriptions).where(
            subscriptions.c.due_at <= now, subscriptions.c.state != SubscriptionState.ENDED.value
        )
        rows = self._connection.execute(
            due.order_by(subscriptions.c.due_at).limit(limit).with_for_update(skip_locked=True)
        ).all()
        if rows:
            taken = [row.feed_id for row in rows]
            self._connection.execute(
                update(subscriptions).where(subscriptions.c.feed_id.in_(taken)).values(due_at=until)
            )
        return [_subscription(row) for row in rows]

    def get(self, feed_id: str) -> Subscription | None:
        """Give a feed's subscription, None where it names no hub."""
        row = self._connection.execute(
            select(subscriptions).where(subscriptions.c.feed_id == feed_id)
        ).one_or_none()
        return None if row is None else _subscription(row)

    def by_token(self, token: str) -> Subscription | None:
        """Give the subscription whose callback ends so."""
        row = self._connection.execute(
            select(subscriptions).where(subscriptions.c.token == token)
        ).one_or_none()
        return None if row is None else _subscription(row)

    def save(self, one: Subscription) -> None:
        """Replace what is stored of a subscription."""
        self._change(
            one.feed_id,
            hub=one.hub,
            topic=one.topic,
            state=one.state.value,
            due_at=one.due_at,
            callback=one.callback,
            token=one.token,
            secret=one.secret,
            is_asked=one.is_asked,
            expires_at=one.expires_at,
            failures=one.failures,
            detail=one.detail,
            last_push_at=one.last_push_at,
        )

    def pushed(self, feed_id: str, *, at: datetime) -> None:
        """Note that the hub has pushed."""
        self._change(feed_id, last_push_at=at)

    def all(self) -> Sequence[Subscription]:
        """Give all subscriptions, by feed."""
        rows = self._connection.execute(select(subscriptions).order_by(subscriptions.c.feed_id))
        return [_subscription(row) for row in rows]

    def _change(self, feed_id: str, **values: Any) -> None:
        self._connection.execute(
            update(subscriptions).where(subscriptions.c.feed_id == feed_id).values(**values)
        )


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        feed_id=row.feed_id,
        hub=row.hub,
        topic=row.topic,
        state=SubscriptionState(row.state),
        due_at=row.due_at,
        callback=row.callback,
        token=row.token,
        secret=row.secret,
        is_asked=row.is_asked,
        expires_at=row.expires_at,
        failures=row.failures,
        detail=row.detail,
        last_push_at=row.last_push_at,
    )
