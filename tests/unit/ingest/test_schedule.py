"""When a feed is polled again."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.errors import FetchError
from watcher.ingest import rhythm
from watcher.ingest.schedule import (
    NO_WISHES,
    PollingLimits,
    Reason,
    Wishes,
    counts_as_failure,
    horizon,
    next_due,
)
from watcher.types import FeedState, FetchProblem, Timetable

NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
LIMITS = PollingLimits(default=timedelta(minutes=15), min=timedelta(minutes=2), max=timedelta(hours=6))
S, M, H, D = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


def state(failures: int = 0) -> FeedState:
    return FeedState(feed_id="f", url="https://news.example/", due_at=NOW, failures=failures)


def failure(problem: FetchProblem, retry_after: timedelta | None = None) -> FetchError:
    return FetchError(problem, "x", retry_after=retry_after)


def wait(
    error: FetchError | None = None,
    *,
    failures: int = 0,
    interval: timedelta | None = None,
    freshness: timedelta | None = None,
    jitter: float = 0.5,
) -> tuple[timedelta, Reason]:
    """Decide with the middle of the jitter by default, which shifts an interval by nothing."""
    due = next_due(
        state(failures),
        error,
        limits=LIMITS,
        wishes=Wishes(interval=interval),
        freshness=freshness,
        now=NOW,
        random=lambda: jitter,
    )
    return due.at - NOW, due.reason


@pytest.mark.parametrize(
    ("interval", "freshness", "expected"),
    [
        (None, None, (15 * M, Reason.RHYTHM)),
        (5 * M, None, (5 * M, Reason.INTERVAL)),
        (10 * S, None, (2 * M, Reason.INTERVAL)),
        (2 * D, None, (6 * H, Reason.INTERVAL)),
        (None, 5 * M, (15 * M, Reason.RHYTHM)),
        (None, 1 * H, (63 * M, Reason.FRESHNESS)),
        (None, 3 * D, (63 * M, Reason.FRESHNESS)),
        (5 * M, 1 * H, (5 * M, Reason.INTERVAL)),
    ],
)
def test_after_a_success(
    interval: timedelta | None, freshness: timedelta | None, expected: tuple[timedelta, Reason]
) -> None:
    assert wait(interval=interval, freshness=freshness) == expected


@pytest.mark.parametrize(
    ("error", "failures", "expected"),
    [
        (failure(FetchProblem.TIMEOUT), 0, (15 * M, Reason.BACKOFF)),
        (failure(FetchProblem.TIMEOUT), 1, (30 * M, Reason.BACKOFF)),
        (failure(FetchProblem.DNS), 3, (2 * H, Reason.BACKOFF)),
        (failure(FetchProblem.HTTP_5XX), 5, (6 * H, Reason.BACKOFF)),
        (failure(FetchProblem.NOT_FOUND), 10_000, (6 * H, Reason.BACKOFF)),
        (failure(FetchProblem.GONE), 0, (15 * M, Reason.BACKOFF)),
        (failure(FetchProblem.HTTP_5XX, 30 * S), 0, (15 * M, Reason.BACKOFF)),
        (failure(FetchProblem.HTTP_5XX, 1 * H), 0, (63 * M, Reason.RETRY_AFTER)),
        (failure(FetchProblem.RATE_LIMITED), 0, (15 * M, Reason.BACKOFF)),
        (failure(FetchProblem.RATE_LIMITED), 9, (15 * M, Reason.BACKOFF)),
        (failure(FetchProblem.RATE_LIMITED, 1 * H), 9, (63 * M, Reason.RETRY_AFTER)),
        (failure(FetchProblem.RATE_LIMITED, 12 * H), 0, (12.6 * H, Reason.RETRY_AFTER)),
        (failure(FetchProblem.RATE_LIMITED, 400 * D), 0, (25.2 * H, Reason.RETRY_AFTER)),
    ],
)
def test_after_a_failure(error: FetchError, failures: int, expected: tuple[timedelta, Reason]) -> None:
    assert wait(error, failures=failures) == expected


SAYS_NOTHING = Timetable()
BUSY = rhythm.pack(
    rhythm.Rhythm(since=NOW - 28 * D, at=NOW, counts=dict.fromkeys(range(168), 12.0), recent=70.0)
)


def decide(
    wishes: Wishes = NO_WISHES,
    *,
    error: FetchError | None = None,
    freshness: timedelta | None = None,
    timetable: Timetable = SAYS_NOTHING,
    learnt: bytes = b"",
    jitter: float = 0.5,
    is_outage: bool = False,
) -> tuple[timedelta, Reason]:
    due = next_due(
        replace(state(3), timetable=timetable, rhythm=learnt),
        error,
        limits=LIMITS,
        wishes=wishes,
        freshness=freshness,
        now=NOW,
        random=lambda: jitter,
        is_outage=is_outage,
    )
    return due.at - NOW, due.reason


@pytest.mark.parametrize(
    ("wishes", "freshness", "expected"),
    [
        # The strictest of interval and latency, never later than that, and within the limits.
        (Wishes(latency=5 * M), None, (4.75 * M, Reason.LATENCY)),
        (Wishes(latency=5 * M), 1 * H, (4.75 * M, Reason.LATENCY)),
        (Wishes(latency=1 * S), None, (2 * M, Reason.LATENCY)),
        (Wishes(latency=1 * H), None, (15 * M, Reason.RHYTHM)),
        (Wishes(latency=10 * M, interval=1 * H), None, (9.5 * M, Reason.LATENCY)),
        (Wishes(latency=2 * H, interval=1 * H), None, (1 * H, Reason.INTERVAL)),
        # A host with more feeds than it has turns for stretches all of it.
        (Wishes(latency=5 * M, spacing=10 * M), None, (10.5 * M, Reason.HOST)),
        (Wishes(interval=5 * M, spacing=2 * M), None, (5 * M, Reason.INTERVAL)),
    ],
)
def test_what_people_ask_for(
    wishes: Wishes, freshness: timedelta | None, expected: tuple[timedelta, Reason]
) -> None:
    assert decide(wishes, freshness=freshness) == expected


def test_a_learnt_rhythm_takes_the_place_of_the_default() -> None:
    wait, reason = decide(learnt=BUSY)
    assert reason is Reason.RHYTHM
    assert 2 * M <= wait < 6 * M
    assert decide(Wishes(interval=1 * H), learnt=BUSY) == (1 * H, Reason.INTERVAL)


@pytest.mark.parametrize(
    ("timetable", "wishes", "expected"),
    [
        (Timetable(skip_hours=frozenset({12})), Wishes(), (67.5 * M, Reason.SKIPPED)),
        (Timetable(skip_days=frozenset({5})), Wishes(), (12 * H + 7.5 * M, Reason.SKIPPED)),
        # A weekend is longer than anybody is left alone for.
        (Timetable(skip_days=frozenset({5, 6})), Wishes(), (24 * H + 7.5 * M, Reason.SKIPPED)),
        (Timetable(skip_hours=frozenset({13})), Wishes(), (15 * M, Reason.RHYTHM)),
        # Hints yield to a person's word.
        (Timetable(skip_hours=frozenset({12})), Wishes(interval=15 * M), (15 * M, Reason.INTERVAL)),
        (Timetable(skip_hours=frozenset({12})), Wishes(latency=10 * M), (9.5 * M, Reason.LATENCY)),
    ],
)
def test_hours_that_a_feed_lets_be_skipped(
    timetable: Timetable, wishes: Wishes, expected: tuple[timedelta, Reason]
) -> None:
    """It is Saturday noon."""
    assert decide(wishes, timetable=timetable) == expected


def test_a_feed_that_was_called_gone_twice_is_retired_and_still_looked_at() -> None:
    gone = failure(FetchProblem.GONE)
    again = replace(state(1), problem=FetchProblem.GONE)
    due = next_due(again, gone, limits=LIMITS, freshness=None, now=NOW, random=lambda: 0.5)
    assert (due.at - NOW, due.reason) == (7 * D, Reason.GONE)


def test_being_told_to_slow_down_without_a_time_doubles_the_wait_however_often_people_want_polls() -> None:
    now, told, waits = NOW, state(), []
    for _ in range(10):
        due = next_due(
            told,
            failure(FetchProblem.RATE_LIMITED),
            limits=LIMITS,
            wishes=Wishes(latency=5 * M),
            freshness=None,
            now=now,
            random=lambda: 0.5,
        )
        waits.append((due.at - now) / M)
        told = replace(told, problem=FetchProblem.RATE_LIMITED, problem_since=told.problem_since or now)
        now = due.at
    assert waits == [5, 5, 10, 20, 40, 80, 160, 320, 360, 360]
    named = failure(FetchProblem.RATE_LIMITED, 1 * M)
    due = next_due(told, named, limits=LIMITS, freshness=None, now=now, random=lambda: 0.5)
    assert (due.at - now, due.reason) == (15 * M, Reason.BACKOFF), (
        "a server that names a time is taken at its word"
    )


def test_an_outage_of_our_own_is_no_reason_to_wait_longer() -> None:
    down = failure(FetchProblem.CONNECT)
    assert decide(error=down, is_outage=True) == (2 * M, Reason.OUTAGE)
    assert decide(error=down) == (2 * H, Reason.BACKOFF)


def test_jitter_spreads_feeds_that_were_polled_together() -> None:
    rng = random.Random(1)
    waits = {wait(jitter=rng.random())[0] for _ in range(100)}
    assert len(waits) == 100
    assert min(waits) >= 13.5 * M
    assert max(waits) <= 16.5 * M


def test_a_server_is_never_asked_sooner_than_it_wants() -> None:
    limited = failure(FetchProblem.RATE_LIMITED, 1 * H)
    assert wait(limited, jitter=0.0)[0] == 1 * H
    assert wait(freshness=1 * H, jitter=0.0)[0] == 1 * H


PROBLEMS = st.one_of(st.none(), st.sampled_from(FetchProblem))
SPANS = st.one_of(st.none(), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=100_000)))


@given(PROBLEMS, st.integers(0, 10**9), SPANS, SPANS, SPANS, st.floats(0, 1, exclude_max=True))
@settings(derandomize=True, max_examples=60)
def test_a_feed_is_always_due_again_within_bounds(
    problem: FetchProblem | None,
    failures: int,
    retry_after: timedelta | None,
    interval: timedelta | None,
    freshness: timedelta | None,
    jitter: float,
) -> None:
    error = failure(problem, retry_after) if problem else None
    span, _ = wait(error, failures=failures, interval=interval, freshness=freshness, jitter=jitter)
    assert LIMITS.min <= span <= horizon(LIMITS)


def test_only_being_told_to_slow_down_is_no_failure() -> None:
    assert [p for p in FetchProblem if not counts_as_failure(failure(p))] == [FetchProblem.RATE_LIMITED]


def test_no_schedule_reaches_beyond_the_horizon() -> None:
    gone = FetchError(FetchProblem.RATE_LIMITED, "x", retry_after=4_000 * D)
    span, _ = wait(gone, jitter=0.999)
    assert 26 * H < span <= horizon(LIMITS) < 8 * D
