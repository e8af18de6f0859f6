"""Writes what people are to be told: alerts, their reports, and the outbox rows of their channels.

Works inside the poll's transaction; nothing is sent from here. Called by the pipeline once the policy has decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import structlog

from watcher.alert.compose import compose
from watcher.alert.route import Route, channels_for
from watcher.metrics import Metrics
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Transaction
from watcher.types import Alert, Analysed, DeliveryKind, Feed, Match, Source

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Where alerts go: the routes in order, and the channels that take updates."""

    routes: tuple[Route, ...]
    updatable: frozenset[str]
    metrics: Metrics

    def channels(self, alert: Alert) -> tuple[str, ...]:
        """Give the channels that hear of an alert; one that nobody hears of is logged and counted."""
        channels = channels_for(alert, self.routes)
        if not channels:
            self.metrics.unrouted.inc()
            log.warning("alert_unrouted", alert=alert.id, rule=alert.rule)
        return channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """The feed whose poll this is; `own_title` is what the feed calls itself."""

    feed: Feed
    own_title: str | None
    now: datetime

    def tell(
        self,
        tx: Transaction,
        analysed: Analysed,
        match: Match,
        item_id: int,
        story_id: str,
        routing: Routing,
        *,
        is_edit: bool,
    ) -> tuple[str, ...]:
        """Open an alert and queue it for its channels, whose names are given."""
        words = compose(match, analysed.item, analysed.places)
        alert = Alert(
            id=stable_id("al", story_id, match.rule),
            story_id=story_id,
            rule=match.rule,
            rule_title=match.rule_title,
            severity=match.severity,
            tags=match.tags,
            headline=words.headline,
            url=analysed.item.url,
            quote=words.quote,
            highlights=words.highlights,
            title_highlights=words.title_highlights,
            language=analysed.language,
            sources=(self._source(analysed),),
            places=words.places,
            created_at=self.now,
            updated_at=self.now,
            item_id=item_id,
            is_edit=is_edit,
            evidence=match.evidence,
        )
        tx.alerts.add(alert)
        channels = routing.channels(alert)
        tx.deliveries.add([self._delivery(alert, channel, DeliveryKind.ALERT) for channel in channels])
        return channels

    def grow(self, tx: Transaction, alert: Alert, analysed: Analysed, routing: Routing) -> tuple[str, ...]:
        """Add a report to an alert, and queue an update for the channels that take some."""
        tx.alerts.add_source(alert.id, self._source(analysed))
        tx.alerts.touch(alert.id, at=self.now)
        channels = tuple(name for name in routing.channels(alert) if name in routing.updatable)
        tx.deliveries.add([self._delivery(alert, channel, DeliveryKind.UPDATE) for channel in channels])
        return channels

    def _source(self, analysed: Analysed) -> Source:
        item = analysed.item
        return Source(
            feed_id=self.feed.id,
            feed_title=self.feed.title or self.own_title or self.feed.id,
            title=item.title,
            url=item.url,
            published=item.dated,
            seen_at=item.seen_at,
            language=analysed.language,
        )

    def _delivery(self, alert: Alert, channel: str, kind: DeliveryKind) -> NewDelivery:
        # One alert and one update per feed and channel: writing the same poll twice writes the same rows.
        about = (self.feed.id,) if kind is DeliveryKind.UPDATE else ()
        return NewDelivery(
            id=stable_id("de", alert.id, channel, *about),
            alert_id=alert.id,
            channel=channel,
            kind=kind,
            at=self.now,
        )


def stable_id(kind: str, *parts: str) -> str:
    """Give an id that is the same whenever it is made of the same parts: writing twice writes one row."""
    name = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"{kind}-{blake2b(name, digest_size=8).hexdigest()}"
