"""What rules over time count, in the store: events under an exact key, when feeds were watched, and episodes.

An event is an item that a series counts; the series and the item make its key, so that an item that is delivered or
recorded twice counts once. Called by `watcher.trends` inside a poll's transaction, by retention and by `explain`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from watcher.match.rates import Episode, Unit
from watcher.storage.sql import insert_new, insert_or_replace
from watcher.storage.tables import alert_sources, episodes, events, feeds, items, series, watches
from watcher.types import Source

GAP = timedelta(hours=12)
"""Feeds that were not polled for longer were not watched in between; feeds are polled every 6 hours at least."""

_REFRESH = timedelta(minutes=1)
_BATCH = 200
_MICROSECOND = timedelta(microseconds=1)
_LAST_WATCH = select(watches).order_by(watches.c.started_at.desc()).limit(1)
_UNITS = {Unit.ITEMS: events.c.report, Unit.SOURCES: events.c.source, Unit.STORIES: events.c.story}

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An item that a series counts. `report` names the item for good; `is_archive` marks what a feed's first poll
    brought: that it was there is known, but not what else was there at the time."""

    series: str
    term: str
    report: str
    item_id: int
    source: str
    story: str
    at: datetime
    noted_at: datetime
    is_archive: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return self.series, self.term, self.report


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Something that is counted: `version` changes when what it counts does, `keep` is how far back anybody looks."""

    name: str
    term: str = ""
    version: str = ""
    keep: timedelta = timedelta()


class TrendRows:
    """The `series`, `events`, `watches` and `episodes` tables inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- what is counted ------------------------------------------------------------------------------------------

    def configure(self, wanted: Sequence[Series], *, now: datetime) -> None:
        """Watch these series and no others; one that is new, or is defined otherwise than before, begins now."""
        rows = {(row.name, row.term): row for row in self._connection.execute(select(series))}
        kept = {(one.name, one.term) for one in wanted}
        for gone in _batches([key for key in rows if key not in kept]):
            self._connection.execute(delete(series).where(tuple_(series.c.name, series.c.term).in_(gone)))
        changed = []
        for one in wanted:
            row = rows.get((one.name, one.term))
            since = row.since if row is not None and row.version == one.version else now
            values = {"version": one.version, "since": since, "keep_us": one.keep // _MICROSECOND}
            if row is None or any(row._mapping[name] != value for name, value in values.items()):
                changed.append({"name": one.name, "term": one.term, **values})
        insert_or_replace(self._connection, series, changed, key=("name", "term"))

    def lock(self, names: Sequence[str]) -> None:
        """Wait for other transactions that count the same, so that each sees what those before it have counted."""
        query = select(series.c.name).where(series.c.name.in_(names), series.c.term == "")
        self._connection.execute(query.order_by(series.c.name).with_for_update()).all()

    def since(self, name: str, term: str) -> datetime | None:
        """Give since when a term is watched for; a term without a row of its own is as old as its series."""
        query = select(series.c.since).where(series.c.name == name, series.c.term.in_([term, ""]))
        found: datetime | None = self._connection.execute(query.order_by(series.c.term.desc())).scalar()
        return found

    # --- events -----------------------------------------------------------------------------------------------------

    def note(self, new: Sequence[Event]) -> list[Event]:
        """Record events and give those that were not there yet."""
        known: set[tuple[str, str, str]] = set()
        key = tuple_(events.c.series, events.c.term, events.c.report)
        for some in _batches([one.key for one in new]):
            query = select(events.c.series, events.c.term, events.c.report).where(key.in_(some))
            known.update((row.series, row.term, row.report) for row in self._connection.execute(query))
        fresh = list({one.key: one for one in new if one.key not in known}.values())
        insert_new(self._connection, events, [_columns(one) for one in fresh])
        return fresh

    def withdraw(self, names: Iterable[str], report: str) -> None:
        """Forget an item under some series: an edit has ended what was counted."""
        self._connection.execute(
            delete(events).where(events.c.series.in_(list(names)), events.c.report == report)
        )

    def newest(
        self, name: str, term: str, unit: Unit, *, after: datetime, until: datetime
    ) -> tuple[datetime, ...]:
        """Give when each item, story or source of a window had its latest report, newest first."""
        latest = func.max(events.c.at)
        query = (
            select(type_coerce(latest, events.c.at.type))
            .where(_of(name, term), events.c.at > after, events.c.at <= until, events.c.is_archive.is_(False))
            .group_by(_UNITS[unit])
            .order_by(latest.desc())
        )
        return tuple(self._connection.scalars(query))

    def count_before(
        self, name: str, term: str, unit: Unit, *, end: datetime, window: timedelta, spans: Sequence[Span]
    ) -> int:
        """Count items, stories or sources in windows that go back from `end`, as far as spans of time reach.

        A story or source counts once in each window in which it has a report, as it does in the present one.
        """
        if not spans:
            return 0
        inside = or_(*(and_(events.c.at > since, events.c.at <= till) for since, till in spans))
        what: list[ColumnElement[Any]] = [_UNITS[unit]]
        if unit is not Unit.ITEMS:
            age = type_coerce(end, events.c.at.type) - events.c.at
            what.append((type_coerce(age, BigInteger) // (window // _MICROSECOND)).label("window"))
        counted = (
            select(*what).where(_of(name, term), inside, events.c.is_archive.is_(False)).distinct().subquery()
        )
        return int(self._connection.execute(select(func.count()).select_from(counted)).scalar_one())

    def last_seen(self, name: str, term: str, *, noted_before: datetime, recent: datetime) -> datetime | None:
        """Give when a term was last named, apart from recent reports that are only now being recorded."""
        is_past = or_(events.c.noted_at < noted_before, events.c.at <= recent)
        latest = func.max(events.c.at)
        query = select(type_coerce(latest, events.c.at.type)).where(_of(name, term), is_past)
        found: datetime | None = self._connection.execute(query).scalar()
        return found

    def reports(
        self, name: str, term: str, *, after: datetime, until: datetime, limit: int
    ) -> list[tuple[str, Source]]:
        """Give the newest reports of a window that are still stored, oldest first, each with its key."""
        query = (
            select(events.c.report, items, feeds.c.title.label("feed_title"))
            .join(items, items.c.id == events.c.item_id)
            .join(feeds, feeds.c.id == items.c.feed_id, isouter=True)
            .where(_of(name, term), events.c.at > after, events.c.at <= until, events.c.is_archive.is_(False))
            .order_by(events.c.at.desc(), events.c.report)
            .limit(limit)
        )
        return [(row.report, _source(row)) for row in self._connection.execute(query)][::-1]

    # --- when feeds were watched -----------------------------------------------------------------------------------

    def polled(self, now: datetime) -> None:
        """Note that a feed has answered: the time since the last answer was watched, unless it was long."""
        row = self._connection.execute(_LAST_WATCH).first()
        if row is None or now - row.ended_at > GAP:
            insert_new(self._connection, watches, [{"started_at": now, "ended_at": now}])
        elif now - row.ended_at >= _REFRESH:
            is_last = and_(watches.c.started_at == row.started_at, watches.c.ended_at < now)
            self._connection.execute(update(watches).where(is_last).values(ended_at=now))

    def watched(self, now: datetime) -> list[Span]:
        """Give the spans of time in which feeds were watched, up to now, oldest first."""
        query = select(watches.c.started_at, watches.c.ended_at).order_by(watches.c.started_at)
        spans: list[Span] = []
        for since, till in self._connection.execute(query):
            # The last answer may be newer than its note, which is not renewed with each.
            end = now if timedelta() < now - till <= _REFRESH else till
            if spans and since <= spans[-1][1]:  # two workers began one at the same time
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((since, end))
        return spans

    # --- episodes ---------------------------------------------------------------------------------------------------

    def last_episode(self, rule: str, term: str) -> Episode | None:
        """Give the last time that a rule held; None when it never did."""
        found = self.episodes(rule, term=term, limit=1)
        return found[0] if found else None

    def episodes(self, rule: str, *, term: str | None = None, limit: int) -> list[Episode]:
        """Give the last times that a rule held, newest first."""
        query = select(episodes).where(episodes.c.rule == rule)
        if term is not None:
            query = query.where(episodes.c.term == term)
        query = query.order_by(episodes.c.started_at.desc(), episodes.c.term).limit(limit)
        return [Episode(**row._mapping) for row in self._connection.execute(query)]

    def save_episode(self, episode: Episode) -> None:
        """Record an episode, or how it has grown."""
        row = {name: getattr(episode, name) for name in episodes.c.keys()}  # noqa: SIM118 - columns, not a dict
        insert_or_replace(self._connection, episodes, [row], key=("rule", "term", "started_at"))

    def count_sources(self, alert_id: str) -> int:
        """Count the reports that an alert lists."""
        query = select(func.count()).select_from(alert_sources).where(alert_sources.c.alert_id == alert_id)
        return int(self._connection.execute(query).scalar_one())

    # --- retention --------------------------------------------------------------------------------------------------

    def forget(self, *, now: datetime, keep_episodes: timedelta) -> int:
        """Forget events that no series looks back to, and old spans and episodes; gives how many events."""
        keeps = {
            row.name: timedelta(microseconds=row.keep_us)
            for row in self._connection.execute(select(series).where(series.c.term == ""))
        }
        forgotten = self._connection.execute(
            delete(events).where(events.c.series.not_in(list(keeps)))
        ).rowcount
        for name, keep in keeps.items():
            old = and_(events.c.series == name, events.c.at < now - keep)
            forgotten += self._connection.execute(delete(events).where(old)).rowcount
        longest = max(keeps.values(), default=timedelta())
        self._connection.execute(delete(watches).where(watches.c.ended_at < now - longest - GAP))
        self._connection.execute(delete(episodes).where(episodes.c.until < now - keep_episodes))
        return forgotten


def _of(name: str, term: str) -> Any:
    return and_(events.c.series == name, events.c.term == term)


def _columns(event: Event) -> dict[str, Any]:
    return {column: getattr(event, column) for column in events.c.keys()}  # noqa: SIM118 - columns, not a dict


def _source(row: Row[Any]) -> Source:
    return Source(
        feed_id=row.feed_id,
        feed_title=row.feed_title or row.feed_id,
        title=row.title,
        url=row.url,
        published=row.published or row.updated,
        seen_at=row.seen_at,
        language=row.language,
    )


def _batches(values: list[Any]) -> Iterable[list[Any]]:
    return (values[start : start + _BATCH] for start in range(0, len(values), _BATCH))
