"""Feeds fetched once, outside of the service: for `feeds check` and `feeds preview`. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from watcher.cli.output import console, count, rows, table
from watcher.cli.progress import progress
from watcher.errors import FetchError
from watcher.fetching import fetch_settings
from watcher.ingest.checkup import Finding, findings, works_securely
from watcher.ingest.fetch import Fetcher, FetchSettings
from watcher.ingest.fulltext import article_text
from watcher.ingest.mask import masked
from watcher.ingest.parse import parse
from watcher.types import Feed, FeedState, Fetched, Item, ParsedFeed

if TYPE_CHECKING:
    from watcher.config.models import PollingSettings

_MOST_ARTICLES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What one fetch of a feed gave: `parsed`, or the `error`."""

    feed: Feed
    parsed: ParsedFeed | None = None
    error: FetchError | None = None
    findings: tuple[Finding, ...] = ()

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
        return newest_of(self.parsed)

    def to_json(self) -> dict[str, object]:
        """Give plain data."""
        return {
            "id": self.feed.id,
            "url": masked(self.feed.url),
            "ok": self.error is None,
            "state": self.state,
            "detail": self.detail,
            "items": len(self.parsed.items) if self.parsed else 0,
            "newest": self.newest.isoformat() if self.newest else None,
            "findings": [{"kind": one.kind.value, "detail": one.detail} for one in self.findings],
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
    """Print what is wrong with which feed, a line each, then the count of the others."""
    cells: list[tuple[object, ...]] = []
    for probe in probes:
        if probe.error is not None:
            cells.append((probe.feed.id, probe.state, probe.detail, None, masked(probe.feed.url)))
        items = len(probe.parsed.items) if probe.parsed else None
        cells += (
            (probe.feed.id, one.kind, one.detail, items, masked(probe.feed.url)) for one in probe.findings
        )
    screen = console()
    if cells:
        screen.print(rows(table("feed", "what", "detail", "items", "address"), cells))
    failed = sum(probe.error is not None for probe in probes)
    remarked = sum(bool(probe.findings) for probe in probes)
    screen.print(
        f"{count(len(probes), 'feed')}, {failed} failed, {remarked} that work with something to mend"
    )


def newest_of(parsed: ParsedFeed | None) -> datetime | None:
    """Give when the latest of a document's items was published, None where no item says."""
    dates = [item.dated for item in parsed.items if item.dated] if parsed else []
    return max(dates, default=None)


async def parsed_of(fetched: Fetched) -> ParsedFeed:
    """Parse a document, off the event loop; raises `FetchError` for one that is no feed."""
    return await asyncio.to_thread(parse, fetched, seen_at=fetched.fetched_at)


async def _probe_all(
    feeds: Sequence[Feed], settings: FetchSettings, advance: Callable[[], None]
) -> list[Probe]:
    async def probe(feed: Feed) -> Probe:
        try:
            fetched = await _get(fetcher, feed, feed.url)
            parsed = await parsed_of(fetched)
            found = findings(feed, fetched, parsed, now=fetched.fetched_at)
            secure = await _secure_twin(fetcher, feed, fetched)
            return Probe(feed=feed, parsed=parsed, findings=(*found, *secure))
        except FetchError as error:
            return Probe(feed=feed, error=error)
        finally:
            advance()

    async with Fetcher(settings) as fetcher, asyncio.TaskGroup() as group:
        tasks = [group.create_task(probe(feed), name=f"probe {feed.id}") for feed in feeds]
    return [task.result() for task in tasks]


async def _fetch(fetcher: Fetcher, feed: Feed) -> ParsedFeed:
    return await parsed_of(await _get(fetcher, feed, feed.url))


async def _get(fetcher: Fetcher, feed: Feed, url: str) -> Fetched:
    return await fetcher.fetch(feed, FeedState(feed_id=feed.id, url=url, due_at=datetime.now(UTC)))


async def _secure_twin(fetcher: Fetcher, feed: Feed, fetched: Fetched) -> tuple[Finding, ...]:
    """Say so where a feed that answers over http does over https, too."""
    parts = urlsplit(fetched.url)
    if parts.scheme != "http" or parts.port is not None:
        return ()  # the same feed at another port is a guess too many
    url = urlunsplit(parts._replace(scheme="https"))
    try:
        twin = await _get(fetcher, feed, url)
        await parsed_of(twin)
    except FetchError:
        return ()
    return (works_securely(url),) if twin.url.startswith("https:") else ()
