"""A rule over time in the store: its history now, and the episodes in which it holds, with their alerts.

Works inside the poll's transaction; what an episode means is decided by `match.rates`. Called by `trends` for each
rule and term that a poll adds to, and by `explain`, which only reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

import structlog

from watcher.alert.compose import compose
from watcher.alert.life import opened, surged
from watcher.announce import Routing, stable_id
from watcher.life import live
from watcher.match.forms.lists import AnyOfList
from watcher.match.forms.places import PlaceIs
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
    overlap,
)
from watcher.match.syntax import Rule, Status
from watcher.storage.store import Transaction
from watcher.storage.trends import Event, Span
from watcher.types import Alert, Analysed, DeliveryKind, Match, Source

log = structlog.get_logger(__name__)

MOST_SOURCES = 100
"""So many reports are listed with an alert; further ones are counted in its headline."""

_MOST_EPISODES = 10


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

    @property
    def has_terms(self) -> bool:
        """Whether it looks at the terms of a list, or at places, one by one."""
        return isinstance(self.when, New) and isinstance(self.rule.match, AnyOfList | PlaceIs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of a poll: how many alerts were opened, and the channels that have something to send."""

    alerts: int = 0
    channels: tuple[str, ...] = ()


class Evaluation:
    """One rule over time on one term, after something that it counts has come."""

    def __init__(
        self,
        tx: Transaction,
        watch: Watch,
        term: str,
        now: datetime,
        routing: Routing,
        feed_titles: Mapping[str, str],
    ) -> None:
        self._tx = tx
        self._watch = watch
        self._term = term
        self._now = now
        self._routing = routing
        self._feed_titles = feed_titles

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
            tlp=rule.tlp,
            events=(opened(killed=None, outlet=item.feed_id, at=self._now),),
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
        channels = self._routing.queue(self._tx, alert, DeliveryKind.ALERT, now=self._now)
        return Told(alerts=1, channels=(*channels, *self._escalate(alert, report, frozenset(channels))))

    def _escalate(self, alert: Alert, report: Report, told: frozenset[str]) -> tuple[str, ...]:
        """Let the story whose report made the rule fire say so, where that is not told anyway."""
        if report.story_id is None:
            return ()
        counted = self._tx.alerts.of_story(report.story_id).get(self._watch.series)
        if counted is None:
            return ()
        events = surged(counted, headline=alert.headline, now=self._now)
        return live(self._tx, counted.id, events, self._routing, now=self._now, but=told)

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
        about = reports[-1].key
        return Told(channels=self._routing.queue(self._tx, alert, DeliveryKind.UPDATE, about, now=self._now))

    def _match_of(self, report: Report) -> Match:
        return next(one for one in report.analysed.matches if one.rule == self._watch.series)

    def _headline(self, reading: Reading, match: Match) -> str:
        term = dict(match.terms).get(self._term, "")
        return f"{self._watch.subject}: {self._watch.when.said(reading, term)}"

    def _named(self, source: Source) -> Source:
        return replace(source, feed_title=self._feed_titles.get(source.feed_id, source.feed_title))


def read(tx: Transaction, watch: Watch, term: str, now: datetime) -> Reading:
    """Read what a rule over time makes of what is counted now."""
    return watch.when.read(_history(tx, watch, term, now), now)


def _history(tx: Transaction, watch: Watch, term: str, now: datetime) -> History:
    when, name = watch.when, watch.series
    unit = when.unit if isinstance(when, Surge | Spike) else Unit.ITEMS
    newest = tx.trends.newest(name, term, unit, after=now - when.window, until=now)
    if isinstance(when, Surge):
        return History(newest=newest)
    since, spans = _watched(tx, watch, term, now)
    if isinstance(when, New):
        last_seen = tx.trends.last_seen(name, term, noted_before=now, recent=now - when.window)
        return History(newest=newest, watched=overlap(spans, since, now), last_seen=last_seen)
    assert isinstance(when, Spike)
    end = now - when.within
    start = end - when.baseline
    inside = [(max(since, start), min(till, end)) for since, till in spans if till > start and since < end]
    before = tx.trends.count_before(name, term, unit, end=end, window=when.within, spans=inside)
    return History(newest=newest, before=before, watched=overlap(inside, start, end))


def _watched(tx: Transaction, watch: Watch, term: str, now: datetime) -> tuple[datetime, list[Span]]:
    """Give since when a term is watched, and the spans of time since then in which feeds were polled."""
    since = tx.trends.since(watch.series, term) or now
    return since, [(max(start, since), end) for start, end in tx.trends.watched(now) if end > since]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a rule over time stands.

    `reading` is None where each of many terms has its own. `watched` is for how long feeds were polled since its
    beginning; `episodes` are the last times that it held, newest first.
    """

    reading: Reading | None
    since: datetime
    watched: timedelta
    episodes: tuple[Episode, ...]


def state_of(tx: Transaction, watch: Watch, now: datetime) -> State:
    """Read how a rule over time stands now."""
    since, spans = _watched(tx, watch, "", now)
    return State(
        reading=None if watch.has_terms else read(tx, watch, "", now),
        since=since,
        watched=overlap(spans, since, now),
        episodes=tuple(tx.trends.episodes(watch.rule.id, limit=_MOST_EPISODES)),
    )


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
