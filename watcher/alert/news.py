"""The words for what happens to an alert: one line for each event, the same in every channel and command.

In: `LifeEvent`s. Out: inert, bounded text. Pure; called where news is queued and where an alert is shown.
"""

from __future__ import annotations

from collections.abc import Iterable

from watcher.alert.inert import cut, inert, isolated
from watcher.types import LifeEvent, LifeKind, LifeReason, Severity

_DETAIL = 120

_SAID: dict[tuple[LifeKind, LifeReason], str] = {
    (LifeKind.REPORTED, LifeReason.FIRST_REPORT): "first reported by {detail}",
    (LifeKind.JOINED, LifeReason.ANOTHER_SOURCE): "also reported by {detail}",
    (
        LifeKind.CORROBORATED,
        LifeReason.INDEPENDENT_PUBLISHERS,
    ): "corroborated: {number} independent publishers, the last {detail}",
    (LifeKind.ESCALATED, LifeReason.MORE_SEVERE_RULE): "escalated: {severity}, {detail}",
    (LifeKind.ESCALATED, LifeReason.RATE_RULE): "escalated: {detail}",
    (LifeKind.ESCALATED, LifeReason.CASUALTIES): "escalated: {number} killed, says {detail}",
    (LifeKind.CORRECTED, LifeReason.MARKED_CORRECTED): "corrected by {detail}",
    (LifeKind.RETRACTED, LifeReason.MARKED_WITHDRAWN): "{detail} has withdrawn its report; others stand by theirs",
    (LifeKind.RETRACTED, LifeReason.NO_LONGER_MATCHES): "{detail} has edited its report, which no longer matches",
    (LifeKind.RETRACTED, LifeReason.TAKEN_DOWN): "{detail} has taken its report down; others stand by theirs",
    (LifeKind.WITHDRAWN, LifeReason.TAKEN_DOWN): "withdrawn: {detail} has taken its report down",
    (LifeKind.WITHDRAWN, LifeReason.MARKED_WITHDRAWN): "withdrawn by {detail}",
    (LifeKind.WITHDRAWN, LifeReason.NO_LONGER_MATCHES): "withdrawn: {detail} has edited its report, which no longer matches",
    (LifeKind.RESTORED, LifeReason.MATCHES_AGAIN): "in force again: {detail} has edited its report, which matches",
    (LifeKind.RESTORED, LifeReason.ANOTHER_SOURCE): "in force again: reported by {detail}",
    (LifeKind.REOPENED, LifeReason.ANOTHER_SOURCE): "open again: reported by {detail}",
    (LifeKind.REMINDED, LifeReason.STILL_REPORTED): "still reported, the last by {detail}",
    (LifeKind.CLOSED, LifeReason.QUIET): "closed: nothing more has come",
    (LifeKind.MERGED, LifeReason.PERSON): "merged by {detail}",
    (LifeKind.SPLIT, LifeReason.PERSON): "split by {detail}",
}  # fmt: skip


def said(event: LifeEvent) -> str:
    """Put an event into words: `corroborated: 3 independent publishers, the last Example Wire`."""
    words = _SAID.get((event.kind, event.reason), "{kind}: {detail}")
    number = event.number or 0
    return words.format(
        kind=event.kind.value,
        detail=isolated(cut(inert(event.detail).strip(), _DETAIL)) or "a source",
        number=number,
        severity=Severity(min(max(number, 0), int(Severity.CRITICAL))).label,
    )


def news_of(events: Iterable[LifeEvent]) -> str:
    """Put the events that people are told of into one line; empty when there are none."""
    line = "; ".join(said(event) for event in events if event.is_told)
    return line[:1].upper() + line[1:]
