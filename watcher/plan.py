"""Says when a feed is due again: hands the pure decision of `ingest.schedule` what it needs, logs and counts its reason.

Built by `app`, called by the pipeline at the end of every poll.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import structlog

from watcher.errors import FetchError
from watcher.ingest.domain import domain_of
from watcher.ingest.freshness import freshness
from watcher.ingest.schedule import PollingLimits, Reason, Wishes, next_due
from watcher.types import Feed, FeedState, Fetched

log = structlog.get_logger(__name__)

_HOST_LOAD = 0.8
"""The share of a host's turns that its feeds may take: the rest is for articles, redirects and catching up."""


class Plan:
    """The schedule under one set of limits.

    Args:
        limits: the configured bounds and default.
        wishes: what is asked for single feeds, by id.
        rng: source of the jitter; None means one seeded by the system.
        count: called with the reason of each decision.
    """

    def __init__(
        self,
        limits: PollingLimits,
        *,
        wishes: Mapping[str, Wishes] | None = None,
        rng: random.Random | None = None,
        count: Callable[[Reason], None] = lambda _reason: None,
    ) -> None:
        self._limits = limits
        self._wishes = wishes or {}
        self._rng = rng or random.Random()  # noqa: S311  (spreads polls, guards nothing)
        self._count = count
        self._log = log.bind()  # putting a logger together for each poll would cost more than what it says

    def after_answer(self, feed: Feed, state: FeedState, fetched: Fetched) -> datetime:
        """Give the next due time of a feed that answered; `state` is with what the answer taught."""
        now = fetched.fetched_at
        fresh_for = freshness(fetched.headers, timetable=state.timetable, now=now)
        return self._due(feed, state, None, now=now, fresh_for=fresh_for)

    def after_failure(
        self, feed: Feed, state: FeedState, error: FetchError, now: datetime, *, is_outage: bool = False
    ) -> datetime:
        """Give the next due time of a feed that failed."""
        return self._due(feed, state, error, now=now, fresh_for=None, is_outage=is_outage)

    def is_asked_for(self, feed: Feed) -> bool:
        """Tell whether people have said how often a feed is polled: by its interval, or a rule's latency."""
        wishes = self._wishes_of(feed)
        return wishes.interval is not None or wishes.latency is not None

    def _wishes_of(self, feed: Feed) -> Wishes:
        return self._wishes.get(feed.id) or Wishes(interval=feed.interval)

    def _due(
        self,
        feed: Feed,
        state: FeedState,
        error: FetchError | None,
        *,
        now: datetime,
        fresh_for: timedelta | None,
        is_outage: bool = False,
    ) -> datetime:
        due = next_due(
            state,
            error,
            limits=self._limits,
            wishes=self._wishes_of(feed),
            freshness=fresh_for,
            now=now,
            random=self._rng.random,
            is_outage=is_outage,
        )
        self._count(due.reason)
        self._log.debug("feed_due", feed=feed.id, at=due.at.isoformat(), reason=str(due.reason))
        return due.at


def wishes_of(
    feeds: Iterable[Feed], *, latencies: Mapping[str, timedelta], min_delay: timedelta
) -> dict[str, Wishes]:
    """Put together what is asked for each feed.

    Args:
        feeds: all of them.
        latencies: the strictest that a rule wants, by feed id.
        min_delay: between two requests at one host: with many feeds there, each must wait for all the others' turns.
    """
    feeds = tuple(feeds)
    domains = [domain_of(feed.url) for feed in feeds]
    crowd = Counter(domains)
    return {
        feed.id: Wishes(
            interval=feed.interval,
            latency=latencies.get(feed.id),
            spacing=crowd[domain] * min_delay / _HOST_LOAD,
        )
        for feed, domain in zip(feeds, domains, strict=True)
    }
