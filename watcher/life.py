"""Keeps what happens to an alert, and queues what follows: news for what people are told, an edit of the messages for the rest.

Works inside the poll's transaction. In: an alert in the store and the events that `alert.life` made of it. Out: the names of
the channels that have something to send. Called by `reporter`, `episodes`, `regroup`, and by the job that closes what is quiet.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime

import structlog

from watcher.alert import life
from watcher.alert.news import news_of
from watcher.announce import Routing
from watcher.storage.store import Transaction
from watcher.types import Alert, DeliveryKind, LifeEvent, LifeReason

log = structlog.get_logger(__name__)

_STEP = 200  # alerts that are closed in one transaction


def live(
    tx: Transaction,
    alert_id: str,
    events: Sequence[LifeEvent],
    routing: Routing,
    *,
    now: datetime,
    but: Set[str] = frozenset(),
) -> tuple[str, ...]:
    """Store what happened to an alert and queue what its channels hear of it.

    Args:
        tx: a transaction that writes; the alert is stored as it now is.
        alert_id: whose.
        events: what happened, marked with whether people are told.
        routing: where alerts go.
        now: the time.
        but: channels that hear of it otherwise.
    """
    if not events:
        return ()
    tx.life.add(alert_id, events)
    alert = tx.alerts.get([alert_id])[alert_id]
    about = str(len(alert.events))
    for event in events:
        routing.metrics.life.labels(event.kind.value, event.reason.value).inc()
    news = news_of(events)
    if not news:
        return routing.queue(tx, alert, DeliveryKind.UPDATE, about, now=now)
    log.info("alert_changed", alert=alert_id, kinds=[event.kind.value for event in events])
    # Graver alerts of the story keep quiet what is less grave, but not that there is something graver.
    is_over = any(event.reason is LifeReason.MORE_SEVERE_RULE for event in events)
    told = routing.queue(
        tx, alert, DeliveryKind.REPLY, "news", about, now=now, news=news, but=but, is_over_siblings=is_over
    )
    return (*told, *routing.only_edited.queue(tx, alert, DeliveryKind.UPDATE, about, now=now))


def outdo(
    tx: Transaction, siblings: Sequence[Alert], new: Alert, routing: Routing, *, told: Set[str], now: datetime
) -> tuple[str, ...]:
    """Let the lesser alerts of a story say that a graver rule now holds on it, where that is not told anyway."""
    found: list[str] = []
    for alert in siblings:
        events = life.outdone(alert, new.severity, rule_title=new.rule_title, now=now)
        found += live(tx, alert.id, events, routing, now=now, but=told)
    return tuple(found)


def close_quiet(tx: Transaction, routing: Routing, *, before: datetime, now: datetime) -> tuple[bool, tuple[str, ...]]:  # fmt: skip
    """Close alerts that nothing has come to since `before`, one step of them.

    Returns:
        Whether more are left, and the channels that have something to send.
    """
    ids = tx.life.quiet(before=before, limit=_STEP)
    found: list[str] = []
    for alert in tx.alerts.get(ids).values():
        tx.life.add(alert.id, life.quietened(alert, now=now))
        found += routing.only_edited.queue(
            tx, tx.alerts.get([alert.id])[alert.id], DeliveryKind.UPDATE, "closed", now=now
        )
    return len(ids) == _STEP, tuple(found)
