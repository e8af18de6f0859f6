"""Which channels hear of an alert.

In: an `Alert` and the routes in the order of the configuration. Out: names of channels. Called by the pipeline when
it writes the rows of the outbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from watcher.types import Alert, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Matchers and the channels behind them; an empty matcher lets everything through.

    `severities`: the alert's is one of them. `tags`: the alert has at least one of them. `rules`: the alert's rule id
    is one of these ids or fits one of these globs (`tunisia-*`). `is_continuing` lets later routes be tried as well.
    """

    to: tuple[str, ...]
    severities: frozenset[Severity] = frozenset()
    tags: frozenset[str] = frozenset()
    rules: tuple[str, ...] = ()
    is_continuing: bool = False

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
    channels: dict[str, None] = {}
    for route in routes:
        if not route.takes(alert):
            continue
        channels.update(dict.fromkeys(route.to))
        if not route.is_continuing:
            break
    return tuple(channels)
