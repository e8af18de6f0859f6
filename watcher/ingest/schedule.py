"""When a feed is polled again: a decision, with its reason.

In: what is remembered of the feed, how the poll went, what the server asked for, and the limits. Out: the due time
and why. Pure; called by the poller, which stores it with everything else that the poll gave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.errors import FetchError
from watcher.types import FeedState, FetchProblem

LONGEST_REQUESTED_WAIT = timedelta(days=1)
"""However long a server asks to be left alone: a typing error there must not silence a source for a month."""

_JITTER = 0.1
"""Share of an interval by which feeds are spread, so that those of one host do not fall into step."""
_MAX_DOUBLINGS = 20
_MOST_PATIENCE = 4
"""How many intervals a server's freshness may lengthen one to: news sites let caches keep their feed for a day, and
people must hear within minutes."""

_NEVER_SOONER = frozenset({FetchProblem.GONE})


class Reason(StrEnum):
    """Why a feed is due when it is."""

    INTERVAL = "interval"
    FRESHNESS = "freshness"
    BACKOFF = "backoff"
    RETRY_AFTER = "retry_after"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingLimits:
    """How often feeds are polled: `default` where nothing else is said, and the bounds of everything."""

    default: timedelta = timedelta(minutes=15)
    min: timedelta = timedelta(minutes=2)
    max: timedelta = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When to poll next, and why then."""

    at: datetime
    reason: Reason


def next_due(
    state: FeedState,
    error: FetchError | None,
    *,
    limits: PollingLimits,
    interval: timedelta | None,
    freshness: timedelta | None,
    now: datetime,
    random: Callable[[], float],
) -> Due:
    """Decide when a feed is polled again.

    Args:
        state: as it was before this poll; `failures` are those in a row until then.
        error: how the poll failed; None when it gave a 200 or a 304.
        limits: of all intervals.
        interval: the feed's own, from the configuration; None for the default. It is a person's word: what the
            server says of freshness does not lengthen it.
        freshness: how long the answer stays fresh (see `freshness.freshness`), None when nothing is said.
        now: the end of this poll.
        random: gives numbers in [0, 1).

    Returns:
        A time after `now`, within the limits but for jitter. Freshness lengthens an interval up to four times. A server's wish to be left alone is only ever added to,
        and holds up to a day. Failures double the interval up to the maximum and no further: a feed is never given
        up.
    """
    base = _within(interval or limits.default, limits)
    if error is not None:
        wait, reason = _after_failure(state, error, base=base, limits=limits)
    elif interval is None and freshness is not None and freshness > base:
        wait, reason = min(freshness, base * _MOST_PATIENCE, limits.max), Reason.FRESHNESS
    else:
        wait, reason = base, Reason.INTERVAL
    return Due(at=now + _spread(wait, reason, limits, random), reason=reason)


def counts_as_failure(error: FetchError) -> bool:
    """Tell whether an error is one of the feed: being told to slow down is not."""
    return error.problem is not FetchProblem.RATE_LIMITED


def horizon(limits: PollingLimits) -> timedelta:
    """Give the furthest ahead that a due time can lie.

    One further away was written while the clock was wrong, and would keep the feed waiting until that future comes.
    """
    return max(limits.max, LONGEST_REQUESTED_WAIT) * (1 + _JITTER)


def _after_failure(
    state: FeedState, error: FetchError, *, base: timedelta, limits: PollingLimits
) -> tuple[timedelta, Reason]:
    if error.problem in _NEVER_SOONER:
        return limits.max, Reason.GONE
    doublings = min(state.failures, _MAX_DOUBLINGS) if counts_as_failure(error) else 0
    backoff = min(base * 2**doublings, limits.max)
    asked = min(error.retry_after or timedelta(0), LONGEST_REQUESTED_WAIT)
    return (asked, Reason.RETRY_AFTER) if asked > backoff else (backoff, Reason.BACKOFF)


def _within(span: timedelta, limits: PollingLimits) -> timedelta:
    return min(max(span, limits.min), limits.max)


def _spread(wait: timedelta, reason: Reason, limits: PollingLimits, random: Callable[[], float]) -> timedelta:
    """Add jitter: to both sides of an interval of ours, only later than what a server asked for."""
    share = (
        random() * _JITTER
        if reason in (Reason.RETRY_AFTER, Reason.FRESHNESS)
        else (random() - 0.5) * 2 * _JITTER
    )
    return max(wait * (1 + share), limits.min)
