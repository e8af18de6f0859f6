"""When a feed is polled again: a decision, with its reason.

In: what is remembered of the feed, how the poll went, what people and the server asked for, and the limits. Out: the due
time and why. Pure; called by the poller, which stores it with everything else that the poll gave.

A person's word (the feed's `interval`, a rule's `latency`) goes before the feed's own rhythm, and both before hints of
the server (freshness, skipped hours and days). What a server demands (Retry-After), and what its host can bear, goes
before all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.errors import FetchError
from watcher.ingest import rhythm
from watcher.ingest.timetable import skipped_until
from watcher.types import FeedState, FetchProblem

LONGEST_REQUESTED_WAIT = timedelta(days=1)
"""However long a server asks to be left alone: a typing error there must not silence a source for a month."""
RETIRED_WAIT = timedelta(days=7)
"""How often a feed that its server called gone for good is looked at all the same: some come back."""

_JITTER = 0.1
"""Share of an interval by which feeds are spread, so that those of one host do not fall into step."""
_MAX_DOUBLINGS = 20
_MOST_PATIENCE = 4
"""How many intervals a server's freshness may lengthen one to: news sites let caches keep their feed for a day, and
people must hear within minutes."""


class Reason(StrEnum):
    """Why a feed is due when it is."""

    INTERVAL = "interval"
    LATENCY = "latency"
    RHYTHM = "rhythm"
    FRESHNESS = "freshness"
    SKIPPED = "skipped"
    HOST = "host"
    BACKOFF = "backoff"
    RETRY_AFTER = "retry_after"
    GONE = "gone"
    OUTAGE = "outage"


_NEVER_SOONER = frozenset({Reason.FRESHNESS, Reason.SKIPPED, Reason.HOST, Reason.RETRY_AFTER})
_NEVER_LATER = frozenset({Reason.LATENCY})
_WORDS_OF_PEOPLE = frozenset({Reason.INTERVAL, Reason.LATENCY})


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingLimits:
    """How often feeds are polled: `default` where nothing else is said, and the bounds of everything."""

    default: timedelta = timedelta(minutes=15)
    min: timedelta = timedelta(minutes=2)
    max: timedelta = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is asked for one feed; None where nothing is.

    `interval` is the feed's own in the configuration, `latency` the strictest that a rule in force wants. `spacing` is
    the least interval at which its host can serve all feeds that it has.
    """

    interval: timedelta | None = None
    latency: timedelta | None = None
    spacing: timedelta | None = None


NO_WISHES = Wishes()


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
    wishes: Wishes = NO_WISHES,
    freshness: timedelta | None,
    now: datetime,
    random: Callable[[], float],
    is_outage: bool = False,
) -> Due:
    """Decide when a feed is polled again.

    Args:
        state: of the feed; `failures` are those in a row before this poll, `rhythm` and `timetable` are with what this
            poll taught.
        error: how the poll failed; None when it gave a 200 or a 304.
        limits: of all intervals.
        wishes: of people, and of the feed's host.
        freshness: how long the answer stays fresh (see `freshness.freshness`), None when nothing is said.
        now: the end of this poll.
        random: gives numbers in [0, 1).
        is_outage: whether our own network is down, so that a failure of it says nothing of the feed.

    Returns:
        A time after `now`, within the limits but for jitter. Freshness lengthens an interval up to four times. What a
        server asks for is only ever added to, and holds up to a day. Failures, and being told to slow down without a
        time, double the interval up to the maximum and no further: a feed is never given up.
    """
    base, reason = _usual(state, wishes, limits, now)
    if error is not None and is_outage:
        base, reason = limits.min, Reason.OUTAGE
    elif error is not None:
        base, reason = _after_failure(state, error, base=base, limits=limits, now=now)
    elif reason not in _WORDS_OF_PEOPLE and freshness is not None and freshness > base:
        base, reason = min(freshness, base * _MOST_PATIENCE, limits.max), Reason.FRESHNESS
    if wishes.spacing is not None and wishes.spacing > base:
        base, reason = min(wishes.spacing, LONGEST_REQUESTED_WAIT), Reason.HOST
    due = Due(at=now + _spread(base, reason, limits, random), reason=reason)
    if error is not None or reason in _WORDS_OF_PEOPLE:
        return due
    return _outside_skipped(state, due, now=now, random=random, limits=limits)


def counts_as_failure(error: FetchError) -> bool:
    """Tell whether an error is one of the feed: being told to slow down is not."""
    return error.problem is not FetchProblem.RATE_LIMITED


def horizon(limits: PollingLimits) -> timedelta:
    """Give the furthest ahead that a due time can lie.

    One further away was written while the clock was wrong, and would keep the feed waiting until that future comes.
    """
    return max(limits.max, LONGEST_REQUESTED_WAIT, RETIRED_WAIT) * (1 + _JITTER)


def _usual(
    state: FeedState, wishes: Wishes, limits: PollingLimits, now: datetime
) -> tuple[timedelta, Reason]:
    """Give the interval of a feed that answers, before hints and jitter."""
    if wishes.interval is not None:
        base, reason = _within(wishes.interval, limits), Reason.INTERVAL
    elif (learnt := rhythm.unpack(state.rhythm)) is not None:
        wait = rhythm.wait(learnt, now, default=limits.default, least=limits.min, most=limits.max)
        base, reason = _within(wait, limits), Reason.RHYTHM
    else:
        base, reason = limits.default, Reason.RHYTHM
    if wishes.latency is not None and (asked := _within(wishes.latency, limits)) < base:
        return asked, Reason.LATENCY
    return base, reason


def _after_failure(
    state: FeedState, error: FetchError, *, base: timedelta, limits: PollingLimits, now: datetime
) -> tuple[timedelta, Reason]:
    if error.problem is FetchProblem.GONE and state.problem is FetchProblem.GONE:
        return RETIRED_WAIT, Reason.GONE  # like a move, believed when it is said twice
    if error.retryable:
        base = min(base, limits.default)  # a feed that is seldom asked need not be without news for as long
    doublings = min(state.failures, _MAX_DOUBLINGS) if counts_as_failure(error) else 0
    backoff = min(max(base * 2**doublings, _told_off_for(state, error, now)), limits.max)
    asked = min(error.retry_after or timedelta(0), LONGEST_REQUESTED_WAIT)
    return (asked, Reason.RETRY_AFTER) if asked > backoff else (backoff, Reason.BACKOFF)


def _told_off_for(state: FeedState, error: FetchError, now: datetime) -> timedelta:
    """Give how long a server has been telling us to slow down without saying until when: we wait as long again."""
    limited = FetchProblem.RATE_LIMITED
    if error.problem is not limited or error.retry_after is not None or state.problem is not limited:
        return timedelta(0)
    return now - (state.problem_since or now)


def _within(span: timedelta, limits: PollingLimits) -> timedelta:
    return min(max(span, limits.min), limits.max)


def _spread(wait: timedelta, reason: Reason, limits: PollingLimits, random: Callable[[], float]) -> timedelta:
    """Add jitter: to both sides of an interval of ours, only to the side that keeps what was asked for otherwise."""
    if reason in _NEVER_SOONER:
        share = random() * _JITTER
    elif reason in _NEVER_LATER:
        share = -random() * _JITTER
    else:
        share = (random() - 0.5) * 2 * _JITTER
    return max(wait * (1 + share), limits.min)


def _outside_skipped(
    state: FeedState, due: Due, *, now: datetime, random: Callable[[], float], limits: PollingLimits
) -> Due:
    """Move a due time out of the hours and days that the feed says may be skipped, by a day at most."""
    free = skipped_until(state.timetable, due.at, no_later_than=now + LONGEST_REQUESTED_WAIT)
    if free <= due.at:
        return due
    return Due(at=free + limits.default * random(), reason=Reason.SKIPPED)
