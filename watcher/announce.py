"""Writes the outbox rows of an alert: which channels hear of it, when, and what keeps it from them.

Works inside the poll's transaction; nothing is sent from here. Called by whoever has decided that there is something to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

import structlog

from watcher.alert.digest import Budget
from watcher.alert.hold import Hold, House, hold
from watcher.alert.route import Due, Route, dues
from watcher.deliver.channels import edited, updated
from watcher.metrics import Metrics
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Transaction
from watcher.types import Alert, DeliveryKind, DeliveryState

if TYPE_CHECKING:
    from watcher.config.models import Settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Where alerts go: the routes in order, and what holds for all of them.

    `updatable` are the channels that hear of an alert's growth, `edited` those of them whose messages change for it.
    """

    routes: tuple[Route, ...]
    updatable: frozenset[str]
    metrics: Metrics
    house: House = field(default_factory=House)
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    edited: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings, metrics: Metrics) -> Routing:
        """Read it from the configuration."""
        return cls(
            routes=tuple(route.route() for route in settings.routes),
            updatable=updated(settings.channels),
            metrics=metrics,
            house=settings.house(),
            budgets=settings.budgets(),
            edited=edited(settings.channels),
        )

    @property
    def only_edited(self) -> Routing:
        """The same, for what only changes messages that are there."""
        return replace(self, updatable=self.edited)

    def queue(
        self,
        tx: Transaction,
        alert: Alert,
        kind: DeliveryKind,
        *about: str,
        now: datetime,
        news: str | None = None,
        but: Set[str] = frozenset(),
        is_over_siblings: bool = False,
    ) -> tuple[str, ...]:
        """Write the outbox rows of an alert and give the names of the channels that will hear of it.

        What is kept from a channel is written too, as held and with the reason. When the alert grows, a channel that
        it was kept from, and no longer is, hears of it now.

        Args:
            tx: the poll's transaction.
            alert: to be told, or grown.
            kind: `update` goes only to the channels that take some.
            about: what tells one update of the alert from another; the same row is written once.
            now: the time of the poll. In a route's quiet hours its rows wait for their end.
            news: what a reply tells below the first message, a sentence: that the level has changed, for example.
            but: channels that need not hear of it.
            is_over_siblings: no graver alert of the story keeps it back: it is about that one.
        """
        found = dues(alert, self.routes, now)
        if not found:
            self.metrics.unrouted.inc()
            log.warning("alert_unrouted", alert=alert.id, rule=alert.rule)
        found = tuple(due for due in found if due.channel not in but)
        siblings = () if is_over_siblings else tuple(tx.alerts.of_story(alert.story_id).values())
        holds = self._holds(tx, alert, [due.channel for due in found], siblings, now)
        if kind is not DeliveryKind.ALERT:
            return self._grow(tx, alert, found, holds, about, now, kind=kind, news=news)
        for due in found:
            self._open(tx, alert, due, holds.get(due.channel), about, now)
        return tuple(due.channel for due in found if due.channel not in holds)

    def hold(self, tx: Transaction, alert: Alert, why: Hold, *, now: datetime) -> None:
        """Write the outbox rows of an alert as held, for the channels that it would have gone to."""
        for due in dues(alert, self.routes, now):
            self._open(tx, alert, due, why, (), now)

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
        if without:  # told alone after a digest had told it: that message has a thread
            without -= tx.deliveries.conversations(alert.id)
        is_news = kind is DeliveryKind.REPLY
        # A digest is nobody's thread: what changes an alert that it told is told in the next one.
        in_digests = tx.digests.told_in(alert.id) if is_news else frozenset()
        again = [due for due in found if due.channel in in_digests]
        for due in again:
            self._open(tx, alert, due, holds.get(due.channel), about, now)
        takers = [
            due
            for due in found
            if (is_news or due.channel in self.updatable)
            and due.channel not in without
            and due.channel not in released
        ]
        # An edit tells nobody; news does, and is kept back where its alert would be.
        kept = {channel: str(one) for channel, one in holds.items() if is_news}
        tx.deliveries.add(
            [
                NewDelivery(
                    id=stable_id("de", alert.id, due.channel, *about),
                    alert_id=alert.id,
                    channel=due.channel,
                    kind=kind,
                    at=now,
                    due_at=due.at,
                    state=DeliveryState.HELD if due.channel in kept else DeliveryState.PENDING,
                    reason=kept.get(due.channel, due.reason),
                    news=news,
                )
                for due in takers
            ]
        )
        heard = [due.channel for due in (*takers, *again) if due.channel not in kept]
        return (*released, *heard)

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
        self,
        tx: Transaction,
        alert: Alert,
        channels: Iterable[str],
        siblings: Iterable[Alert],
        now: datetime,
    ) -> dict[str, Hold]:
        silences = tx.silences.active(now)
        siblings = tuple(one for one in siblings if one.id != alert.id)
        found = {
            name: hold(alert, name, self.house, silences=silences, siblings=siblings, now=now)
            for name in channels
        }
        return {name: one for name, one in found.items() if one is not None}


def stable_id(kind: str, *parts: str) -> str:
    """Give an id that is the same whenever it is made of the same parts: writing twice writes one row."""
    name = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"{kind}-{blake2b(name, digest_size=8).hexdigest()}"
