"""The way of a poll, stage by stage: the page to read first.

In goes a due feed, out comes one committed transaction with everything that its poll led to. The stages of `PREPARE`
may wait for the network and for workers; those of `RECORD` run inside the transaction and only read and write the
store; each is in the room of `stages` that its name is about. Called by the poller, once per due feed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from watcher.errors import FetchError
from watcher.stages.alerts import count_over_time, fold_stories, raise_alerts, take_down
from watcher.stages.counts import count, count_items, count_troubles
from watcher.stages.failure import settle_failure
from watcher.stages.feed import coverage_after, note_coverage, note_hub, settle_feed, state_after
from watcher.stages.items import keep_items, keep_matches, queue_articles
from watcher.stages.poll import Context, Poll
from watcher.stages.prepare import analyse, fetch, parse, read_back, select
from watcher.storage.feeds import Unchanged
from watcher.storage.store import Transaction
from watcher.types import Feed, FeedState, Fetched

PREPARE: tuple[Callable[[Poll, Context], Awaitable[Poll]], ...] = (
    fetch,
    parse,
    select,
    read_back,
    analyse,
)
RECORD: tuple[Callable[[Poll, Transaction, Context], Poll], ...] = (
    keep_items,
    keep_matches,
    fold_stories,
    raise_alerts,
    take_down,
    count_over_time,
    note_coverage,
    note_hub,
    queue_articles,
    settle_feed,
)
RECORD_ENTRIES = (keep_matches, fold_stories, raise_alerts, count_over_time)
"""Those of `RECORD` that concern items which are stored already: what follows when more is known of them."""

RECORD_PUSH = (keep_items, *RECORD_ENTRIES, take_down, queue_articles)
"""Those of `RECORD` that concern what a hub pushed: it may be a part of the feed's document, so that nothing is to be
learnt from it about what the feed lists, nor about when to poll."""


async def poll_feed(feed: Feed, state: FeedState, context: Context) -> Poll:
    """Poll one feed and commit all that follows from it.

    Returns:
        What happened; `told` names the channels that now have something to send.

    Raises:
        Nothing for what a feed or a server can do: that is recorded in the feed's state. A store that cannot be
        written raises, and then nothing of this poll is kept.
    """
    poll = Poll(feed=feed, state=state, now=context.clock.now())
    try:
        return await _run(poll, context)
    finally:
        context.intake.release(feed.id)


async def _run(poll: Poll, context: Context) -> Poll:
    try:
        for stage in PREPARE:
            poll = await stage(poll, context)
    except FetchError as error:
        failure = error
        return await context.run(lambda: settle_failure(poll, failure, context))
    if poll.is_unchanged:
        return await _record_unchanged(poll, context)
    return await context.run(lambda: _record(poll, context))


async def take_push(feed: Feed, state: FeedState, fetched: Fetched, context: Context) -> Poll:
    """Commit all that follows from a document that a hub pushed, as from a poll.

    Raises:
        FetchError: nothing can be read from it.
    """
    parsed = await context.workers.parse(
        fetched, seen_at=fetched.fetched_at, repeats_guids=state.repeats_guids, memory=b""
    )
    poll = Poll(feed=feed, state=state, now=fetched.fetched_at, fetched=fetched, parsed=parsed)
    for stage in (select, analyse):
        poll = await stage(poll, context)
    return await context.run(lambda: _record_push(poll, context))


def _record_push(poll: Poll, context: Context) -> Poll:
    with context.store.write() as tx:
        for stage in RECORD_PUSH:
            poll = stage(poll, tx, context)
        tx.subscriptions.pushed(poll.feed.id, at=poll.now)
        if any(entry.known is None for entry in poll.entries):
            tx.feeds.heard(poll.feed.id, at=poll.now)
    count_items(poll, context.metrics)
    return poll


def record_entries(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Let everything follow from what is newly known of stored items; the feed itself is left as it is."""
    for stage in RECORD_ENTRIES:
        poll = stage(poll, tx, context)
    return poll


async def _record_unchanged(poll: Poll, context: Context) -> Poll:
    """Remember a poll that brought nothing: in one transaction with others, for there are no items to go with it."""
    settled = poll

    def settle(tx: Transaction) -> Unchanged:
        nonlocal settled
        found = coverage_after(poll, tx)
        settled = replace(poll, coverage=found, state=state_after(poll, found, tx, context))
        if context.reach is not None:
            context.reach.answered(tx, settled.state, settled.now)
        return Unchanged(before=poll.state, after=settled.state)

    await context.groups.record(settle)
    count(settled, context.metrics)
    count_troubles(settled.feed, settled.coverage, context.metrics)
    return settled


def _record(poll: Poll, context: Context) -> Poll:
    with context.store.write() as tx:
        for stage in RECORD:
            poll = stage(poll, tx, context)
        if context.reach is not None:
            context.reach.answered(tx, poll.state, poll.now)
    count(poll, context.metrics)
    count_troubles(poll.feed, poll.coverage, context.metrics)
    return poll
