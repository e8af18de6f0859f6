"""`watcher feeds discover`: the feeds of a site, each fetched and shown with what is in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from watcher.cli.output import console, rows, table
from watcher.cli.preview import is_private
from watcher.cli.probe import newest_of, parsed_of
from watcher.cli.progress import progress
from watcher.cli.table import WRONG_USE
from watcher.config.address import check_http_url
from watcher.config.models import PollingSettings
from watcher.errors import FetchError
from watcher.fetching import fetch_settings
from watcher.ingest.charset import decode
from watcher.ingest.discovery import MAX_CANDIDATES, Candidate, Origin, candidates
from watcher.ingest.fetch import Fetcher
from watcher.types import Feed, FeedState, Fetched, FetchProblem, ParsedFeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """A candidate that was asked: `parsed` where it is a feed, else the `error`; `url` is where it answered."""

    candidate: Candidate
    url: str
    parsed: ParsedFeed | None = None
    error: FetchError | None = None

    def to_json(self) -> dict[str, object]:
        """Give plain data."""
        newest = newest_of(self.parsed)
        return {
            "url": self.url,
            "found": self.candidate.origin.value,
            "ok": self.parsed is not None,
            "title": self.parsed.title if self.parsed else None,
            "format": self.parsed.format if self.parsed else None,
            "language": self.parsed.language if self.parsed else None,
            "items": len(self.parsed.items) if self.parsed else 0,
            "newest": newest.isoformat() if newest else None,
            "problem": self.error.problem.value if self.error else None,
            "detail": self.error.detail if self.error else None,
        }


def discover(site: str, polling: PollingSettings) -> list[Discovery]:
    """Find the feeds of a site: those that work, then those that its page names and that do not.

    Raises:
        FetchError: the site cannot be asked.
    """
    addresses = _addresses(site)
    settings = fetch_settings(polling, is_private_allowed=is_private(addresses[0]))

    async def run(advance: Callable[[], None]) -> list[Discovery]:
        async with Fetcher(settings) as fetcher:
            page = await _first_answer(fetcher, addresses)
            try:
                given = Candidate(url=page.url, origin=Origin.GIVEN)
                return [Discovery(candidate=given, url=page.url, parsed=await parsed_of(page))]
            except FetchError:
                text = decode(page.body, page.headers.get("content-type", "")).text
                return await _ask_all(fetcher, candidates(text, url=page.url), advance)

    with progress("asking", total=MAX_CANDIDATES) as advance:
        return asyncio.run(run(advance))


def report(found: Sequence[Discovery]) -> None:
    """Print what was found."""
    working = [one for one in found if one.parsed is not None]
    screen = console()
    if not working:
        screen.print("no feed was found")
    else:
        made = table("feed", "title", "format", "items", "newest", "found by")
        cells = (
            (
                one.url,
                one.parsed.title if one.parsed else None,
                one.parsed.format if one.parsed else None,
                len(one.parsed.items) if one.parsed else None,
                f"{newest:%Y-%m-%d %H:%M}" if (newest := newest_of(one.parsed)) else "no dates",
                one.candidate.origin,
            )
            for one in working
        )
        screen.print(rows(made, cells))
    if len(working) < len(found):
        made = table("named by the page, but", "what", "detail")
        broken = ((one.url, one.error.problem, one.error.detail) for one in found if one.error is not None)
        screen.print(rows(made, broken))


def _addresses(site: str) -> tuple[str, ...]:
    tried = (site,) if "://" in site else (f"https://{site}", f"http://{site}")
    try:
        return tuple(check_http_url(address) for address in tried)
    except ValueError as error:
        typer.echo(f"{site}: {error}", err=True)
        raise typer.Exit(WRONG_USE) from error


async def _first_answer(fetcher: Fetcher, addresses: Sequence[str]) -> Fetched:
    for address in addresses[:-1]:
        try:
            return await _get(fetcher, address)
        except FetchError as error:
            if error.problem is FetchProblem.FORBIDDEN_ADDRESS:
                raise
    return await _get(fetcher, addresses[-1])


async def _ask_all(
    fetcher: Fetcher, named: Sequence[Candidate], advance: Callable[[], None]
) -> list[Discovery]:
    """Ask candidates, those of one origin at a time, and guess only where nothing better was found."""
    found: list[Discovery] = []
    for origin in Origin:
        if origin is Origin.GUESS and any(one.parsed is not None for one in found):
            break
        asked = [_ask(fetcher, one, advance) for one in named if one.origin is origin]
        found += await asyncio.gather(*asked)
    return _without_doubles(found)


async def _ask(fetcher: Fetcher, candidate: Candidate, advance: Callable[[], None]) -> Discovery:
    url = candidate.url
    try:
        fetched = await _get(fetcher, url)
        url = fetched.url
        return Discovery(candidate=candidate, url=url, parsed=await parsed_of(fetched))
    except FetchError as error:
        return Discovery(candidate=candidate, url=url, error=error)
    finally:
        advance()


async def _get(fetcher: Fetcher, url: str) -> Fetched:
    feed = Feed(id="discover", url=url)
    return await fetcher.fetch(feed, FeedState(feed_id=feed.id, url=url, due_at=datetime.now(UTC)))


def _without_doubles(found: Sequence[Discovery]) -> list[Discovery]:
    """Keep each feed once, wherever it was found first, and of what failed only what the page's head names."""
    working: dict[object, Discovery] = {}
    for one in found:
        if one.parsed is not None:
            # /feed and /feed/ are one feed at two addresses.
            content = (one.parsed.title, one.parsed.format, tuple(item.key for item in one.parsed.items))
            working.setdefault(content if one.parsed.items else one.url, one)
    broken = [one for one in found if one.error is not None and one.candidate.origin is Origin.LINK]
    return [*working.values(), *broken]
