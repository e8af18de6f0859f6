"""Polls of documents without a network: what each leaves for the next, and what full parsing gives."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from watcher.ingest.identity import KEY_BYTES, short_key
from watcher.ingest.novelty import parse_new
from watcher.ingest.parse import parse
from watcher.ingest.seen import unpack
from watcher.types import Fetched, ParsedFeed

SEEN_AT = datetime(2026, 12, 1, tzinfo=UTC)
URL = "https://served.example/feeds/f"


def fetched(body: bytes, *, url: str = URL, content_type: str = "application/xml") -> Fetched:
    """Give an answer with this body."""
    return Fetched(
        feed_id="f",
        url=url,
        status=200,
        headers={"content-type": content_type},
        body=body,
        fetched_at=SEEN_AT,
        elapsed=timedelta(0),
    )


def poll(body: bytes, last: ParsedFeed | None = None, *, url: str = URL) -> ParsedFeed:
    """Parse what is new since `last`."""
    return parse_new(
        fetched(body, url=url),
        seen_at=SEEN_AT,
        repeats_guids=last is not None and last.repeats_guids,
        memory=last.memory if last else b"",
    )


def whole(body: bytes, last: ParsedFeed | None = None, *, url: str = URL) -> ParsedFeed:
    """Parse everything."""
    repeats = last is not None and last.repeats_guids
    return parse(fetched(body, url=url), seen_at=SEEN_AT, repeats_guids=repeats)


def forgetful(feed: ParsedFeed, chance: random.Random, share: float) -> ParsedFeed:
    """Forget a share of what a poll left, as if those entries had not been there."""
    seen = unpack(feed.memory)
    if seen is None:
        return feed
    entries = {mark: entry for mark, entry in seen.entries.items() if chance.random() >= share}
    return replace(feed, memory=replace(seen, entries=entries).pack())


def kept_keys(feed: ParsedFeed) -> frozenset[bytes]:
    """Give the short keys of the entries that were not parsed."""
    return frozenset(feed.kept[i : i + KEY_BYTES] for i in range(0, len(feed.kept), KEY_BYTES))


def assert_equal(found: ParsedFeed, full: ParsedFeed) -> None:
    """Hold a poll to the full parse: new items equal on all fields and in order, the others named, all facts equal."""
    kept = kept_keys(found)
    keys = [short_key(item.key) for item in full.items]
    assert kept <= set(keys)
    assert found.items == tuple(item for item, key in zip(full.items, keys, strict=True) if key not in kept)
    assert found.ahead == full.ahead & {item.key for item in found.items}
    if found.items:
        assert found.older_page == full.older_page
    facts = replace(found, items=(), kept=b"", memory=b"", full_parse=None, ahead=full.ahead)
    assert facts == replace(full, items=(), older_page=found.older_page)
