"""Writes what people are to be told: alerts, their reports, and the outbox rows of their channels.

Works inside the poll's transaction; nothing is sent from here. Called by the pipeline once the policy has decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

import structlog

from watcher.alert.compose import compose
from watcher.alert.digest import Budget
from watcher.alert.hold import Hold, House, hold
from watcher.alert.route import Due, Route, dues
from watcher.metrics import Metrics
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Transaction
from watcher.types import Alert, Analysed, DeliveryKind, DeliveryState, Feed, Match, Source

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Where alerts go: the routes in order, what holds for all of them, and the channels that take updates."""

    routes: tuple[Route, ...]
    updatable: frozenset[str]
    metrics: Metrics
    house: House = field(default_factory=House)
    budgets: Mapping[str, Budget] = field(default_factory=dict)

    def queue(
        self,
        tx: Transaction,
        alert: Alert,
        kind: DeliveryKind,
        *about: str,
        now: datetime,
        news: str | None = None,
    ) -> tuple[str, ...]:
        """Write the outbox rows of an alert and give the names of the channels that will hear of it.

        What is kept from a channel is written too, as held and with the reason. When the alert grows, a channel that
        it was kept from, and no longer is, hears of it now.

        Args:
            tx: the poll's transaction.
            alert: to be told, or grown.
            kind: `update` and `reply` go only to the channels that take some.
            about: what tells one update of the alert from another; the same row is written once.
            now: the time of the poll. In a route's quiet hours its rows wait for their end.
            news: what a reply tells below the first message, a sentence: that the level has changed, for example.
        """
        found = dues(alert, self.routes, now)
        if not found:
            self.metrics.unrouted.inc()
            log.warning("alert_unrouted", alert=alert.id, rule=alert.rule)
        holds = self._holds(tx, alert, [due.channel for due in found], now)
        if kind is not DeliveryKind.ALERT:
            return self._grow(tx, alert, found, holds, about, now, kind=kind, news=news)
        for due in found:
            self._open(tx, alert, due, holds.get(due.channel), about, now)
        return tuple(due.channel for due in found if due.channel not in holds)

    def _grow(
        self,
        tx: Transaction,
        alert: Alert,
        found: Sequence[Due],
        holds: Mapping[str, Hold],
        about: tuple[str, ...],
        now: datetime,
        *,
        kind: DeliveryKind,
        news: str | None,
    ) -> tuple[str, ...]:
        """Tell what was kept back and no longer is; update the messages that there are."""
        free = {due.channel: due.at for due in found if due.channel not in holds}
        released = tx.deliveries.release_held(alert.id, free)
        without = tx.deliveries.channels_without(alert.id)
        updated = [
            due
            for due in found
            if due.channel in self.updatable and due.channel not in without and due.channel not in released
        ]
        tx.deliveries.add(
            [
                NewDelivery(
                    id=stable_id("de", alert.id, due.channel, *about),
                    alert_id=alert.id,
                    channel=due.channel,
                    kind=kind,
                    at=now,
                    due_at=due.at,
                    reason=due.reason,
                    news=news,
                )
                for due in updated
            ]
        )
        return (*released, *(due.channel for due in updated))

    def _open(
        self,
        tx: Transaction,
        alert: Alert,
        due: Due,
        held: Hold | None,
        about: tuple[str, ...],
        now: datetime,
    ) -> None:
        """Write the row of one channel: to be sent, to be told with others, or held."""
        delivery_id = stable_id("de", alert.id, due.channel, *about)
        if held is not None:
            self.metrics.held.labels(due.channel, held.reason.value).inc()
            log.info("delivery_held", alert=alert.id, channel=due.channel, reason=str(held))
        else:
            due = self._within_budget(tx, alert, due, now)
        if held is None and due.is_digest:
            tx.digests.gather(
                delivery_id,
                alert_id=alert.id,
                channel=due.channel,
                digest=stable_id("dg", due.channel, due.at.isoformat()),
                reason=due.reason or "",
                at=now,
                due_at=due.at,
            )
            return
        tx.deliveries.add(
            [
                NewDelivery(
                    id=delivery_id,
                    alert_id=alert.id,
                    channel=due.channel,
                    kind=DeliveryKind.ALERT,
                    at=now,
                    due_at=due.at,
                    state=DeliveryState.PENDING if held is None else DeliveryState.HELD,
                    reason=due.reason if held is None else str(held),
                )
            ]
        )

    def _within_budget(self, tx: Transaction, alert: Alert, due: Due, now: datetime) -> Due:
        """Give the due time as it is, or that of the digest which takes what is above the channel's budget."""
        budget = self.budgets.get(due.channel)
        if budget is None or due.is_digest or alert.severity in budget.exceptions:
            return due
        begin, end = budget.window(now)
        if tx.digests.told_alone(due.channel, since=begin, limit=budget.alerts) < budget.alerts:
            return due
        return replace(due, at=max(due.at, end), is_digest=True, reason=f"above the budget of {budget.label}")

    def _holds(
        self, tx: Transaction, alert: Alert, channels: Iterable[str], now: datetime
    ) -> dict[str, Hold]:
        silences = tx.silences.active(now)
        siblings = tuple(one for one in tx.alerts.of_story(alert.story_id).values() if one.id != alert.id)
        found = {
            name: hold(alert, name, self.house, silences=silences, siblings=siblings, now=now)
            for name in channels
        }
        return {name: one for name, one in found.items() if one is not None}


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
        is_full_text: bool,
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
            is_full_text=is_full_text,
            evidence=match.evidence,
            tlp=match.tlp,
            feed_tags=tuple(sorted(self.feed.tags)),
        )
        tx.alerts.add(alert)
        return routing.queue(tx, alert, DeliveryKind.ALERT, now=self.now)

    def grow(
        self, tx: Transaction, alert: Alert, analysed: Analysed, match: Match, routing: Routing
    ) -> tuple[str, ...]:
        """Add a report and its places to an alert, and queue an update for the channels that take some."""
        tx.alerts.add_source(alert.id, self._source(analysed))
        places = compose(match, analysed.item, analysed.places).places
        tx.alerts.grow(alert.id, places=dict.fromkeys((*alert.places, *places)), at=self.now)
        return routing.queue(tx, alert, DeliveryKind.UPDATE, self.feed.id, now=self.now)

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


def stable_id(kind: str, *parts: str) -> str:
    """Give an id that is the same whenever it is made of the same parts: writing twice writes one row."""
    name = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"{kind}-{blake2b(name, digest_size=8).hexdigest()}"
