"""Which channels hear of an alert, and when.

In: an `Alert` and the routes in the order of the configuration. Out: names of channels with the time from which each
may be sent. Called by `announce` when it writes the rows of the outbox, and by `routes test`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from watcher.alert.matchers import Matchers
from watcher.alert.quiet import QuietHours
from watcher.types import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Matchers and the channels behind them.

    `is_continuing` lets later routes be tried as well. `quiet` is when its alerts wait.
    """

    to: tuple[str, ...]
    when: Matchers = field(default_factory=Matchers)
    is_continuing: bool = False
    quiet: QuietHours | None = None

    def takes(self, alert: Alert) -> bool:
        """Say whether the alert goes this way."""
        return self.when.takes(alert)


def channels_for(alert: Alert, routes: Sequence[Route]) -> tuple[str, ...]:
    """Give the channels of the first route that takes the alert, and of those that it continues to.

    Each channel is named once, in the order of the routes; no route that takes it gives no channel.
    """
    return tuple(dict.fromkeys(channel for route in taking(alert, routes) for channel in route.to))


def send_times(alert: Alert, routes: Sequence[Route], now: datetime) -> dict[str, datetime]:
    """Give the channels that hear of an alert, each with the time from which it may be sent there.

    That is `now`, or the end of the route's quiet hours; a channel that two routes lead to hears at the earlier time.
    """
    times: dict[str, datetime] = {}
    for route in taking(alert, routes):
        wait = route.quiet.until(alert.severity, now) if route.quiet is not None else None
        for channel in route.to:
            times[channel] = min(times.get(channel, wait or now), wait or now)
    return times


def taking(alert: Alert, routes: Sequence[Route]) -> Iterator[Route]:
    """Give the routes that an alert goes, in order."""
    for route in routes:
        if route.takes(alert):
            yield route
            if not route.is_continuing:
                return
