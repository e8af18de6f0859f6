"""What an alert must be to be meant: the matchers that routes, silences and inhibitions share.

Pure. In go an alert and matchers, out comes whether they hold, and which do not. Called by `route`, `hold` and the
commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase

from watcher.types import Alert, Severity, Tlp


@dataclass(frozen=True, slots=True, kw_only=True)
class Matchers:
    """Each matcher that is given must hold, by any one of its values; an empty one lets everything through.

    Named as in the configuration. `rule`: ids or globs (`tunisia-*`). `place`: ISO 3166-1 codes (`TN`) of countries
    that the alert's places lie in, or names of its places. `language`: of the first report, ISO 639-1. `feed_tag`: of
    the feed that reported first. `story`: ids of alerts or of their stories.
    """

    severity: frozenset[Severity] = frozenset()
    tags: frozenset[str] = frozenset()
    rule: tuple[str, ...] = ()
    place: frozenset[str] = frozenset()
    language: frozenset[str] = frozenset()
    feed_tag: frozenset[str] = frozenset()
    tlp: frozenset[Tlp] = frozenset()
    story: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))

    def takes(self, alert: Alert) -> bool:
        """Say whether all matchers hold."""
        return next(self._failing(alert), None) is None

    def failing(self, alert: Alert) -> tuple[str, ...]:
        """Name the matchers that do not hold."""
        return tuple(self._failing(alert))

    def _failing(self, alert: Alert) -> Iterator[str]:
        if self.severity and alert.severity not in self.severity:
            yield "severity"
        if self.tags and self.tags.isdisjoint(alert.tags):
            yield "tags"
        if self.rule and not any(fnmatchcase(alert.rule, pattern) for pattern in self.rule):
            yield "rule"
        if self.place and not any(self._is_there(*place) for place in alert.places):
            yield "place"
        if self.language and alert.language not in self.language:
            yield "language"
        if self.feed_tag and self.feed_tag.isdisjoint(alert.feed_tags):
            yield "feed_tag"
        if self.tlp and alert.tlp not in self.tlp:
            yield "tlp"
        if self.story and self.story.isdisjoint((alert.id, alert.story_id)):
            yield "story"

    def _is_there(self, name: str, country: str) -> bool:
        return country in self.place or name.casefold() in {one.casefold() for one in self.place}
