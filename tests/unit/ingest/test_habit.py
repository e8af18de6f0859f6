"""How long a feed may be silent before it is silent beyond its habit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.samples import NOW
from watcher.ingest.habit import Habit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def learnt(*pauses: timedelta) -> tuple[Habit, timedelta | None]:
    """Let a feed have these pauses, one after another, until now."""
    habit, at = Habit(), NOW - sum(pauses, timedelta())
    for pause in pauses:
        at += pause
        habit = habit.after(pause, at=at)
    return habit, habit.patience(now=NOW)


def test_of_a_feed_with_fewer_than_three_pauses_nothing_is_known() -> None:
    assert learnt()[1] is None
    assert learnt(HOUR, HOUR)[1] is None
    assert learnt(HOUR, HOUR, HOUR)[1] is not None


def test_a_feed_that_posts_weekly_is_not_silent_after_a_day_nor_after_two_weeks() -> None:
    _, patience = learnt(*[7 * DAY] * 10)
    assert patience is not None
    assert 2 * 7 * DAY < patience < 5 * 7 * DAY


def test_a_wire_that_always_posts_within_hours_is_silent_after_half_a_day_and_not_before() -> None:
    # Posts hourly, with a night of six hours, for three weeks.
    _, patience = learnt(*([HOUR] * 18 + [6 * HOUR]) * 21)
    assert patience is not None
    assert 12 * HOUR <= patience <= DAY


def test_a_desk_that_rests_on_weekends_is_not_silent_on_a_weekend_nor_on_a_long_one() -> None:
    week = ([2 * HOUR] * 4 + [16 * HOUR]) * 4 + [2 * HOUR] * 4 + [64 * HOUR]
    _, patience = learnt(*week * 3)
    assert patience is not None
    assert 88 * HOUR < patience < 8 * DAY


def test_before_two_weeks_are_known_a_weekend_may_still_come() -> None:
    _, patience = learnt(*[HOUR] * 40)
    assert patience == 3 * DAY


def test_the_more_pauses_are_known_the_sooner_an_unusual_one_shows() -> None:
    few, many = learnt(*[DAY] * 15)[1], learnt(*[DAY] * 40)[1]
    assert few is not None
    assert many is not None
    assert many < few


def test_what_was_long_ago_is_forgotten() -> None:
    _, patience = learnt(60 * DAY, *[2 * DAY] * 40)
    assert patience is not None
    assert patience < 6 * DAY


@pytest.mark.parametrize("pause", [timedelta(), timedelta(days=40_000)])
def test_any_pause_can_be_stored(pause: timedelta) -> None:
    habit, _ = learnt(HOUR, pause)
    assert Habit.unpack(habit.pack()) == habit


def test_what_another_version_stored_is_nothing_known() -> None:
    assert Habit.unpack(b"") == Habit.unpack(b"\x07abcdefgh") == Habit()


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 10**9), max_size=120))
def test_patience_is_longer_than_every_pause_that_is_remembered(seconds: list[int]) -> None:
    habit = Habit()
    for number, pause in enumerate(seconds):
        habit = habit.after(timedelta(seconds=pause), at=NOW + number * DAY)
    packed = habit.pack()
    assert len(packed) <= 65
    assert Habit.unpack(packed) == habit
    patience = habit.patience(now=NOW + len(seconds) * DAY)
    assert patience is None or patience > max(week.longest for week in habit.weeks)
