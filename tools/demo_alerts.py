"""The alerts of the demo as values: what the pictures of the documentation show.

In: the sample feeds and what they must raise. Out: alerts, made by the service's own parts. Used by `alert_picture` and
`screens`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from watcher.alert.compose import begin
from watcher.analysis import Analysis
from watcher.config.load import Config, load
from watcher.demo.timeline import Seeds, read_seeds
from watcher.ingest.parse import parse
from watcher.types import Alert, Analysed, Feed, Fetched, Source

ROOT = Path(__file__).parents[1]


class DemoAlerts:
    """Makes alerts from reports of the sample feeds."""

    def __init__(self) -> None:
        self._config: Config = load(ROOT / "seeds" / "watcher.yml", environ={})
        self._seeds: Seeds = read_seeds(ROOT / "seeds")
        config = self._config
        self._analysis = Analysis(rules=config.rules, lists=config.lists, places=config.places)

    def event(self, name: str, *, first_language: str | None = None) -> Alert:
        """Give the alert on an event; with `first_language` as if a report in that language had been the first."""
        expected = yaml.safe_load((ROOT / "seeds" / "expected.yml").read_text("utf-8"))["alerts"]
        (event,) = (one for one in expected if one["event"] == name)
        seen = self._seen(event["reports"])
        if first_language is not None:
            seen.sort(key=lambda report: report[1].language != first_language)
        return _alert(name, seen, rule=event["rule"])

    def _seen(self, reports: Sequence[dict[str, Any]]) -> list[tuple[Feed, Analysed]]:
        feeds = {feed.id: feed for feed in self._config.feeds}
        appeared = {(step.feed, step.entry): step.at for step in self._seeds.timeline.appear}
        pairs = [(report["feed"], report["entry"]) for report in reports]
        return [
            (feeds[feed], self._analysed(feeds[feed], entry, at=appeared[feed, entry]))
            for position, (feed, entry) in enumerate(pairs)
            if feed not in [earlier for earlier, _ in pairs[:position]]  # an outlet counts once
        ]

    def _analysed(self, feed: Feed, entry: str, *, at: timedelta) -> Analysed:
        now: datetime = self._seeds.timeline.written_at + at
        document = self._seeds.documents[feed.id]
        others = [other for other in document.entries if other != entry]
        fetched = Fetched(
            feed_id=feed.id,
            url=feed.url,
            status=200,
            headers={"content-type": document.media_type},
            body=document.at(hidden=others, edited={}, shift=timedelta()),
            fetched_at=now,
            elapsed=timedelta(),
        )
        [item] = parse(fetched, seen_at=now).items
        return self._analysis.analyse(item, feed, now)


def _alert(name: str, seen: Sequence[tuple[Feed, Analysed]], *, rule: str) -> Alert:
    first = seen[0][1]
    match = next(one for one in first.matches if one.rule == rule)
    begun = begin(match, first, alert_id=f"al-{name}", story_id=f"st-{name}", at=first.item.seen_at)
    return replace(begun, sources=tuple(_source(feed, one) for feed, one in seen))


def _source(feed: Feed, analysed: Analysed) -> Source:
    item = analysed.item
    return Source(
        feed_id=feed.id,
        feed_title=feed.title or feed.id,
        title=item.title,
        url=item.url,
        published=item.published,
        seen_at=item.seen_at,
        language=analysed.language,
    )
