"""Draws docs/images/alert.svg: the first alert of the demo, as the console channel shows it.

Run it again when the look of alerts changes: `python tools/alert_picture.py`.
"""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from rich.console import Console
from rich.terminal_theme import MONOKAI

from watcher.alert.card import card
from watcher.alert.compose import compose
from watcher.analysis import Analysis
from watcher.config.load import Config, load
from watcher.deliver.channels.console import panel
from watcher.demo.timeline import Seeds, read_seeds
from watcher.ingest.parse import parse
from watcher.types import Alert, Analysed, Feed, Fetched, Source

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "alert.svg"
_WIDTH = 104
_FAMILY = "ui-monospace, Menlo, Consolas, DejaVu Sans Mono"
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> None:
    config = load(ROOT / "seeds" / "watcher.yml", environ={})
    seeds = read_seeds(ROOT / "seeds")
    expected = yaml.safe_load((ROOT / "seeds" / "expected.yml").read_text("utf-8"))["alerts"][0]
    alert = _alert(config, seeds, [(one["feed"], one["entry"]) for one in expected["reports"]])
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(panel(card(alert)))
    svg = console.export_svg(title="watcher", theme=MONOKAI, unique_id="alert")
    # The fonts would be fetched from elsewhere by whoever looks at the page: the viewer's own will do.
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(_FONTS.sub("", svg).replace("Fira Code", _FAMILY), "utf-8")


def _alert(config: Config, seeds: Seeds, reports: list[tuple[str, str]]) -> Alert:
    analysis = Analysis(rules=config.rules, lists=config.lists, places=config.places)
    feeds = {feed.id: feed for feed in config.feeds}
    appeared = {(step.feed, step.entry): step.at for step in seeds.timeline.appear}
    seen = [
        (feeds[feed], _analysed(analysis, seeds, feeds[feed], entry, at=appeared[feed, entry]))
        for position, (feed, entry) in enumerate(reports)
        if feed not in [earlier for earlier, _ in reports[:position]]  # an outlet counts once
    ]
    first = seen[0][1]
    match = first.matches[0]
    words = compose(match, first.item, first.places)
    return Alert(
        id="al-picture",
        story_id="st-picture",
        rule=match.rule,
        rule_title=match.rule_title,
        severity=match.severity,
        tags=match.tags,
        headline=words.headline,
        url=first.item.url,
        quote=words.quote,
        highlights=words.highlights,
        title_highlights=words.title_highlights,
        language=first.language,
        sources=tuple(_source(feed, one) for feed, one in seen),
        places=words.places,
        created_at=first.item.seen_at,
        updated_at=first.item.seen_at,
    )


def _analysed(analysis: Analysis, seeds: Seeds, feed: Feed, entry: str, *, at: timedelta) -> Analysed:
    now: datetime = seeds.timeline.written_at + at
    document = seeds.documents[feed.id]
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
    return analysis.analyse(item, feed, now)


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


if __name__ == "__main__":
    main()
