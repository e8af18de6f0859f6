"""The stages before the transaction: from a due feed to analysed entries. They may wait for the network and for workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

import structlog

from watcher.ingest import coverage
from watcher.ingest.websub import offer_of
from watcher.stages.poll import Context, Entry, Poll
from watcher.types import Analysed, Fetched, Item, ParsedFeed, Validators
from watcher.window import Found, look_up, read_older

log = structlog.get_logger(__name__)


async def fetch(poll: Poll, context: Context) -> Poll:
    """Ask the feed's server, and tell whether its bytes are those of last time."""
    fetched = await context.fetcher.fetch(poll.feed, poll.state)
    context.intake.take(poll.feed.id, len(fetched.body))
    body_hash = None if fetched.is_not_modified else blake2b(fetched.body, digest_size=16).hexdigest()
    return replace(poll, fetched=fetched, now=fetched.fetched_at, body_hash=body_hash)


async def parse(poll: Poll, context: Context) -> Poll:
    """Read the document in a worker, unless it is the one of last time."""
    fetched = poll.fetched
    if fetched is None or poll.is_unchanged:
        return poll

    parsed, foretold = await _read(fetched, poll, context)
    # On another thread: of a JSON Feed all is read for it.
    offer = await context.run(lambda: offer_of(fetched)) if context.takes_pushes else None
    # The bytes have served: a poll that waits for the next stages need not keep them.
    return replace(poll, parsed=parsed, foretold=foretold, offer=offer, fetched=replace(fetched, body=b""))


async def _read(fetched: Fetched, poll: Poll, context: Context) -> tuple[ParsedFeed, tuple[Analysed, ...]]:
    """Have a document parsed; nothing of a feed's first one was seen before, so that all of it is analysed with that."""
    repeats_guids = poll.state.repeats_guids
    if not poll.state.filled:
        return await context.workers.read_archive(
            fetched, poll.feed, seen_at=poll.now, repeats_guids=repeats_guids
        )

    def look_up() -> bytes:
        with context.store.read() as tx:
            return tx.feeds.seen(poll.feed.id)

    memory = await context.run(look_up)
    parsed = await context.workers.parse(
        fetched, seen_at=poll.now, repeats_guids=repeats_guids, memory=memory
    )
    return parsed, ()


async def select(poll: Poll, context: Context) -> Poll:
    """Keep the items that the store does not have, or has with another content."""
    parsed = poll.parsed
    if parsed is None or not parsed.items:
        return poll
    found = await _looked_up(poll, parsed, context)
    fresh = [(item, found.before(item)) for item in parsed.items]
    return replace(
        poll,
        found=found,
        fresh=tuple(
            (item, old) for item, old in fresh if old is None or old.content_hash != item.content_hash
        ),
    )


async def _looked_up(poll: Poll, parsed: ParsedFeed, context: Context) -> Found:
    def read() -> Found:
        with context.store.read() as tx:
            return look_up(tx, poll.feed.id, parsed)

    return await context.run(read)


async def read_back(poll: Poll, context: Context) -> Poll:
    """Where a live feed's document has no entry of the last one: read what it names as its older pages."""
    fetched, parsed = poll.fetched, poll.parsed
    if fetched is None or parsed is None or parsed.older_page is None:
        return poll
    seen = poll.sighting
    if not coverage.is_gap(poll.state, entries=seen.entries, known=seen.known + seen.rebound):
        return poll

    async def read(url: str) -> ParsedFeed:
        # Its own body must not keep it waiting for room.
        context.intake.release(poll.feed.id)
        asked = replace(poll.state, url=url, validators=Validators())
        page = await context.fetcher.fetch(poll.feed, asked)
        return await context.workers.parse(
            page, seen_at=poll.now, repeats_guids=poll.state.repeats_guids, memory=b""
        )

    async def found(page: ParsedFeed) -> Found:
        return await _looked_up(poll, page, context)

    older = await read_older(parsed, home=fetched.url, read=read, look_up=found)
    log.info("read_back", feed=poll.feed.id, items=len(older.items), closed=older.is_closed)
    missed = tuple((item, None) for item in older.items)
    return replace(poll, fresh=(*poll.fresh, *missed), is_read_back=older.is_closed)


async def analyse(poll: Poll, context: Context) -> Poll:
    """Find out in a worker what rules, languages and places say of the items."""
    if not poll.fresh:
        return poll
    articles = await _articles(poll, context)
    # An edited item is as old as its first sight: rules with an age limit must not take it for news. It keeps the
    # article that is known, until that is fetched again.
    items = [
        item if old is None else replace(item, seen_at=old.seen_at, article=articles.get(old.item_id, ""))
        for item, old in poll.fresh
    ]
    analysed = await _analysed(items, poll, context)
    for found in analysed:
        if found.problem is not None:
            # Kept without matches: one item must not stop its feed.
            log.error("item_not_analysed", feed=poll.feed.id, item=found.item.key, problem=found.problem)
            context.metrics.errors.labels("analyse").inc()
    pairs = zip(analysed, poll.fresh, strict=True)
    entries = tuple(Entry(analysed=found, known=old) for found, (_, old) in pairs)
    return replace(poll, entries=entries, foretold=())


async def _analysed(items: Sequence[Item], poll: Poll, context: Context) -> Sequence[Analysed]:
    """Have items analysed, but for those that were so as they are when they were parsed."""
    foretold = {id(found.item): found for found in poll.foretold}
    rest = [item for item in items if id(item) not in foretold]
    if rest:
        analysed = await context.workers.analyse(rest, poll.feed, poll.now)
        foretold |= {id(item): found for item, found in zip(rest, analysed, strict=True)}
    return [foretold[id(item)] for item in items]


async def _articles(poll: Poll, context: Context) -> dict[int, str]:
    """Give the articles of edited items by row id; none is looked up for a feed that has none."""
    ids = [old.item_id for _, old in poll.fresh if old is not None]
    if not (ids and poll.feed.full_text):
        return {}

    def look_up() -> dict[int, str]:
        with context.store.read() as tx:
            return tx.items.articles(ids)

    return await context.run(look_up)
