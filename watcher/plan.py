"""Says when a feed is due again: hands the pure decision of `ingest.schedule` what it needs, and logs its reason.

Built by `app`, called by the pipeline at the end of every poll.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import structlog

from watcher.errors import FetchError
from watcher.ingest.freshness import freshness
from watcher.ingest.schedule import PollingLimits, next_due
from watcher.types import Feed, FeedState, Fetched

log = structlog.get_logger(__name__)


class Plan:
    """The schedule under one set of limits.

    Args:
        limits: the configured bounds and default.
        rng: source of the jitter; None means one seeded by the system.
    """

    def __init__(self, limits: PollingLimits, *, rng: random.Random | None = None) -> None:
        self._limits = limits
        self._rng = rng or random.Random()  # noqa: S311  (spreads polls, guards nothing)

    def after_answer(
        self, feed: Feed, state: FeedState, fetched: Fetched, *, ttl: timedelta | None
    ) -> datetime:
        """Give the next due time of a feed that answered; `ttl` is what the document says of itself."""
        return self._due(
            feed, state, None, now=fetched.fetched_at, fresh_for=freshness(fetched.headers, ttl=ttl)
        )

    def after_failure(self, feed: Feed, state: FeedState, error: FetchError, now: datetime) -> datetime:
        """Give the next due time of a feed that failed."""
        return self._due(feed, state, error, now=now, fresh_for=None)

    def _due(
        self,
        feed: Feed,
        state: FeedState,
        error: FetchError | None,
        *,
        now: datetime,
        fresh_for: timedelta | None,
    ) -> datetime:
        due = next_due(
            state,
            error,
            limits=self._limits,
            interval=feed.interval,
            freshness=fresh_for,
            now=now,
            random=self._rng.random,
        )
        log.debug("feed_due", feed=feed.id, at=due.at.isoformat(), reason=str(due.reason))
        return due.at
