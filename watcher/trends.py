"""Rules over time at work: which are in force, what their histories are made of, and when each is looked at.

Works inside the poll's transaction, after its items have been matched and folded into stories: what is counted and
what follows from it commit with the items, so a crash neither loses nor repeats any. Called by the pipeline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from watcher.announce import Routing
from watcher.episodes import Evaluation, Report, Told, Watch
from watcher.match.counting import counting_version, watched_terms
from watcher.match.rates import moment_of
from watcher.match.syntax import Rule, Status, TermList
from watcher.storage.store import Transaction
from watcher.storage.trends import Event, Series
from watcher.types import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """The rules over time of one configuration, by the series that they count."""

    watches: Mapping[str, tuple[Watch, ...]] = field(default_factory=dict)
    series: tuple[Series, ...] = ()
    feed_titles: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rules: Sequence[Rule],
        lists: Mapping[str, TermList],
        feed_titles: Mapping[str, str] | None = None,
    ) -> Trends:
        """Pick the rules over time that are in force.

        Args:
            rules: all rules of a configuration that `cross_check` found to be good.
            lists: its lists.
            feed_titles: what the configuration calls its feeds, by id.
        """
        by_id = {rule.id: rule for rule in rules}
        found: dict[str, list[Watch]] = defaultdict(list)
        for rule in rules:
            if rule.when is not None and rule.status is not Status.OFF:
                counted = by_id[rule.when.of or rule.id]
                watch = Watch(rule=rule, when=rule.when, series=counted.id, subject=counted.title)
                found[counted.id].append(watch)
        return cls(
            watches={name: tuple(watches) for name, watches in found.items()},
            series=tuple(
                one for name, watches in found.items() for one in _series(by_id[name], watches, lists)
            ),
            feed_titles=feed_titles or {},
        )

    def watch_of(self, rule_id: str) -> Watch | None:
        """Give the rule over time of an id; None where there is none in force."""
        return next((one for some in self.watches.values() for one in some if one.rule.id == rule_id), None)

    def record(self, tx: Transaction, reports: Sequence[Report], routing: Routing, now: datetime) -> Told:
        """Note what a poll's items add to what is counted, and tell of the rules that now hold."""
        tx.trends.polled(now)
        touched = {one.rule for report in reports for one in report.analysed.matches}
        touched |= {rule for report in reports for rule in report.ended}
        names = sorted(touched & self.watches.keys())
        if not names:
            return Told()
        tx.trends.lock(names)
        for report in reports:
            if ended := report.ended & self.watches.keys():
                tx.trends.withdraw(ended, report.key)
        fresh = tx.trends.note([event for report in reports for event in self._events(report, now)])
        by_key = {report.key: report for report in reports}
        told = [
            Evaluation(tx, watch, term, now, routing, self.feed_titles).run(some, by_key)
            for (name, term), some in _grouped(fresh).items()
            for watch in self.watches[name]
        ]
        return Told(
            alerts=sum(one.alerts for one in told),
            channels=tuple(name for one in told for name in one.channels),
        )

    def _events(self, report: Report, now: datetime) -> Iterable[Event]:
        item = report.analysed.item
        for match in report.analysed.matches:
            if match.rule not in self.watches:
                continue
            for term, _ in match.terms or (("", ""),):
                yield Event(
                    series=match.rule,
                    term=term,
                    report=report.key,
                    item_id=report.item_id,
                    source=publisher_of(item),
                    story=report.story_id or report.key,
                    at=moment_of(item),
                    noted_at=now,
                    is_archive=report.is_archive,
                )


def publisher_of(item: Item) -> str:
    """Say whose report an item is: the host that it links to, else its feed."""
    try:
        host = urlsplit(item.url or "").hostname or ""
    except ValueError:
        host = ""
    return host.removeprefix("www.").removeprefix("m.") or item.feed_id


def _series(rule: Rule, watches: Sequence[Watch], lists: Mapping[str, TermList]) -> Iterable[Series]:
    keep = max(watch.when.horizon for watch in watches)
    yield Series(name=rule.id, version=counting_version(rule, lists), keep=keep)
    for term in watched_terms(rule, lists):
        yield Series(name=rule.id, term=term, keep=keep)


def _grouped(events: Sequence[Event]) -> dict[tuple[str, str], list[Event]]:
    groups: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        groups[event.series, event.term].append(event)
    return groups
