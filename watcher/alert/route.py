"""Which channels hear of an alert, and when.

In: an `Alert` and the routes in the order of the configuration. Out: names of channels with the time from which each
may be sent. Called by `announce` when it writes the rows of the outbox, and by `routes test`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from watcher.alert.digest import Schedule
from watcher.alert.matchers import Matchers
from watcher.alert.quiet import QuietHours
from watcher.types import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Matchers and the channels behind them.

    `is_continuing` lets later routes be tried as well. `quiet` is when its alerts wait; with a `digest` schedule they
    are told together.
    """

    to: tuple[str, ...]
    when: Matchers = field(default_factory=Matchers)
    is_continuing: bool = False
    quiet: QuietHours | None = None
    digest: Schedule | None = None

    def takes(self, alert: Alert) -> bool:
        """Say whether the alert goes this way."""
        return self.when.takes(alert)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a channel hears of an alert; `reason` says why that is later than now, `is_digest` that it is with others."""

    channel: str
    at: datetime
    is_digest: bool = False
    reason: str | None = None


def channels_for(alert: Alert, routes: Sequence[Route]) -> tuple[str, ...]:
    """Give the channels of the first route that takes the alert, and of those that it continues to.

    Each channel is named once, in the order of the routes; no route that takes it gives no channel.
    """
    return tuple(dict.fromkeys(channel for route in taking(alert, routes) for channel in route.to))


def dues(alert: Alert, routes: Sequence[Route], now: datetime) -> tuple[Due, ...]:
    """Say when the channels of the routes hear of an alert: now, after the quiet hours, with the next digest.

    A channel that two routes lead to hears at the earlier time.
    """
    found: dict[str, Due] = {}
    for route in taking(alert, routes):
        for channel in route.to:
            due = _due(channel, route, alert, now)
            if channel not in found or due.at < found[channel].at:
                found[channel] = due
    return tuple(found.values())


def _due(channel: str, route: Route, alert: Alert, now: datetime) -> Due:
    quiet_until = route.quiet.until(alert.severity, now) if route.quiet is not None else None
    if route.digest is not None:
        at = route.digest.next_after(quiet_until or now)
        return Due(channel=channel, at=at, is_digest=True, reason=f"digest {route.digest.label}")
    if quiet_until is not None:
        return Due(
            channel=channel, at=quiet_until, reason=f"quiet hours until {quiet_until:%Y-%m-%d %H:%M} UTC"
        )
    return Due(channel=channel, at=now)


def taking(alert: Alert, routes: Sequence[Route]) -> Iterator[Route]:
    """Give the routes that an alert goes, in order."""
    for route in routes:
        if route.takes(alert):
            yield route
            if not route.is_continuing:
                return
