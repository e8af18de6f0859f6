"""`watcher feeds preview`: one feed, from a path or an address, as the service would see it."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import typer

from watcher.cli.output import console, count, plain, print_json
from watcher.cli.probe import probe_one, with_articles
from watcher.cli.table import WRONG_USE
from watcher.config.address import check_http_url
from watcher.config.load import Config, load
from watcher.config.models import PollingSettings
from watcher.errors import FetchError, WatcherError
from watcher.fetching import fetch_settings
from watcher.ingest.fetch import FetchSettings
from watcher.ingest.mask import masked
from watcher.ingest.parse import parse
from watcher.ingest.preview import preview as as_json
from watcher.types import Feed, Fetched, Item, ParsedFeed

_MAX_SHOWN = 300
_CONTENT_TYPES = {".json": "application/feed+json"}


def preview(source: str, config: Path, *, full_text: bool = False) -> tuple[Feed, ParsedFeed]:
    """Read a feed from a path, an address or, by its id, the configuration.

    With `full_text` the articles of its first items are fetched; one that is not got is told on standard error.

    Raises:
        FetchError: it cannot be fetched, or nothing can be read from it.
        ConfigError: the configuration is not right.
    """
    is_file = "://" not in source and Path(source).exists()
    loaded = load(config) if config.exists() and (full_text or not is_file) else None
    polling = loaded.settings.polling if loaded else PollingSettings()
    if is_file:
        feed, parsed = _from_file(Path(source))
        settings = fetch_settings(polling)
    else:
        feed, settings = _chosen(source, loaded, polling)
        parsed = probe_one(feed, settings)
    if full_text:
        parsed = with_articles(feed, parsed, settings, on_trouble=_tell)
    return feed, parsed


def _chosen(source: str, loaded: Config | None, polling: PollingSettings) -> tuple[Feed, FetchSettings]:
    configured = [feed for feed in (loaded.feeds if loaded else ()) if source in (feed.id, feed.url)]
    feed = configured[0] if configured else _unknown(source)
    # Who types a private address means it; a public one must not lead to a private one by a redirect.
    settings = fetch_settings(polling, is_private_allowed=is_private(feed.url) and not configured)
    return feed, settings


def _tell(item: Item, error: FetchError) -> None:
    typer.echo(plain(f"{masked(item.url or '')}: {error.detail}"), err=True)


def show(feed: Feed, parsed: ParsedFeed, *, is_json: bool) -> None:
    """Print a feed and its items."""
    if is_json:
        print_json(as_json(parsed, masked(feed.url)))
        return
    screen = console()
    screen.print(
        f"{plain(parsed.title or feed.id)}: {count(len(parsed.items), 'item')}, {parsed.format}", style="bold"
    )
    if parsed.problem is not None:
        screen.print(f"{parsed.problem.value}: {plain(parsed.problem_detail or '')}", style="yellow")
    for item in parsed.items:
        screen.print()
        screen.print(plain(item.title or "(no title)"), style="bold")
        date = item.published.strftime("%Y-%m-%d %H:%M UTC") if item.published else "no date"
        screen.print(
            " · ".join(part for part in (date, plain(item.author or ""), plain(item.url or "")) if part)
        )
        body = plain(item.body)
        screen.print(body if len(body) <= _MAX_SHOWN else body[: _MAX_SHOWN - 1] + "…")


def _from_file(path: Path) -> tuple[Feed, ParsedFeed]:
    now = datetime.now(UTC)
    content_type = _CONTENT_TYPES.get(path.suffix.lower())
    try:
        body = path.read_bytes()
    except OSError as error:
        raise WatcherError(f"{path} cannot be read: {error.strerror}") from error
    fetched = Fetched(
        feed_id=path.stem,
        url="",  # a path is no base for relative links: they would lead into this machine
        status=200,
        headers={"content-type": content_type} if content_type else {},
        body=body,
        fetched_at=now,
        elapsed=timedelta(),
    )
    return Feed(id=path.stem, url=str(path)), parse(fetched, seen_at=now)


def _unknown(source: str) -> Feed:
    try:
        return Feed(id="preview", url=check_http_url(source))
    except ValueError as error:
        hint = "there is no such file or feed" if "://" not in source else str(error)
        typer.echo(f"{source}: {hint}", err=True)
        raise typer.Exit(WRONG_USE) from error


def is_private(url: str) -> bool:
    """Tell whether a person who typed an address meant one of their own network or machine."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
