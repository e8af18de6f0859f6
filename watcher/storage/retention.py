"""Forgets what is old enough: items, alerts and their deliveries, and what stories no longer need.

Run by the scheduler and by `db prune`; each step is a transaction of its own, so that polls are not kept waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from watcher.storage.feeds import listed_key
from watcher.storage.store import Store, Transaction
from watcher.storage.tables import alerts, deliveries, stories, story_items
from watcher.storage.turns import OPEN
from watcher.types import DeliveryState

_OPEN = [*OPEN, DeliveryState.GATHERED.value]
_DEAD_SERVICE = timedelta(days=1)  # a service says every minute that it lives
_STEP = 1_000  # rows a transaction: well under the time that a writer waits for the lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How many rows were forgotten."""

    items: int
    alerts: int


def prune(
    store: Store,
    *,
    now: datetime,
    keep_items: timedelta,
    keep_alerts: timedelta,
    story_window: timedelta | None = None,
) -> Pruned:
    """Forget what is older than its time.

    Stories without a report for `story_window` are closed: nothing can join them any more by likeness. None closes them
    when their items are forgotten.

    Items that their feed still listed at its last change are kept, however old: forgotten, they would come back as
    new. Alerts with a delivery that is still to be made are kept. What rules over time count is kept as long as the
    longest of them looks back. A feed that has left the configuration is forgotten with the last of its items.
    """
    with store.write() as tx:
        tx.feeds.forget(before=now - keep_items)
    old_items = _old_items(store, now - keep_items)
    for step in _steps(old_items):
        with store.write() as tx:
            tx.items.forget(step)
    forgotten = _forget_alerts(store, now - keep_alerts)
    with store.write() as tx:
        _forget_stories(tx, now - keep_alerts)
        tx.silences.forget(before=now - keep_alerts)
        tx.hosts.forget(now=now)
        tx.services.forget(before=now - _DEAD_SERVICE)
        tx.trends.forget(now=now, keep_episodes=keep_alerts)
        tx.troubles.forget(before=now - keep_alerts)
        tx.notices.forget(before=now - keep_alerts)
    close_stories(store, before=now - (keep_items if story_window is None else story_window))
    return Pruned(items=len(old_items), alerts=forgotten)


def close_stories(store: Store, *, before: datetime) -> None:
    """Drop what stories and texts are found by, where nothing came since `before`."""
    is_more = True
    while is_more:
        with store.write() as tx:
            is_more = tx.profiles.forget(before=before)
            is_more = tx.stories.forget_sketches(before=before) or is_more


def _old_items(store: Store, moment: datetime) -> list[int]:
    with store.read() as tx:
        listings: dict[str, frozenset[bytes]] = {}
        found = []
        for item_id, feed_id, key in tx.items.older_than(moment):
            if feed_id not in listings:
                listings[feed_id] = tx.feeds.listed(feed_id)
            if listed_key(key) not in listings[feed_id]:
                found.append(item_id)
        return found


def _steps(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _STEP):
        yield ids[start : start + _STEP]


def _forget_alerts(store: Store, moment: datetime) -> int:
    forgotten, step = 0, _STEP
    while step == _STEP:
        with store.write() as tx:
            step = _forget_some_alerts(tx, moment)
        forgotten += step
    return forgotten


def _forget_some_alerts(tx: Transaction, moment: datetime) -> int:
    is_open = exists(
        select(deliveries.c.id).where(
            deliveries.c.alert_id == alerts.c.id,
            deliveries.c.state.in_(_OPEN),
        )
    )
    old = list(
        tx.connection.scalars(select(alerts.c.id).where(alerts.c.updated_at < moment, ~is_open).limit(_STEP))
    )
    tx.connection.execute(delete(deliveries).where(deliveries.c.alert_id.in_(old)))
    tx.connection.execute(delete(alerts).where(alerts.c.id.in_(old)))
    return len(old)


def _forget_stories(tx: Transaction, moment: datetime) -> None:
    # A story lives as long as an item or an alert of it: its keys are what keeps a report from being told again.
    is_used = exists(select(story_items.c.item_id).where(story_items.c.story_id == stories.c.id)) | exists(
        select(alerts.c.id).where(alerts.c.story_id == stories.c.id)
    )
    tx.connection.execute(delete(stories).where(stories.c.last_seen_at < moment, ~is_used))
