"""Why an alert is kept from a channel although a route leads there: a silence, a graver alert, a mark.

Pure. In go the alert, what else is told of its story, and the rules of the house; out comes the reason, which the
ledger keeps. Called by `announce` when it writes the rows of the outbox, and by `routes test`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from watcher.alert.matchers import Matchers
from watcher.types import Alert, Severity, Tlp


class HoldReason(StrEnum):
    """The word that a held delivery's reason begins with; logged and counted."""

    SILENCE = "silence"
    INHIBITION = "inhibited"
    TLP = "tlp"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A reason, and the words that say it to a person."""

    reason: HoldReason
    detail: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


def lateness(published: datetime, matched_at: datetime) -> Hold:
    """Say that a report was older than its rule's `max_age` when it matched."""
    days, rest = divmod(int((matched_at - published).total_seconds()), 86_400)
    age = f"{days} d {rest // 3600} h" if days else f"{rest // 3600} h {rest % 3600 // 60} min"
    detail = f"published {published:%Y-%m-%d %H:%M} UTC, {age} old when it matched, which the rule's max_age excludes"
    return Hold(reason=HoldReason.LATE, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A time in which alerts that the matchers take are told nobody: `starts_at` inclusive, `ends_at` exclusive.

    `expired_at` is when a person ended it early. Ended silences are kept: they say why something was not told.
    """

    id: str
    when: Matchers
    starts_at: datetime
    ends_at: datetime
    author: str
    comment: str
    created_at: datetime
    expired_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        """Say whether it holds now."""
        return self.starts_at <= now < (self.expired_at or self.ends_at)

    def is_over(self, now: datetime) -> bool:
        """Say whether it will never hold again."""
        return now >= (self.expired_at or self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibition:
    """An alert that `by` takes mutes the alerts of the same story that `mutes` takes and that are less severe."""

    by: Matchers
    mutes: Matchers = field(default_factory=Matchers)


CRITICAL_MUTES_LESSER = (Inhibition(by=Matchers(severity=frozenset({Severity.CRITICAL}))),)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What holds for all routes: inhibitions, and by channel the strictest mark that it may be told (`ceilings`)."""

    inhibitions: Sequence[Inhibition] = CRITICAL_MUTES_LESSER
    ceilings: Mapping[str, Tlp] = field(default_factory=dict)


def hold(
    alert: Alert,
    channel: str,
    house: House,
    *,
    silences: Sequence[Silence],
    siblings: Sequence[Alert],
    now: datetime,
) -> Hold | None:
    """Say why an alert is not told on a channel now, None when it is.

    Args:
        alert: about to be told.
        channel: where.
        house: inhibitions and ceilings.
        silences: those that may hold now.
        siblings: the other alerts on its story.
        now: aware, UTC.
    """
    ceiling = house.ceilings.get(channel)
    if ceiling is not None and alert.tlp is not None and alert.tlp > ceiling:
        detail = f"TLP:{alert.tlp.label.upper()} is above this channel's TLP:{ceiling.label.upper()}"
        return Hold(reason=HoldReason.TLP, detail=detail)
    for silence in silences:
        if silence.is_active(now) and silence.when.takes(alert):
            detail = f"{silence.id} by {silence.author} until {silence.ends_at:%Y-%m-%d %H:%M} UTC"
            said = f" ({silence.comment})" if silence.comment else ""
            return Hold(reason=HoldReason.SILENCE, detail=detail + said)
    graver = _graver(alert, house.inhibitions, siblings)
    if graver is not None:
        detail = f"{graver.id} on the same story is {graver.severity.label} ({graver.rule})"
        return Hold(reason=HoldReason.INHIBITION, detail=detail)
    return None


def _graver(alert: Alert, inhibitions: Sequence[Inhibition], siblings: Sequence[Alert]) -> Alert | None:
    muting = [one for one in inhibitions if one.mutes.takes(alert)]
    for sibling in siblings:
        if sibling.severity > alert.severity and any(one.by.takes(sibling) for one in muting):
            return sibling
    return None
