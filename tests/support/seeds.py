"""The sample feeds as items, without any network: what a poll at one second of the timeline would see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from watcher.config.load import Config, load
from watcher.demo.timeline import Seeds
from watcher.ingest.parse import parse
from watcher.types import Feed, Fetched, Item

FOLDER = Path(__file__).parents[2] / "seeds"
LONG = timedelta(days=1)


def load_config(*, url: str = "http://127.0.0.1:1") -> Config:
    """Load the demo's configuration as the demo does."""
    return load(FOLDER / "watcher.yml", environ={"SEEDS_URL": url})


def items_at(seeds: Seeds, feed: Feed, *, elapsed: timedelta = LONG) -> Mapping[str, Item]:
    """Give the items of a feed at a second of the timeline, by the id of their entry; in the order of the feed."""
    document = seeds.documents[feed.id]
    body = document.at(
        hidden=seeds.timeline.hidden(feed.id, elapsed),
        edited=seeds.timeline.edited(document, elapsed),
        shift=timedelta(),
    )
    now: datetime = seeds.timeline.written_at + min(elapsed, seeds.timeline.end)
    fetched = Fetched(
        feed_id=feed.id,
        url=f"http://127.0.0.1:1/{document.name}",
        status=200,
        headers={"content-type": f"{document.media_type}; charset=utf-8"},
        body=body,
        fetched_at=now,
        elapsed=timedelta(),
    )
    shown = [entry for entry in document.entries if entry not in seeds.timeline.hidden(feed.id, elapsed)]
    return dict(zip(shown, parse(fetched, seen_at=now).items, strict=True))
