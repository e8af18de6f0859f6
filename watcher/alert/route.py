"""Which channels hear of an alert.

In: an `Alert` and the routes in the order of the configuration. Out: names of channels. Called by the pipeline when
it writes the rows of the outbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from watcher.alert.quiet import QuietHours
from watcher.types import Alert, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Matchers and the channels behind them; an empty matcher lets everything through.

    `severities`: the alert's is one of them. `tags`: the alert has at least one of them. `rules`: the alert's rule id
    is one of these ids or fits one of these globs (`tunisia-*`). `is_continuing` lets later routes be tried as well.
    `quiet` is when its alerts wait.
    """

    to: tuple[str, ...]
    severities: frozenset[Severity] = frozenset()
    tags: frozenset[str] = frozenset()
    rules: tuple[str, ...] = ()
    is_continuing: bool = False
    quiet: QuietHours | None = None

    def takes(self, alert: Alert) -> bool:
        """Say whether all matchers hold."""
        return (
            (not self.severities or alert.severity in self.severities)
            and (not self.tags or not self.tags.isdisjoint(alert.tags))
            and (not self.rules or any(fnmatchcase(alert.rule, pattern) for pattern in self.rules))
        )


def channels_for(alert: Alert, routes: Sequence[Route]) -> tuple[str, ...]:
    """Give the channels of the first route that takes the alert, and of those that it continues to.

    Each channel is named once, in the order of the routes; no route that takes it gives no channel.
    """
    return tuple(dict.fromkeys(channel for route in _taking(alert, routes) for channel in route.to))


def send_times(alert: Alert, routes: Sequence[Route], now: datetime) -> dict[str, datetime]:
    """Give the channels that hear of an alert, each with the time from which it may be sent there.

    That is `now`, or the end of the route's quiet hours; a channel that two routes lead to hears at the earlier time.
    """
    times: dict[str, datetime] = {}
    for route in _taking(alert, routes):
        wait = route.quiet.until(alert.severity, now) if route.quiet is not None else None
        for channel in route.to:
            times[channel] = min(times.get(channel, wait or now), wait or now)
    return times


def _taking(alert: Alert, routes: Sequence[Route]) -> Iterator[Route]:
    for route in routes:
        if route.takes(alert):
            yield route
            if not route.is_continuing:
                return
