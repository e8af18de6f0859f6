"""The window that a feed's document is: which of its entries the store has, and what may have passed by unseen.

In go the items of one document, out come those that are stored, those that came back under another id, and what older
pages have to say. Called by the pipeline; reads the store, writes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog

from watcher.errors import FetchError
from watcher.ingest.coverage import Sighting
from watcher.ingest.identity import KEY_BYTES, short_key
from watcher.ingest.rebind import Stored, rebind
from watcher.storage.items import Known
from watcher.storage.store import Transaction
from watcher.types import Fetched, Item, ParsedFeed

log = structlog.get_logger(__name__)

MOST_PAGES = 4
"""Older pages that are read after a gap: a feed of twenty entries then reaches a hundred back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the store has of a document's parsed items, by key; `rebound` are stored under another key."""

    known: Mapping[str, Known] = field(default_factory=dict)
    rebound: Mapping[str, Stored] = field(default_factory=dict)

    def before(self, item: Item) -> Known | None:
        """Give what is stored of an item, whatever it was called; None for a new one."""
        old = self.rebound.get(item.key)
        if old is None:
            return self.known.get(item.key)
        return Known(item_id=old.item_id, content_hash=old.content_hash, seen_at=old.seen_at)

    def sighting(self, fetched: Fetched, parsed: ParsedFeed, *, is_read_back: bool) -> Sighting:
        """Say what the document means for coverage."""
        kept = len(parsed.kept) // KEY_BYTES
        new = [item for item in parsed.items if self.before(item) is None]
        return Sighting(
            now=fetched.fetched_at,
            is_changed=True,
            entries=len(parsed.items) + kept,
            known=len(self.known) + kept,
            rebound=len(self.rebound),
            new=len(new),
            ahead=sum(item.key in parsed.ahead for item in new),
            is_read_back=is_read_back,
        )


def look_up(tx: Transaction, feed_id: str, parsed: ParsedFeed) -> Found:
    """Find the items of a document in the store by their ids, and the others by what they are."""
    if not tx.items.has_any(feed_id):
        return Found()
    known = tx.items.known(feed_id, [item.key for item in parsed.items])
    unknown = [item for item in parsed.items if item.key not in known]
    alike = tx.items.alike(feed_id, unknown) if unknown else ()
    if not alike:
        return Found(known=known)
    kept = (parsed.kept[start : start + KEY_BYTES] for start in range(0, len(parsed.kept), KEY_BYTES))
    present = {*kept, *(short_key(item.key) for item in parsed.items)}
    return Found(known=known, rebound=rebind(unknown, alike, present=present))


@dataclass(frozen=True, slots=True, kw_only=True)
class Older:
    """What older pages have that is not stored; `is_closed` says that they reached what is."""

    items: tuple[Item, ...] = ()
    is_closed: bool = False


async def read_older(
    parsed: ParsedFeed,
    *,
    home: str,
    read: Callable[[str], Awaitable[ParsedFeed]],
    look_up: Callable[[ParsedFeed], Awaitable[Found]],
) -> Older:
    """Follow a document's links to its older pages (RFC 5005) until one has an entry that is stored.

    Args:
        parsed: the document that has no entry of the last one.
        home: its address. Only pages of its own host are read: a document must not send us about.
        read: fetches and parses a page; raises `FetchError`, which ends the search and nothing else.
        look_up: says what of a page is stored.
    """
    url, visited = parsed.older_page, {home}
    taken = {item.key for item in parsed.items}
    missed: list[Item] = []
    while url and url not in visited and len(visited) <= MOST_PAGES and _host(url) == _host(home):
        visited.add(url)
        try:
            page = await read(url)
        except FetchError as error:
            log.info("older_page_failed", problem=str(error.problem), detail=error.detail)
            break
        found = await look_up(page)
        missed += [item for item in page.items if found.before(item) is None and item.key not in taken]
        taken |= {item.key for item in page.items}
        if found.known or found.rebound:
            return Older(items=tuple(missed), is_closed=True)
        url = page.older_page
    return Older(items=tuple(missed))


def _host(url: str) -> str | None:
    return urlsplit(url).hostname
