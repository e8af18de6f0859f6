"""Which due feeds are polled now, and which must wait for their host: a decision before any request is made.

In: feeds that are due, and the host gate. Out: those to start, and for the others when they are due again. Called by the
poller. Without it, the feeds of one slow or overfull host would take all places that there are for polls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from watcher.ingest.domain import domain_of
from watcher.types import FeedState

PATIENCE = timedelta(seconds=20)
"""How long a poll may wait for its host's turn: longer, and it gives its place to another host's."""


class Turns(Protocol):
    """What is asked of the host gate."""

    def wait_for(self, url: str) -> timedelta:
        """Estimate how long a request would wait now."""
        ...

    def book(self, url: str) -> timedelta:
        """Promise a turn to somebody who comes back for it; gives in how long."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """The feeds to poll now, and the others with when they are due again."""

    start: tuple[FeedState, ...]
    later: tuple[tuple[str, datetime], ...]


def dispatch(due: Sequence[FeedState], turns: Turns, *, min_delay: timedelta, now: datetime) -> Dispatch:
    """Sort feeds that are due.

    Args:
        due: in the order in which they fell due.
        turns: the host gate.
        min_delay: between two requests at one host.
        now: the time of this decision.
    """
    start: list[FeedState] = []
    later: list[tuple[str, datetime]] = []
    ahead: dict[str, int] = {}
    for state in due:
        wait = turns.wait_for(state.url) + ahead.get(domain_of(state.url), 0) * min_delay
        if wait <= PATIENCE:
            start.append(state)
            ahead[domain_of(state.url)] = ahead.get(domain_of(state.url), 0) + 1
        else:
            later.append((state.feed_id, now + max(wait, turns.book(state.url))))
    return Dispatch(start=tuple(start), later=tuple(later))
