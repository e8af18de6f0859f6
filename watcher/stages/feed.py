"""The stages that remember what an answer says of its feed: coverage, hub, validators, when to poll next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from watcher.ingest import coverage
from watcher.ingest.coverage import Coverage
from watcher.ingest.habit import Habit
from watcher.ingest.remember import after_answer, with_habits
from watcher.ingest.websub import is_reliable, relaxed
from watcher.stages.poll import Context, Poll
from watcher.storage.feeds import PollRecord, listed_key
from watcher.storage.store import Transaction
from watcher.types import Feed, FeedState, ParsedFeed


def note_coverage(poll: Poll, tx: Transaction, _context: Context) -> Poll:
    """Note what the answer says of whether we hear all of this feed."""
    return replace(poll, coverage=coverage_after(poll, tx))


def coverage_after(poll: Poll, tx: Transaction) -> Coverage:
    """Decide what an answer says of whether we hear all of its feed, and keep the troubles that it begins and ends."""
    seen = poll.sighting
    habit = Habit.unpack(tx.feeds.habit(poll.feed.id)) if seen.new else Habit()
    found = coverage.after_answer(poll.state, seen, habit)
    keep_troubles(poll.feed, found, tx, seen.now)
    return found


def keep_troubles(feed: Feed, found: Coverage, tx: Transaction, now: datetime) -> None:
    """Record the troubles that an answer, or its absence, begins and ends."""
    for kind in found.ended:
        tx.troubles.end(kind, feed.id, at=now)
    for one in found.begun:
        tx.troubles.begin(one.kind, feed.id, at=one.since, reason=one.reason)


def note_hub(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Note which hub a document names, where pushes can reach us; without a document nothing is said of it."""
    if context.takes_pushes and poll.parsed is not None:
        tx.subscriptions.offered(poll.feed.id, poll.offer, now=poll.now)
    return poll


def settle_feed(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Remember the answer's validators and when to poll next: last, and in the same transaction as the items."""
    parsed, found = poll.parsed, poll.coverage
    state = state_after(poll, found, tx, context)
    tx.feeds.record(
        PollRecord(
            state=state,
            title=parsed.title if parsed else None,
            listed=_listed(parsed) if parsed else None,
            seen=parsed.memory if parsed else None,
            habit=found.habit.pack() if found is not None and found.habit is not None else None,
        )
    )
    return replace(poll, state=state)


def state_after(poll: Poll, found: Coverage | None, tx: Transaction, context: Context) -> FeedState:
    """Give what is remembered of a feed that has answered; `found` is what that says of its coverage."""
    fetched, parsed = poll.fetched, poll.parsed
    assert fetched is not None, "a poll without an answer is settled by settle_failure"
    new_items = [entry.analysed.item for entry in poll.entries if entry.known is None]
    state = with_habits(poll.state, parsed, new_items, now=poll.now)
    due_at = context.plan.after_answer(poll.feed, state, fetched)
    if not new_items and _is_pushed(poll, tx, context):
        due_at = relaxed(due_at, now=poll.now, most=context.longest_interval)
    if found is not None and poll.feed.interval is None:
        due_at = coverage.sooner(due_at, found.turnover, now=poll.now, least=context.least_interval)
    return after_answer(
        state,
        fetched,
        parsed,
        body_hash=poll.body_hash,
        has_new=bool(new_items),
        due_at=due_at,
        coverage=found,
    )


def _is_pushed(poll: Poll, tx: Transaction, context: Context) -> bool:
    """Tell whether polls of a feed are only its safety net: its hub pushes, and nobody has asked for polls as often."""
    if not context.takes_pushes or context.plan.is_asked_for(poll.feed):
        return False
    subscription = tx.subscriptions.get(poll.feed.id)
    return (
        subscription is not None
        and subscription.is_live(poll.now)
        and is_reliable(subscription.last_push_at, poll.state.last_new_item_at)
    )


def _listed(parsed: ParsedFeed) -> bytes | None:
    # A document that has lost all its entries lists those that it had: forgotten, they would come back as new.
    return b"".join((parsed.kept, *(listed_key(item.key) for item in parsed.items))) or None
