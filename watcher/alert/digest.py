"""Alerts told together: when a digest is due, and what it shows.

Pure. `Interval` and `Budget` are read by `route` and `announce`; in go the alerts of a digest, out comes a `DigestCard`,
which each format (`render`, `digest_blocks`, the mail's page) lays out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from watcher.alert.card import Card, card
from watcher.types import Alert, Digest, Severity

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Schedule(Protocol):
    """When digests go out."""

    @property
    def label(self) -> str:
        """How a person says it: `every 1h`."""
        ...

    def next_after(self, now: datetime) -> datetime:
        """Give the first time after `now` (aware, UTC) at which a digest is due."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Every so often, at whole multiples of the interval since 1970 in UTC: `1h` is at each full hour."""

    every: timedelta
    label: str

    def next_after(self, now: datetime) -> datetime:
        return _EPOCH + ((now - _EPOCH) // self.every + 1) * self.every


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many alerts a channel is told one by one in each `per`; those above it go into one digest at its end.

    `exceptions` are severities that are told one by one all the same, and count.
    """

    alerts: int
    per: timedelta
    label: str
    exceptions: frozenset[Severity] = frozenset()

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        """Give the begin and end of the present window: whole multiples of `per` since 1970 in UTC."""
        begin = _EPOCH + ((now - _EPOCH) // self.per) * self.per
        return begin, begin + self.per


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The alerts of one rule, newest first; `more` counts those that are not listed."""

    rule: str
    rule_title: str
    severity: Severity
    cards: tuple[Card, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestCard:
    """What is shown of a digest: its rules, gravest first. `more` counts the alerts that are in no group."""

    title: str
    reason: str
    severity: Severity
    groups: tuple[Group, ...]
    more: int


def digest_card(digest: Digest, *, limit: int) -> DigestCard:
    """Prepare a digest for showing.

    Args:
        digest: at least one alert.
        limit: how many alerts are listed, at most.
    """
    alerts = sorted(
        digest.alerts, key=lambda one: (-one.severity, one.rule, -one.created_at.timestamp(), one.id)
    )
    listed = alerts[:limit]
    counts = Counter(alert.rule for alert in alerts)
    return DigestCard(
        title=_title(alerts, digest.total),
        reason=digest.reason,
        severity=alerts[0].severity,
        groups=tuple(
            _group([one for one in listed if one.rule == rule], counts[rule])
            for rule in dict.fromkeys(alert.rule for alert in listed)
        ),
        more=digest.total - sum(counts[rule] for rule in {alert.rule for alert in listed}),
    )


def _group(alerts: Sequence[Alert], count: int) -> Group:
    cards = tuple(card(alert) for alert in alerts)
    return Group(
        rule=cards[0].rule,
        rule_title=cards[0].rule_title,
        severity=max(alert.severity for alert in alerts),
        cards=cards,
        more=count - len(cards),
    )


def _title(alerts: Sequence[Alert], total: int) -> str:
    marks = [alert.tlp for alert in alerts if alert.tlp is not None]
    mark = f"TLP:{max(marks).label.upper()} · " if marks else ""
    stories = len({alert.story_id for alert in alerts})
    told = "1 alert" if total == 1 else f"{total} alerts"
    about = f" on {stories} {'story' if stories == 1 else 'stories'}" if total == len(alerts) else ""
    return f"{mark}{alerts[0].severity.label.upper()} · {told}{about}"
