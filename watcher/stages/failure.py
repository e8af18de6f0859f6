"""What a poll that gave nothing leaves behind: a mark against the feed, or none where our own network is at fault."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog

from watcher.errors import FetchError
from watcher.ingest import coverage
from watcher.ingest.remember import after_failure, during_outage
from watcher.stages.counts import count_troubles
from watcher.stages.feed import keep_troubles
from watcher.stages.poll import Context, Poll
from watcher.storage.feeds import PollRecord
from watcher.storage.store import Transaction

log = structlog.get_logger(__name__)


def settle_failure(poll: Poll, error: FetchError, context: Context) -> Poll:
    """Remember, in a transaction of its own, that a poll gave nothing."""
    now = context.clock.now()
    with context.store.write() as tx:
        if context.reach is not None and context.reach.failed(tx, poll.state, error, now):
            return _settle_outage(poll, error, tx, context, now)
        return _hold_against(poll, error, tx, context, now)


def _settle_outage(poll: Poll, error: FetchError, tx: Transaction, context: Context, now: datetime) -> Poll:
    """Remember that our own network kept a poll from its feed: nothing is held against it, and it is tried soon."""
    due_at = context.plan.after_failure(poll.feed, poll.state, error, now, is_outage=True)
    state = during_outage(poll.state, now=now, due_at=due_at)
    tx.feeds.record(PollRecord(state=state))
    context.metrics.polls.labels("outage").inc()
    return replace(poll, state=state, error=error)


def _hold_against(poll: Poll, error: FetchError, tx: Transaction, context: Context, now: datetime) -> Poll:
    due_at = context.plan.after_failure(poll.feed, poll.state, error, now)
    state = after_failure(poll.state, poll.feed, error, now=now, due_at=due_at)
    assert state.problem_since is not None, "a failed poll has a problem"
    found = coverage.after_failure(
        poll.state, error, failures=state.failures, since=state.problem_since, now=now
    )
    state = replace(state, troubles=found.troubles)
    keep_troubles(poll.feed, found, tx, now)
    tx.feeds.record(PollRecord(state=state))
    tx.problems.count(poll.feed.id, error.problem, at=now)
    context.metrics.polls.labels(str(error.problem)).inc()
    count_troubles(poll.feed, found, context.metrics)
    log.warning(
        "feed_failed",
        feed=poll.feed.id,
        problem=str(error.problem),
        detail=error.detail,
        failures=state.failures,
        due_at=due_at.isoformat(),
    )
    return replace(poll, state=state, error=error)
