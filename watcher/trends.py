"""Rules over time at work: notes what they count, reads their histories, and raises what they find.

Works inside the poll's transaction, after its items have been matched and folded into stories: what is counted and
what follows from it commit with the items, so a crash neither loses nor repeats any. Called by the pipeline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from urllib.parse import urlsplit

import structlog

from watcher.alert.compose import compose
from watcher.announce import Routing, stable_id
from watcher.match.counting import counting_version, watched_terms
from watcher.match.rates import (
    Episode,
    History,
    New,
    Reading,
    Spike,
    Surge,
    Trend,
    Unit,
    Verdict,
    decide,
    moment_of,
    overlap,
)
from watcher.match.syntax import Rule, Status, TermList
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Transaction
from watcher.storage.trends import Event, Series
from watcher.types import Alert, Analysed, DeliveryKind, Item, Match, Source

log = structlog.get_logger(__name__)

MOST_SOURCES = 100
"""So many reports are listed with an alert; further ones are counted in its headline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An item of a poll, stored and folded. `ended` are the rules whose match an edit has ended."""

    analysed: Analysed
    item_id: int
    story_id: str | None
    ended: frozenset[str] = frozenset()
    is_archive: bool = False

    @property
    def key(self) -> str:
        """What names the item for good, also after it was forgotten."""
        item = self.analysed.item
        name = "\0".join((item.feed_id, item.key)).encode("utf-8", "surrogatepass")
        return blake2b(name, digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A rule over time in force. `series` is the id of the rule whose matches it counts, `subject` what they are
    about."""

    rule: Rule
    when: Trend
    series: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of a poll: how many alerts were opened, and the channels that have something to send."""

    alerts: int = 0
    channels: tuple[str, ...] = ()


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
            _Evaluation(self, tx, routing, now, watch, term).run(some, by_key)
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


class _Evaluation:
    """One rule over time on one term, after something that it counts has come."""

    def __init__(
        self, trends: Trends, tx: Transaction, routing: Routing, now: datetime, watch: Watch, term: str
    ) -> None:
        self._trends = trends
        self._tx = tx
        self._routing = routing
        self._now = now
        self._watch = watch
        self._term = term

    def run(self, fresh: Sequence[Event], reports: Mapping[str, Report]) -> Told:
        """Decide, and record and tell what follows; reports that are late or from an archive lead to nothing."""
        start = self._now - self._watch.when.window
        present = [one for one in fresh if one.at > start and not one.is_archive]
        if not present:
            return Told()
        reading = read(self._tx, self._watch, self._term, self._now)
        rule = self._watch.rule
        episode = self._tx.trends.last_episode(rule.id, self._term)
        verdict = decide(reading, episode, self._now, rule.alert.remind)
        self._routing.metrics.verdicts.labels(f"trend_{verdict}", reading.reason).inc()
        log.debug("trend", rule=rule.id, verdict=verdict, reason=reading.reason, count=reading.count)
        newest = max(present, key=lambda one: (one.at, one.report))
        if verdict in (Verdict.FIRE, Verdict.REMIND):
            return self._fire(reading, reports[newest.report])
        if verdict is Verdict.GROW and episode is not None:
            return self._grow(episode, reading, [reports[one.report] for one in present])
        return Told()

    def _fire(self, reading: Reading, report: Report) -> Told:
        rule, match = self._watch.rule, self._match_of(report)
        headline = self._headline(reading, match)
        is_told = rule.status is Status.ACTIVE
        alert = self._alert(headline, match, report)
        self._tx.trends.save_episode(
            Episode(
                rule=rule.id,
                term=self._term,
                started_at=self._now,
                until=reading.until or self._now,
                told_at=self._now,
                count=reading.count,
                headline=headline,
                alert_id=alert.id if is_told else None,
            )
        )
        log.info("trend_fired", rule=rule.id, status=rule.status.value, headline=headline)
        return self._open(alert, report) if is_told else Told()

    def _alert(self, headline: str, match: Match, report: Report) -> Alert:
        rule, item = self._watch.rule, report.analysed.item
        words = compose(match, item, report.analysed.places)
        about = (rule.id, self._term, self._now.isoformat())
        return Alert(
            id=stable_id("al", *about),
            story_id=stable_id("st", *about),
            rule=rule.id,
            rule_title=rule.title,
            severity=rule.severity,
            tags=rule.tags,
            headline=headline,
            url=item.url,
            quote=words.quote,
            highlights=words.highlights,
            title_highlights=(),
            language=None,  # of many reports: the headline decides which way it is written
            sources=(),
            places=words.places,
            created_at=self._now,
            updated_at=self._now,
            item_id=report.item_id,
            evidence=match.evidence,
        )

    def _open(self, alert: Alert, report: Report) -> Told:
        # The episode is the alert's story: it has to be one of its own, since a story has one alert of a rule.
        self._tx.stories.open(alert.story_id, title=alert.headline, at=self._now)
        self._tx.alerts.add(alert)
        start = self._now - self._watch.when.window
        counted = self._tx.trends.reports(
            self._watch.series, self._term, after=start, until=self._now, limit=MOST_SOURCES
        )
        # The report that made it fire comes first: it says how quickly people were told.
        for key, source in sorted(counted, key=lambda one: one[0] != report.key):
            self._tx.alerts.add_source(alert.id, self._named(source), report=key)
        channels = self._routing.channels(alert)
        self._tx.deliveries.add([self._delivery(alert.id, name, DeliveryKind.ALERT) for name in channels])
        return Told(alerts=1, channels=channels)

    def _grow(self, episode: Episode, reading: Reading, reports: Sequence[Report]) -> Told:
        count = max(episode.count, reading.count)
        until = max(episode.until, reading.until or episode.until)
        grows = reading.holds and reading.count > episode.count
        headline = self._headline(reading, self._match_of(reports[-1])) if grows else episode.headline
        self._tx.trends.save_episode(replace(episode, count=count, until=until, headline=headline))
        alert = self._tx.alerts.get([episode.alert_id]).get(episode.alert_id) if episode.alert_id else None
        if alert is None or len(alert.sources) >= MOST_SOURCES:
            return Told()
        for report in reports:
            self._tx.alerts.add_source(alert.id, self._named(_source_of(report)), report=report.key)
        self._tx.alerts.restate(alert.id, headline=headline, at=self._now)
        channels = tuple(name for name in self._routing.channels(alert) if name in self._routing.updatable)
        about = reports[-1].key
        self._tx.deliveries.add(
            [self._delivery(alert.id, name, DeliveryKind.UPDATE, about) for name in channels]
        )
        return Told(channels=channels)

    def _match_of(self, report: Report) -> Match:
        return next(one for one in report.analysed.matches if one.rule == self._watch.series)

    def _headline(self, reading: Reading, match: Match) -> str:
        term = dict(match.terms).get(self._term, "")
        return f"{self._watch.subject}: {self._watch.when.said(reading, term)}"

    def _named(self, source: Source) -> Source:
        return replace(source, feed_title=self._trends.feed_titles.get(source.feed_id, source.feed_title))

    def _delivery(self, alert_id: str, channel: str, kind: DeliveryKind, *about: str) -> NewDelivery:
        row_id = stable_id("de", alert_id, channel, *about)
        return NewDelivery(id=row_id, alert_id=alert_id, channel=channel, kind=kind, at=self._now)


def read(tx: Transaction, watch: Watch, term: str, now: datetime) -> Reading:
    """Read what a rule over time makes of what is counted now."""
    return watch.when.read(_history(tx, watch, term, now), now)


def _history(tx: Transaction, watch: Watch, term: str, now: datetime) -> History:
    when, name = watch.when, watch.series
    unit = when.unit if isinstance(when, Surge | Spike) else Unit.ITEMS
    newest = tx.trends.newest(name, term, unit, after=now - when.window, until=now)
    if isinstance(when, Surge):
        return History(newest=newest)
    since = tx.trends.since(name, term) or now
    spans = [(max(start, since), end) for start, end in tx.trends.watched(now) if end > since]
    if isinstance(when, New):
        last_seen = tx.trends.last_seen(name, term, noted_before=now, recent=now - when.window)
        return History(newest=newest, watched=overlap(spans, since, now), last_seen=last_seen)
    assert isinstance(when, Spike)
    end = now - when.within
    start = end - when.baseline
    inside = [(max(since, start), min(till, end)) for since, till in spans if till > start and since < end]
    before = tx.trends.count_before(name, term, unit, end=end, window=when.within, spans=inside)
    return History(newest=newest, before=before, watched=overlap(inside, start, end))


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


def _source_of(report: Report) -> Source:
    item = report.analysed.item
    return Source(
        feed_id=item.feed_id,
        feed_title=item.feed_id,
        title=item.title,
        url=item.url,
        published=item.dated,
        seen_at=item.seen_at,
        language=report.analysed.language,
    )
