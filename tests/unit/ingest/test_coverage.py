"""What a poll says of whether we hear all that its feed says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support import samples
from tests.support.samples import NOW
from watcher.errors import FetchError
from watcher.ingest.coverage import Coverage, Sighting, after_answer, after_failure, sooner, words
from watcher.ingest.habit import Habit
from watcher.types import FeedState, FetchProblem, TroubleKind

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
T = TroubleKind
LIVE = samples.feed_state(last_success_at=NOW - QUARTER, last_new_item_at=NOW - HOUR, silent_after=NOW + DAY)


def seen(**changes: Any) -> Sighting:
    """A poll that brought one new entry beside nineteen known ones."""
    usual = Sighting(now=NOW, is_changed=True, entries=20, known=19, new=1)
    return replace(usual, **changes)


UNCHANGED = Sighting(now=NOW)


def decide(state: FeedState, sighting: Sighting, habit: Habit = Habit()) -> Coverage:  # noqa: B008 - frozen
    return after_answer(state, sighting, habit)


CASES: dict[str, tuple[dict[str, Any], Sighting, set[T]]] = {
    "as ever": ({}, seen(), set()),
    "unchanged": ({}, UNCHANGED, set()),
    "no overlap": ({}, seen(known=0, new=20), {T.OVERFLOW}),
    "no overlap, read back": ({}, seen(known=0, new=20, is_read_back=True), set()),
    "no overlap, first poll": (
        {"filled": False, "last_success_at": None, "last_new_item_at": None}, seen(known=0, new=20), set(),
    ),
    "no overlap, first entries ever": ({"last_new_item_at": None}, seen(known=0, new=20), set()),
    "one entry, another one": ({}, seen(entries=1, known=0, new=1), set()),
    "all under new ids": ({}, seen(known=0, rebound=20, new=0), {T.STORM}),
    "some under new ids": ({}, seen(known=16, rebound=4, new=0), set()),
    "no entry any more": ({}, seen(entries=0, known=0, new=0), {T.EMPTIED}),
    "never had one": ({"last_new_item_at": None}, seen(entries=0, known=0, new=0), set()),
    "silent": ({"silent_after": NOW}, UNCHANGED, {T.SILENT}),
    "silent, edits only": ({"silent_after": NOW}, seen(known=20, new=0), {T.SILENT}),
    "not silent: something new": ({"silent_after": NOW}, seen(), set()),
    "not silent yet": ({"silent_after": NOW + timedelta(seconds=1)}, UNCHANGED, set()),
    "empty rather than silent": ({"silent_after": NOW, "troubles": frozenset({T.EMPTIED})}, UNCHANGED, {T.EMPTIED}),
    "dates ahead": ({}, seen(known=17, new=3, ahead=2), {T.SKEWED}),
    "one date ahead": ({}, seen(known=17, new=3, ahead=1), set()),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_an_answer_begins_the_troubles_that_it_shows(case: tuple[dict[str, Any], Sighting, set[T]]) -> None:
    changes, sighting, expected = case
    found = decide(replace(LIVE, **changes), sighting)
    assert found.troubles == expected
    assert {one.kind for one in found.begun} == expected - changes.get("troubles", frozenset())
    assert all(one.reason for one in found.begun)


@pytest.mark.parametrize("ahead", [timedelta(hours=14), DAY, 30 * DAY])
def test_time_in_which_nobody_looked_is_no_silence_and_no_habit(ahead: timedelta) -> None:
    """The clock is set on between two polls of a feed that brings something every two hours."""
    habit = Habit()
    for n in range(400):
        habit = habit.after(2 * HOUR, at=NOW - (400 - n) * 2 * HOUR)
    patience = habit.patience(now=NOW)
    assert patience is not None
    state = replace(
        LIVE, last_new_item_at=NOW, last_success_at=NOW, silent_after=NOW + patience, due_at=NOW + QUARTER
    )
    now = NOW + ahead + QUARTER
    found = decide(state, Sighting(now=now), habit)
    assert not found.begun
    assert found.silent_after == state.silent_after + ahead  # type: ignore[operator]
    state = replace(state, silent_after=found.silent_after, last_success_at=now, due_at=now + QUARTER)
    later = decide(state, seen(now=now + 2 * HOUR), habit)
    assert later.habit is not None
    assert later.habit.patience(now=now) == pytest.approx(patience, abs=HOUR)
    silent = decide(replace(state, due_at=now + patience), Sighting(now=now + patience), habit)
    assert [one.kind for one in silent.begun] == [T.SILENT], "it is told of silence that was watched"


ENDS: dict[str, tuple[T, Sighting, bool]] = {
    "failing, 304": (T.FAILING, UNCHANGED, True),
    "blocked, 304": (T.BLOCKED, UNCHANGED, True),
    "retired, 200": (T.RETIRED, seen(), True),
    "emptied, 304": (T.EMPTIED, UNCHANGED, False),
    "emptied, entries": (T.EMPTIED, seen(), True),
    "silent, 304": (T.SILENT, UNCHANGED, False),
    "silent, news": (T.SILENT, seen(), True),
    "overflow, 304": (T.OVERFLOW, UNCHANGED, False),
    "overflow, overlap": (T.OVERFLOW, seen(), True),
    "overflow, again": (T.OVERFLOW, seen(known=0, new=20), False),
    "storm, 304": (T.STORM, UNCHANGED, False),
    "storm, quiet": (T.STORM, seen(), True),
    "storm, again": (T.STORM, seen(known=0, rebound=20, new=0), False),
    "skewed, no news": (T.SKEWED, seen(new=0), False),
    "skewed, right dates": (T.SKEWED, seen(), True),
}


@pytest.mark.parametrize("case", ENDS.values(), ids=ENDS.keys())
def test_a_trouble_ends_when_it_is_shown_to_be_over_and_begins_only_once(
    case: tuple[T, Sighting, bool],
) -> None:
    kind, sighting, is_over = case
    found = decide(replace(LIVE, troubles=frozenset({kind})), sighting)
    assert found.ended == ({kind} if is_over else set())
    assert (kind in found.troubles) is not is_over
    assert kind not in {one.kind for one in found.begun}


def failed(
    state: FeedState, problem: FetchProblem, *, failures: int = 2, since: datetime = NOW - HOUR
) -> Coverage:
    return after_failure(state, FetchError(problem, "says why"), failures=failures, since=since, now=NOW)


FAILURES = {
    FetchProblem.HTTP_5XX: T.FAILING,
    FetchProblem.DNS: T.FAILING,
    FetchProblem.NOT_A_FEED: T.FAILING,
    FetchProblem.FORBIDDEN: T.BLOCKED,
    FetchProblem.UNAUTHORIZED: T.BLOCKED,
    FetchProblem.GONE: T.RETIRED,
    FetchProblem.EMPTY: T.EMPTIED,
    FetchProblem.MALFORMED: T.EMPTIED,
}


@pytest.mark.parametrize(("problem", "kind"), FAILURES.items())
def test_a_second_failure_begins_a_trouble_since_the_first(problem: FetchProblem, kind: T) -> None:
    assert failed(LIVE, problem, failures=1).begun == ()
    (begun,) = failed(LIVE, problem).begun
    assert (begun.kind, begun.since, begun.reason) == (kind, NOW - HOUR, "says why")


def test_a_feed_that_never_had_entries_fails_rather_than_loses_them() -> None:
    found = failed(replace(LIVE, last_new_item_at=None), FetchProblem.EMPTY)
    assert found.troubles == {T.FAILING}


def test_being_asked_to_wait_is_no_trouble() -> None:
    assert failed(LIVE, FetchProblem.RATE_LIMITED, failures=9).troubles == set()


def test_another_class_of_failure_takes_the_place_of_the_first() -> None:
    state = replace(LIVE, troubles=frozenset({T.FAILING, T.STORM}))
    found = failed(state, FetchProblem.FORBIDDEN, failures=5)
    assert found.troubles == {T.BLOCKED, T.STORM}
    assert found.ended == {T.FAILING}
    assert found.begun[0].since == NOW


def test_a_pause_is_learnt_when_it_ends_while_somebody_looked() -> None:
    (week,) = (decide(LIVE, seen()).habit or Habit()).weeks
    assert (week.pauses, week.longest) == (1, HOUR)
    away = replace(LIVE, last_success_at=NOW - 2 * DAY, last_new_item_at=NOW - 2 * DAY)
    assert decide(away, seen()).habit == Habit()
    assert decide(replace(LIVE, last_new_item_at=None), seen()).habit is None
    assert decide(LIVE, seen(new=0)).habit is None


def test_silence_is_counted_from_the_last_news_and_only_once_a_habit_is_known() -> None:
    assert decide(LIVE, seen()).silent_after is None
    habit = Habit()
    for n in range(3):
        habit = habit.after(HOUR, at=NOW - n * DAY)
    after = decide(LIVE, seen(), habit).silent_after
    assert after is not None
    assert after > NOW + 3 * HOUR
    assert decide(replace(LIVE, silent_after=after), UNCHANGED).silent_after == after


def test_a_document_that_was_replaced_between_polls_is_asked_for_twice_as_often() -> None:
    gap = seen(known=0, new=20)
    turnover = decide(LIVE, gap).turnover
    assert turnover == QUARTER
    least = timedelta(minutes=2)
    assert sooner(NOW + QUARTER, turnover, now=NOW, least=least) == NOW + QUARTER / 2
    assert sooner(NOW + QUARTER, timedelta(minutes=1), now=NOW, least=least) == NOW + least
    assert sooner(NOW + least, DAY, now=NOW, least=least) == NOW + least
    assert sooner(NOW + QUARTER, None, now=NOW, least=least) == NOW + QUARTER


def test_the_haste_ends_when_polls_as_far_apart_as_then_overlap_again() -> None:
    hasty = replace(LIVE, turnover=timedelta(minutes=10))
    assert decide(hasty, seen()).turnover is None
    assert decide(replace(hasty, turnover=HOUR), seen()).turnover == HOUR
    assert decide(hasty, UNCHANGED).turnover == timedelta(minutes=10)
    assert decide(hasty, seen(known=0, new=20)).turnover == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("span", "said"),
    [(3 * DAY, "3 days"), (90 * QUARTER / 15, "90 minutes"), (HOUR, "60 minutes"), (30 * HOUR, "30 hours"),
     (timedelta(seconds=61), "1 minute"), (timedelta(seconds=7), "7 seconds"), (-HOUR, "0 seconds")],
)  # fmt: skip
def test_spans_are_said_in_words(span: timedelta, said: str) -> None:
    assert words(span) == said
