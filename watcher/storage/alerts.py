"""Alerts in the store: one row for a rule on a story, with the reports that it is about.

Called by the pipeline inside a poll's transaction, by the outbox when it sends, and by the `alerts` commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, update

from watcher.storage.answers import AnswerRows
from watcher.storage.items import evidence_from_json, evidence_to_json
from watcher.storage.life import LifeRows
from watcher.storage.sql import insert_new
from watcher.storage.tables import alert_sources, alerts, deliveries
from watcher.types import Alert, Answer, DeliveryState, LifeEvent, Severity, Source, Tlp

_MOST_PLACES = 24


class AlertRows:
    """The `alerts` and `alert_sources` tables inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_story(self, story_id: str) -> dict[str, Alert]:
        """Give the alerts on a story by rule."""
        rows = self._connection.execute(select(alerts).where(alerts.c.story_id == story_id)).all()
        return {alert.rule: alert for alert in self._with_sources(rows)}

    def get(self, alert_ids: Sequence[str]) -> dict[str, Alert]:
        """Give alerts by id; unknown ids are left out."""
        rows = self._connection.execute(select(alerts).where(alerts.c.id.in_(list(alert_ids)))).all()
        return {alert.id: alert for alert in self._with_sources(rows)}

    def newest(
        self,
        *,
        limit: int,
        since: datetime | None = None,
        rule: str | None = None,
        least: Severity | None = None,
        is_held: bool = False,
    ) -> Sequence[Alert]:
        """Give the newest alerts, newest first, without those that came too late and were told nobody.

        With `is_held` those of which nobody was told, and nobody is going to be: late, silenced, outdone.
        """
        query = select(alerts).order_by(alerts.c.created_at.desc(), alerts.c.id).limit(limit)
        query = query.where(_is_held() if is_held else _is_shown())
        if since is not None:
            query = query.where(alerts.c.created_at >= since)
        if rule is not None:
            query = query.where(alerts.c.rule == rule)
        if least is not None:
            query = query.where(alerts.c.severity >= int(least))
        return self._with_sources(self._connection.execute(query).all())

    def add(self, alert: Alert) -> None:
        """Store a new alert with its sources."""
        insert_new(self._connection, alerts, [_columns(alert)])
        for source in alert.sources:
            self.add_source(alert.id, source)
        LifeRows(self._connection).add(alert.id, alert.events)

    def add_source(self, alert_id: str, source: Source, *, report: str = "") -> None:
        """Store one more report of an alert; a feed that is listed already is not listed again.

        Where each report of a feed counts, `report` names it, and it is the report that is listed once.
        """
        taken = select(func.count()).select_from(alert_sources).where(alert_sources.c.alert_id == alert_id)
        row = {
            "alert_id": alert_id,
            "position": self._connection.execute(taken).scalar_one(),
            "feed_id": source.feed_id,
            "feed_title": source.feed_title,
            "title": source.title,
            "url": source.url,
            "published": source.published,
            "seen_at": source.seen_at,
            "language": source.language,
            "report": report,
            "publisher": source.publisher,
            "agency": source.agency,
            "copy_of": source.copy_of,
            "item_id": source.item_id,
            "withdrawn_at": source.withdrawn_at,
        }
        insert_new(self._connection, alert_sources, [row])

    def grow(self, alert_id: str, *, places: Iterable[tuple[str, str]], at: datetime) -> None:
        """Note that an alert has grown, and the places that its reports now name, most telling first."""
        kept = [list(pair) for pair in places][:_MOST_PLACES]
        self._connection.execute(
            update(alerts).where(alerts.c.id == alert_id).values(places=kept, updated_at=at)
        )

    def mark_withdrawn(self, alert_id: str, feed_id: str, *, at: datetime | None) -> None:
        """Note when a feed took its report back, or with None that it stands again."""
        one = (alert_sources.c.alert_id == alert_id, alert_sources.c.feed_id == feed_id)
        self._connection.execute(update(alert_sources).where(*one).values(withdrawn_at=at))
        if at is not None:
            self._connection.execute(update(alerts).where(alerts.c.id == alert_id).values(updated_at=at))

    def move(self, alert_id: str, story_id: str) -> None:
        """Let an alert be about another story, which has none of its rule."""
        self._connection.execute(update(alerts).where(alerts.c.id == alert_id).values(story_id=story_id))

    def mark_merged(self, alert_id: str, *, into: str, at: datetime) -> None:
        """Note that a person has merged an alert into another one."""
        self._connection.execute(
            update(alerts).where(alerts.c.id == alert_id).values(merged_into=into, updated_at=at)
        )

    def rewrite(self, alert: Alert) -> None:
        """Replace what an alert says and lists; what happened to it and what people said to it stays."""
        fixed = ("id", "story_id", "rule", "created_at")
        values = {name: value for name, value in _columns(alert).items() if name not in fixed}
        self._connection.execute(update(alerts).where(alerts.c.id == alert.id).values(values))
        self._connection.execute(delete(alert_sources).where(alert_sources.c.alert_id == alert.id))
        for source in alert.sources:
            self.add_source(alert.id, source)

    def restate(self, alert_id: str, *, headline: str, at: datetime) -> None:
        """Give an alert that has grown a headline that says so."""
        self._connection.execute(
            update(alerts).where(alerts.c.id == alert_id).values(headline=headline, updated_at=at)
        )

    def count(self) -> int:
        """Count stored alerts, but for those that came too late and were told nobody."""
        query = select(func.count()).select_from(alerts).where(_is_shown())
        return int(self._connection.execute(query).scalar_one())

    def _with_sources(self, rows: Iterable[Row[Any]]) -> list[Alert]:
        rows = list(rows)
        listed: dict[str, list[Source]] = {row.id: [] for row in rows}
        query = (
            select(alert_sources)
            .where(alert_sources.c.alert_id.in_(list(listed)))
            .order_by(alert_sources.c.alert_id, alert_sources.c.position)
        )
        for row in self._connection.execute(query):
            listed[row.alert_id].append(_source(row))
        answers = AnswerRows(self._connection).of(listed) if rows else {}
        events = LifeRows(self._connection).of(listed) if rows else {}
        return [
            _alert(row, tuple(listed[row.id]), answers.get(row.id, ()), events.get(row.id, ()))
            for row in rows
        ]


def _columns(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "story_id": alert.story_id,
        "rule": alert.rule,
        "rule_title": alert.rule_title,
        "severity": int(alert.severity),
        "tags": list(alert.tags),
        "headline": alert.headline,
        "url": alert.url,
        "quote": alert.quote,
        "highlights": [list(pair) for pair in alert.highlights],
        "title_highlights": [list(pair) for pair in alert.title_highlights],
        "language": alert.language,
        "places": [list(pair) for pair in alert.places],
        "evidence": [evidence_to_json(e) for e in alert.evidence],
        "item_id": alert.item_id,
        "is_edit": alert.is_edit,
        "tlp": alert.tlp.label if alert.tlp is not None else None,
        "feed_tags": list(alert.feed_tags),
        "is_full_text": alert.is_full_text,
        "created_at": alert.created_at,
        "updated_at": alert.updated_at,
        "closed_at": alert.closed_at,
        "merged_into": alert.merged_into,
        "is_late": alert.is_late,
    }


def _is_held() -> ColumnElement[bool]:
    """Choose alerts with deliveries all of which are kept back."""
    of_alert = select(deliveries.c.id).where(deliveries.c.alert_id == alerts.c.id)
    others = of_alert.where(deliveries.c.state != DeliveryState.HELD.value)
    return and_(of_alert.exists(), ~others.exists())


def _is_shown() -> ColumnElement[bool]:
    return ~and_(alerts.c.is_late, _is_held())


def _alert(
    row: Row[Any],
    sources: tuple[Source, ...],
    answers: tuple[Answer, ...],
    events: tuple[LifeEvent, ...],
) -> Alert:
    return Alert(
        id=row.id,
        story_id=row.story_id,
        rule=row.rule,
        rule_title=row.rule_title,
        severity=Severity(row.severity),
        tags=tuple(row.tags),
        headline=row.headline,
        url=row.url,
        quote=row.quote,
        highlights=tuple((start, end) for start, end in row.highlights),
        title_highlights=tuple((start, end) for start, end in row.title_highlights),
        language=row.language,
        sources=sources,
        places=tuple((name, country) for name, country in row.places),
        created_at=row.created_at,
        updated_at=row.updated_at,
        item_id=row.item_id,
        is_edit=row.is_edit,
        is_full_text=row.is_full_text,
        evidence=tuple(evidence_from_json(data) for data in row.evidence),
        tlp=Tlp.parse(row.tlp) if row.tlp is not None else None,
        feed_tags=tuple(row.feed_tags),
        answers=answers,
        events=events,
        closed_at=row.closed_at,
        merged_into=row.merged_into,
        is_late=row.is_late,
    )


def _source(row: Row[Any]) -> Source:
    return Source(
        feed_id=row.feed_id,
        feed_title=row.feed_title,
        title=row.title,
        url=row.url,
        published=row.published,
        seen_at=row.seen_at,
        language=row.language,
        publisher=row.publisher,
        agency=row.agency,
        copy_of=row.copy_of,
        item_id=row.item_id,
        withdrawn_at=row.withdrawn_at,
    )
