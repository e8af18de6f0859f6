"""Keeps an outage of our own network from being held against the feeds.

In: how each poll ended. Out, when the network goes down: the feeds that failed first are as they were before; while it
is down: nothing counts; when it is back: what was missed is polled soon, spread out. It is said once, as a trouble of
the service. Called by the pipeline inside a poll's transaction, and by the poller.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

import structlog

from watcher.errors import FetchError
from watcher.ingest.domain import domain_of
from watcher.ingest.outage import UNREACHED, Line, Turn
from watcher.storage.store import Transaction
from watcher.types import FeedState, FetchProblem, TroubleKind

log = structlog.get_logger(__name__)

PROBES = 3
"""Polls at a time while the network is down: enough to see it come back."""
_CATCH_UP_RATE = 20
"""Feeds a second that are due again after an outage."""
_SHORTEST_CATCH_UP = timedelta(seconds=30)
_REMEMBERED = 500
"""First failures that can be taken back."""


class Reach:
    """What the service knows of its network; one for all polls.

    Args:
        longest_catch_up: how long it may take until every feed that was missed is due: the usual interval.
        on_turn: called with whether the network is down, when that changes.
    """

    def __init__(
        self, *, longest_catch_up: timedelta, on_turn: Callable[[bool], None] = lambda _is_down: None
    ) -> None:
        self._longest_catch_up = longest_catch_up
        self._on_turn = on_turn
        self._line = Line()
        self._lock = Lock()  # polls are recorded on several threads
        self._first: dict[str, tuple[FeedState, FetchProblem]] = {}
        self._missed: set[str] = set()

    @property
    def is_down(self) -> bool:
        return self._line.down_since is not None

    def failed(self, tx: Transaction, state: FeedState, error: FetchError, now: datetime) -> bool:
        """Take in a failed poll; gives whether our own network is to blame.

        Args:
            tx: of the poll.
            state: of the feed before it.
            error: how it failed.
            now: when.
        """
        if error.problem not in UNREACHED:
            if error.status is not None:
                self._reached(tx, state, now)
            return False
        with self._lock:
            is_news = state.failures == 0
            turn = self._line.note(domain_of(state.url), is_reached=False, now=now) if is_news else None
            if not self.is_down and is_news:
                self._first[state.feed_id] = (state, error.problem)
                if len(self._first) > _REMEMBERED:
                    del self._first[next(iter(self._first))]
            if self.is_down:
                self._missed.add(state.feed_id)
            if turn is Turn.DOWN:
                self._go_down(tx, now)
            return self.is_down

    def answered(self, tx: Transaction, state: FeedState, now: datetime) -> None:
        """Take in a poll that was answered."""
        self._reached(tx, state, now)

    def _reached(self, tx: Transaction, state: FeedState, now: datetime) -> None:
        with self._lock:
            self._first.pop(state.feed_id, None)
            self._missed.discard(state.feed_id)
            if self._line.note(domain_of(state.url), is_reached=True, now=now) is Turn.UP:
                self._come_back(tx, now)

    def _go_down(self, tx: Transaction, now: datetime) -> None:
        recent = {
            feed_id: before
            for feed_id, before in self._first.items()
            if before[0].last_poll_at is None or now - before[0].due_at < self._longest_catch_up * 2
        }
        tx.feeds.forgive([state for state, _ in recent.values()])
        tx.problems.take_back([(feed_id, problem) for feed_id, (_, problem) in recent.items()])
        self._missed |= recent.keys()
        self._first.clear()
        reason = "most sites of many owners became unreachable at once: it is our own network; failures do not count"
        tx.troubles.begin(TroubleKind.NETWORK, "", at=now, reason=reason)
        log.warning("network_down", feeds=len(self._missed))
        self._on_turn(True)

    def _come_back(self, tx: Transaction, now: datetime) -> None:
        missed, self._missed = self._missed, set()
        overdue = tx.feeds.due_ids(now)
        feeds = sorted(missed.union(overdue))
        span = min(
            max(timedelta(seconds=len(feeds) / _CATCH_UP_RATE), _SHORTEST_CATCH_UP), self._longest_catch_up
        )
        later = [(feed_id, now + span * random.random()) for feed_id in feeds]  # noqa: S311  (spreads polls)
        tx.feeds.make_due(later)
        tx.troubles.end(TroubleKind.NETWORK, "", at=now)
        log.info("network_up", feeds=len(feeds))
        self._on_turn(False)
