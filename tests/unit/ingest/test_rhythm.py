"""A feed's own rhythm, learnt from first-seen times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.rhythm import Rhythm, begin, hour_of_week, learn, pack, unpack, wait

MONDAY = datetime(2026, 8, 3, tzinfo=UTC)
M, H, D = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DEFAULT, LEAST, MOST = 15 * M, 2 * M, 6 * H


def waits(rhythm: Rhythm, now: datetime) -> timedelta:
    return wait(rhythm, now, default=DEFAULT, least=LEAST, most=MOST)


def lived(until: datetime, *arrivals: datetime, step: timedelta = H) -> Rhythm:
    """Let a feed that was first polled on Monday be polled at every step."""
    rhythm, before = begin(MONDAY), MONDAY
    while before < until:
        now = before + step
        new = [moment for moment in arrivals if before < moment <= now]
        rhythm = learn(rhythm, new, after=before, now=now) if new else rhythm
        before = now
    return rhythm


def test_a_feed_of_which_nothing_is_known_is_polled_at_the_default() -> None:
    assert waits(begin(MONDAY), MONDAY) == DEFAULT


def test_a_busy_feed_is_asked_more_often_and_a_silent_one_less() -> None:
    busy = lived(MONDAY + 7 * D, *(MONDAY + n * 10 * M for n in range(1, 1_000)))
    silent = begin(MONDAY)
    now = MONDAY + 7 * D
    assert LEAST <= waits(busy, now) < 5 * M
    assert 45 * M < waits(silent, now) < waits(silent, now + 60 * D) <= MOST


def test_a_feed_at_the_reference_rate_stays_at_the_default() -> None:
    steady = lived(MONDAY + 28 * D, *(MONDAY + n * 5 * H for n in range(1, 200)))
    found = [waits(steady, MONDAY + 28 * D + n * H) for n in range(24)]
    assert 13 * M < sum(found, timedelta(0)) / 24 < 22 * M


def test_polls_gather_at_the_hours_at_which_items_come() -> None:
    at_noon = lived(
        MONDAY + 28 * D, *(MONDAY + n * D + 12 * H + k * 5 * M for n in range(28) for k in range(10))
    )
    after = MONDAY + 28 * D
    assert waits(at_noon, after + 12 * H) < waits(at_noon, after + 2 * H) / 3
    # A wait that begins in a quiet hour is cut short by the busy one that it reaches into.
    assert waits(at_noon, after + 11.9 * H) < waits(at_noon, after + 11 * H) / 1.5


def test_a_weekly_hour_is_told_from_the_same_hour_of_other_days() -> None:
    tuesdays = lived(
        MONDAY + 84 * D, *(MONDAY + D + n * 7 * D + 9 * H + k * 5 * M for n in range(12) for k in range(10))
    )
    after = MONDAY + 84 * D
    assert waits(tuesdays, after + D + 9 * H) < waits(tuesdays, after + 9 * H) / 1.5


def test_what_happens_today_raises_the_rate_at_once() -> None:
    quiet = lived(MONDAY + 28 * D, *(MONDAY + n * D for n in range(1, 28)))
    now = MONDAY + 28 * D + 6 * H
    stirred = learn(quiet, [now - 3 * M * n for n in range(20)], after=now - H, now=now)
    assert waits(stirred, now) < waits(quiet, now) / 2


def test_a_date_is_believed_only_between_the_two_polls() -> None:
    now = MONDAY + 3 * H
    believed = learn(begin(MONDAY), [MONDAY + 1.5 * H], after=MONDAY, now=now)
    assert believed.counts == {1: 1.0}
    for wrong in (MONDAY - 400 * D, now + 400 * D, None):
        spread = learn(begin(MONDAY), [wrong], after=MONDAY, now=now)
        assert spread.counts == pytest.approx({0: 1 / 3, 1: 1 / 3, 2: 1 / 3})


def test_an_archive_published_anew_does_not_make_a_news_wire() -> None:
    now = MONDAY + H
    assert learn(begin(MONDAY), [None] * 5_000, after=MONDAY, now=now).recent == 50


def test_a_rhythm_survives_the_store() -> None:
    rhythm = lived(MONDAY + 3 * D, MONDAY + H, MONDAY + 30 * H, MONDAY + 31 * H)
    again = unpack(pack(rhythm))
    assert again is not None
    assert (again.since, again.at) == (rhythm.since, rhythm.at)
    assert again.counts == pytest.approx(dict(rhythm.counts), rel=1e-6)
    assert unpack(b"") is None


def test_hours_are_counted_from_monday() -> None:
    assert hour_of_week(MONDAY) == 0
    assert hour_of_week(MONDAY - M) == 167


@pytest.mark.parametrize("weeks", [1, 4, 100])
def test_a_clock_that_is_set_back_makes_no_feed_seem_busier(weeks: int) -> None:
    rhythm = lived(MONDAY + 3 * D, *(MONDAY + n * H for n in range(72)))
    last = MONDAY + 71 * H
    assert waits(rhythm, last - 7 * weeks * D) == waits(rhythm, last) > LEAST


@given(st.lists(st.tuples(st.integers(-(10**8), 10**8), st.integers(0, 60)), max_size=8))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_a_clock_that_jumps_neither_starves_nor_hammers(polls: list[tuple[int, int]]) -> None:
    """Whatever the clock shows from poll to poll, the wait is within the limits."""
    rhythm, before = begin(MONDAY), MONDAY
    for seconds, count in polls:
        now = MONDAY + timedelta(seconds=seconds)
        rhythm = unpack(pack(learn(rhythm, [None] * count, after=before, now=now))) or rhythm
        assert LEAST <= waits(rhythm, now) <= MOST
        before = now
