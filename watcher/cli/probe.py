"""Feeds fetched once, outside of the service: for `feeds check` and `feeds preview`. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from watcher.cli.output import console, count, rows, table
from watcher.cli.progress import progress
from watcher.errors import FetchError
from watcher.fetching import fetch_settings
from watcher.ingest.fetch import Fetcher, FetchSettings
from watcher.ingest.fulltext import article_text
from watcher.ingest.parse import parse
from watcher.types import Feed, FeedState, Item, ParsedFeed

if TYPE_CHECKING:
    from watcher.config.models import PollingSettings

_MOST_ARTICLES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What one fetch of a feed gave: `parsed`, or the `error`."""

    feed: Feed
    parsed: ParsedFeed | None = None
    error: FetchError | None = None

    @property
    def state(self) -> str:
        """One word: `ok`, or the class of what is wrong."""
        if self.error is not None:
            return self.error.problem.value
        return self.parsed.problem.value if self.parsed and self.parsed.problem else "ok"

    @property
    def detail(self) -> str | None:
        """What is wrong, for a person."""
        if self.error is not None:
            return self.error.detail
        return self.parsed.problem_detail if self.parsed else None

    @property
    def newest(self) -> datetime | None:
        """When the latest of its items was published."""
        dates = [item.published for item in self.parsed.items if item.published] if self.parsed else []
        return max(dates, default=None)

    def to_json(self) -> dict[str, object]:
        """Give plain data."""
        return {
            "id": self.feed.id,
            "url": self.feed.url,
            "ok": self.error is None,
            "state": self.state,
            "detail": self.detail,
            "items": len(self.parsed.items) if self.parsed else 0,
            "newest": self.newest.isoformat() if self.newest else None,
        }


def probe_all(feeds: Sequence[Feed], polling: PollingSettings) -> list[Probe]:
    """Fetch and parse feeds, politely, with a progress bar; the result has their order."""
    with progress("fetching", total=len(feeds)) as advance:
        return asyncio.run(_probe_all(feeds, fetch_settings(polling), advance))


def probe_one(feed: Feed, settings: FetchSettings) -> ParsedFeed:
    """Fetch and parse one feed; raises `FetchError`."""

    async def run() -> ParsedFeed:
        async with Fetcher(settings) as fetcher:
            return await _fetch(fetcher, feed)

    return asyncio.run(run())


def with_articles(
    feed: Feed, parsed: ParsedFeed, settings: FetchSettings, *, on_trouble: Callable[[Item, FetchError], None]
) -> ParsedFeed:
    """Fetch the articles of the first items, one after the other; `on_trouble` is told of each that is not got."""

    async def run() -> list[Item]:
        found = []
        async with Fetcher(settings) as fetcher:
            for item in parsed.items[:_MOST_ARTICLES]:
                try:
                    if item.url is None:
                        continue
                    page = await fetcher.page(feed, item.url, max_body_bytes=settings.max_body_bytes)
                    found.append(replace(item, article=article_text(page)))
                except FetchError as error:
                    on_trouble(item, error)
        return found

    whole = {item.key: item for item in asyncio.run(run())}
    return replace(parsed, items=tuple(whole.get(item.key, item) for item in parsed.items))


def report(probes: Sequence[Probe]) -> None:
    """Print the feeds with which something is wrong, then the count of the others."""
    wrong = [probe for probe in probes if probe.state != "ok"]
    screen = console()
    if wrong:
        made = table("feed", "what", "detail", "items", "address")
        cells = (
            (
                probe.feed.id,
                probe.state,
                probe.detail,
                len(probe.parsed.items) if probe.parsed else None,
                probe.feed.url,
            )
            for probe in wrong
        )
        screen.print(rows(made, cells))
    failed = sum(probe.error is not None for probe in probes)
    screen.print(f"{count(len(probes), 'feed')}, {failed} failed, {len(wrong) - failed} damaged but readable")


async def _probe_all(
    feeds: Sequence[Feed], settings: FetchSettings, advance: Callable[[], None]
) -> list[Probe]:
    async def probe(feed: Feed) -> Probe:
        try:
            return Probe(feed=feed, parsed=await _fetch(fetcher, feed))
        except FetchError as error:
            return Probe(feed=feed, error=error)
        finally:
            advance()

    async with Fetcher(settings) as fetcher, asyncio.TaskGroup() as group:
        tasks = [group.create_task(probe(feed), name=f"probe {feed.id}") for feed in feeds]
    return [task.result() for task in tasks]


async def _fetch(fetcher: Fetcher, feed: Feed) -> ParsedFeed:
    now = datetime.now(UTC)
    fetched = await fetcher.fetch(feed, FeedState(feed_id=feed.id, url=feed.url, due_at=now))
    return await asyncio.to_thread(parse, fetched, seen_at=now)
