"""Rules over time on a store, without a service: polls that bring items, and what was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.support import samples
from tests.support.matching import read_lists, read_rule
from tests.support.samples import NOW
from watcher.alert.route import Route
from watcher.announce import Routing
from watcher.episodes import Report, Told
from watcher.match.rates import Unit
from watcher.metrics import Metrics
from watcher.storage.store import Store
from watcher.trends import Trends
from watcher.types import Alert, Analysed, Item, Match

LISTS = "{groups: [Alpha, Beta]}"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Desk:
    """Rules over time on a store; `see` is a poll that brings items, at their `seen_at`."""

    def __init__(
        self, store: Store, *rules: str, lists: str = LISTS, since: datetime = NOW - 200 * DAY
    ) -> None:
        self.store = store
        self.configure(*rules, lists=lists, now=since)
        self.routing = Routing(
            routes=(Route(to=("console",)),), updatable=frozenset({"console"}), metrics=Metrics()
        )

    def configure(self, *rules: str, lists: str = LISTS, now: datetime) -> None:
        self.trends = Trends.of([read_rule(rule) for rule in rules], read_lists(lists))
        with self.store.write() as tx:
            tx.trends.configure(self.trends.series, now=now)

    def watch(self, start: datetime, end: datetime) -> None:
        """Poll feeds that have nothing new, often enough for no gap."""
        with self.store.write() as tx:
            while start < end:
                tx.trends.polled(start)
                start += 11 * HOUR
            tx.trends.polled(end)

    def see(
        self,
        *items: Item,
        rule: str = "border",
        terms: Sequence[tuple[str, str]] = (),
        story: str | None = None,
        is_archive: bool = False,
        ended: frozenset[str] = frozenset(),
        at: datetime | None = None,
    ) -> Told:
        found = samples.match(rule=rule, terms=tuple(terms))
        matches: tuple[Match, ...] = () if ended else (found,)
        with self.store.write() as tx:
            ids = {}
            for item in items:
                ids[item.key] = tx.items.add([item])[item.key]
            reports = [
                Report(
                    analysed=Analysed(item=item, language="en", matches=matches),
                    item_id=ids[item.key],
                    story_id=story or f"st-{item.key}",
                    is_archive=is_archive,
                    ended=ended,
                )
                for item in items
            ]
            return self.trends.record(tx, reports, self.routing, at or items[0].seen_at)

    def alerts(self) -> Sequence[Alert]:
        with self.store.read() as tx:
            return tx.alerts.newest(limit=100)

    def count(self, unit: Unit, now: datetime = NOW) -> int:
        with self.store.read() as tx:
            return len(tx.trends.newest("border", "", unit, after=now - 6 * HOUR, until=now))


def item(key: str, *, at: datetime = NOW, published: datetime | None = None, **changes: object) -> Item:
    """An item of its own that is seen, and unless said otherwise was published, at a moment."""
    url = f"https://{changes.get('feed_id', 'wire')}.example/{key}"
    values: dict[str, object] = {"key": key, "guid": key, "url": url, "title": f"Report {key}", **changes}
    return samples.item(seen_at=at, published=published or at, text_hash=key, content_hash=key, **values)
