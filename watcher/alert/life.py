"""What happens to an alert as its story goes on, and who is told of it.

Pure. In go an alert as it stands and what came, out come events with their reasons. People are told when the alert's level
changes, and where its rule asks to be reminded; everything else only changes what the messages show. Called by `reporter`,
which stores the events and queues what follows from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.alert.independence import independent
from watcher.alert.retraction import Mark
from watcher.types import Alert, LifeEvent, LifeKind, LifeReason, Severity, Source

MOST_EVENTS = 200
"""So many are kept of one alert; further ones that nobody is told of are not."""
MOST_TOLD = 12
"""So often people are told that one alert has changed: a feed that goes to and fro must not ring for ever."""

LEVELS = frozenset(
    {
        LifeKind.CORROBORATED,
        LifeKind.ESCALATED,
        LifeKind.CORRECTED,
        LifeKind.WITHDRAWN,
        LifeKind.RESTORED,
        LifeKind.REOPENED,
    }
)
"""Changes of level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A report that an alert takes up.

    `source` is None where its feed is listed already. `outlet` is the name of its feed. `killed` is how many people it says
    were killed. `is_edit` says that the item itself is not new.
    """

    outlet: str
    source: Source | None = None
    mark: Mark | None = None
    killed: int | None = None
    is_edit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an alert stands, as its events say."""

    is_corroborated: bool = False
    is_withdrawn: bool = False
    killed: int = 0
    severity: Severity | None = None
    told: int = 0
    told_at: datetime | None = None

    @classmethod
    def of(cls, events: Sequence[LifeEvent]) -> Standing:
        """Read it from what has happened, oldest first."""
        found = cls()
        for event in events:
            found = found.after(event)
        return found

    def after(self, event: LifeEvent) -> Standing:
        """Give it with one more event."""
        kind, number = event.kind, event.number or 0
        counts_killed = event.reason in (LifeReason.CASUALTIES, LifeReason.FIRST_REPORT)
        is_graver = event.reason is LifeReason.MORE_SEVERE_RULE
        return Standing(
            is_corroborated=self.is_corroborated or kind is LifeKind.CORROBORATED,
            is_withdrawn=kind is LifeKind.WITHDRAWN or (self.is_withdrawn and kind is not LifeKind.RESTORED),
            killed=max(self.killed, number) if counts_killed else self.killed,
            severity=Severity(number) if is_graver else self.severity,
            told=self.told + (event.is_told and kind in LEVELS),
            told_at=event.at if event.is_told else self.told_at,
        )


def stage(alert: Alert) -> str:
    """Say in a word or two how an alert stands: `reported`, `corroborated, escalated`, `withdrawn`, `late`, `closed`, `merged`."""
    if alert.merged_into is not None:
        return LifeKind.MERGED.value
    if Standing.of(alert.events).is_withdrawn:
        return LifeKind.WITHDRAWN.value
    if alert.is_late:
        return "late"
    if alert.closed_at is not None:
        return LifeKind.CLOSED.value
    kinds = (LifeKind.CORROBORATED, LifeKind.ESCALATED, LifeKind.CORRECTED)
    found = [kind.value for kind in kinds if any(event.kind is kind for event in alert.events)]
    return ", ".join(found) or LifeKind.REPORTED.value


def opened(*, killed: int | None, outlet: str, at: datetime) -> LifeEvent:
    """Give the event that begins every alert: it is told as the alert itself."""
    return LifeEvent(
        kind=LifeKind.REPORTED,
        reason=LifeReason.FIRST_REPORT,
        at=at,
        detail=outlet,
        number=killed,
        is_told=True,
    )


def taken_up(
    alert: Alert, report: Reported, *, corroborated_by: int, remind: timedelta | None, now: datetime
) -> tuple[LifeEvent, ...]:
    """Say what one more report means.

    Args:
        alert: as it was, with its events; the report's source is not yet among its own.
        report: what came. One that is late, or from an archive, is never asked about.
        corroborated_by: how many independent publishers make it corroborated.
        remind: after how long without a word people are told that it goes on; None for never.
        now: the time of the poll.
    """
    found = _taken_up(alert, report, corroborated_by, now)
    if found or report.is_edit:
        return told(alert, found)
    standing = Standing.of(alert.events)
    since = standing.told_at or alert.created_at
    if remind is not None and now - since >= remind:
        return told(alert, [_event(LifeKind.REMINDED, LifeReason.STILL_REPORTED, now, report.outlet)])
    if report.source is None:
        return ()
    return told(alert, [_event(LifeKind.JOINED, LifeReason.ANOTHER_SOURCE, now, report.outlet)])


def amended(alert: Alert, report: Reported, *, now: datetime) -> tuple[LifeEvent, ...]:
    """Say what it means that a late report corrects what was told: that it is told, and nothing else of it counts."""
    return told(alert, list(_corrected(alert, report, now)))


def joined_by_hand(
    alert: Alert, sources: Sequence[Source], *, corroborated_by: int, now: datetime
) -> tuple[LifeEvent, ...]:
    """Say what it means that a person has put the reports of two alerts together.

    Args:
        alert: the one that stays, as it was before.
        sources: those of both.
        corroborated_by: how many independent publishers make it corroborated.
        now: the time.
    """
    number = independent(sources)
    if not sources or number < corroborated_by or Standing.of(alert.events).is_corroborated:
        return ()
    outlet = sources[-1].feed_title
    event = _event(LifeKind.CORROBORATED, LifeReason.INDEPENDENT_PUBLISHERS, now, outlet)
    return told(alert, [replace(event, number=number)])


def taken_back(
    alert: Alert, sources: Sequence[Source], *, outlet: str, reason: LifeReason, now: datetime
) -> tuple[LifeEvent, ...]:
    """Say what it means that a report is taken back.

    Args:
        alert: as it was before.
        sources: those of the alert, as they are now.
        outlet: whose report it was.
        reason: how: its headline says so, an edit left nothing of what the rule looks for, or it was taken down.
        now: the time of the poll.
    """
    stands = any(source.withdrawn_at is None for source in sources)
    kind = LifeKind.RETRACTED if stands else LifeKind.WITHDRAWN
    if kind is LifeKind.WITHDRAWN and Standing.of(alert.events).is_withdrawn:
        return ()
    return told(alert, [_event(kind, reason, now, outlet)])


def outdone(alert: Alert, severity: Severity, *, rule_title: str, now: datetime) -> tuple[LifeEvent, ...]:
    """Say what it means for an alert that a rule of this severity now holds on its story."""
    known = Standing.of(alert.events).severity
    if severity <= max(alert.severity, known if known is not None else alert.severity):
        return ()
    reason = LifeReason.MORE_SEVERE_RULE
    return told(alert, [replace(_event(LifeKind.ESCALATED, reason, now, rule_title), number=int(severity))])


def surged(alert: Alert, *, headline: str, now: datetime) -> tuple[LifeEvent, ...]:
    """Say what it means for an alert that a rule over time fires on its last report."""
    return told(alert, [_event(LifeKind.ESCALATED, LifeReason.RATE_RULE, now, headline)])


def quietened(alert: Alert, *, now: datetime) -> tuple[LifeEvent, ...]:
    """Close an alert to which nothing has come for long; one that is closed stays as it is."""
    return (
        told(alert, [_event(LifeKind.CLOSED, LifeReason.QUIET, now, "")]) if alert.closed_at is None else ()
    )


def told(alert: Alert, events: Sequence[LifeEvent]) -> tuple[LifeEvent, ...]:
    """Mark the events that people are told of, and leave out those that nobody would miss in a long life."""
    standing = Standing.of(alert.events)
    marked: list[LifeEvent] = []
    for event in events:
        is_told = event.kind is LifeKind.REMINDED or (event.kind in LEVELS and standing.told < MOST_TOLD)
        if is_told or len(alert.events) + len(marked) < MOST_EVENTS:
            marked.append(replace(event, is_told=is_told))
            standing = standing.after(marked[-1])
    return tuple(marked)


def _taken_up(alert: Alert, report: Reported, corroborated_by: int, now: datetime) -> list[LifeEvent]:
    return [
        *_back(alert, report, now),
        *_corroborated(alert, report, corroborated_by, now),
        *_deadlier(alert, report, now),
        *_corrected(alert, report, now),
    ]


def _back(alert: Alert, report: Reported, now: datetime) -> Iterator[LifeEvent]:
    """An alert that was withdrawn or closed is in force again; a copy of what was told does not open it."""
    is_voice = report.source is not None and report.source.copy_of is None
    if Standing.of(alert.events).is_withdrawn:
        reason = LifeReason.ANOTHER_SOURCE if report.source is not None else LifeReason.MATCHES_AGAIN
        yield _event(LifeKind.RESTORED, reason, now, report.outlet)
    elif alert.closed_at is not None and is_voice:
        yield _event(LifeKind.REOPENED, LifeReason.ANOTHER_SOURCE, now, report.outlet)


def _corroborated(alert: Alert, report: Reported, least: int, now: datetime) -> Iterator[LifeEvent]:
    if report.source is None or Standing.of(alert.events).is_corroborated:
        return
    number = independent((*alert.sources, report.source))
    if number >= least:
        event = _event(LifeKind.CORROBORATED, LifeReason.INDEPENDENT_PUBLISHERS, now, report.outlet)
        yield replace(event, number=number)


def _deadlier(alert: Alert, report: Reported, now: datetime) -> Iterator[LifeEvent]:
    """More people killed than was told before, by half: outlets differ by one or two."""
    before, killed = Standing.of(alert.events).killed, report.killed or 0
    if killed > before and 2 * killed >= 3 * before:
        event = _event(LifeKind.ESCALATED, LifeReason.CASUALTIES, now, report.outlet)
        yield replace(event, number=killed)


def _corrected(alert: Alert, report: Reported, now: datetime) -> Iterator[LifeEvent]:
    """A correction is told once of each outlet."""
    event = _event(LifeKind.CORRECTED, LifeReason.MARKED_CORRECTED, now, report.outlet)
    known = any(one.kind is event.kind and one.detail == event.detail for one in alert.events)
    if report.mark is Mark.CORRECTED and not known:
        yield event


def _event(kind: LifeKind, reason: LifeReason, at: datetime, detail: str) -> LifeEvent:
    return LifeEvent(kind=kind, reason=reason, at=at, detail=detail[:200])
