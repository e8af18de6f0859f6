"""Rules over time: what counts as many, as a spike and as new, and when it is told again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, factorial, isclose
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.matching import item
from watcher.match.rates import (
    MOST_CHANCE,
    RECENT,
    Episode,
    History,
    New,
    Reading,
    Reason,
    Spike,
    Surge,
    Unit,
    Verdict,
    chance_of,
    decide,
    moment_of,
    overlap,
    spoken,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WINDOW = 6 * HOUR

SURGE = Surge(unit=Unit.STORIES, at_least=3, within=WINDOW)
SPIKE = Spike(unit=Unit.ITEMS, factor=3, within=WINDOW, baseline=14 * DAY, at_least=5)
NEW = New(new_in=90 * DAY)


def newest(count: int) -> tuple[datetime, ...]:
    return tuple(NOW - n * MINUTE for n in range(count))


class TestSurge:
    @pytest.mark.parametrize(
        ("count", "reason"),
        [(0, Reason.TOO_FEW), (2, Reason.TOO_FEW), (3, Reason.REACHED), (9, Reason.REACHED)],
    )
    def test_it_holds_from_at_least_on(self, count: int, reason: Reason) -> None:
        reading = SURGE.read(History(newest=newest(count)), NOW)
        assert (reading.count, reading.reason, reading.holds) == (count, reason, reason is Reason.REACHED)

    def test_it_ceases_when_too_few_are_left_in_the_window(self) -> None:
        reading = SURGE.read(History(newest=newest(5)), NOW)
        assert reading.until == NOW - 2 * MINUTE + WINDOW

    def test_the_headline_counts(self) -> None:
        one = Surge(unit=Unit.STORIES, at_least=1, within=90 * MINUTE)
        assert one.said(one.read(History(newest=newest(1)), NOW), "") == "1 story in 1 h 30 min"


class TestSpike:
    @pytest.mark.parametrize(
        ("count", "before", "watched", "reason"),
        [
            (4, 14, 14 * DAY, Reason.TOO_FEW),
            (5, 14, 14 * DAY, Reason.REACHED),
            (50, 14, 6 * DAY, Reason.NOT_WATCHED),  # less than half of the baseline
            (5, 7, 7 * DAY, Reason.REACHED),
            (50, 0, 14 * DAY, Reason.NOTHING_BEFORE),
            (50, 0, 0 * DAY, Reason.NOT_WATCHED),
            (29, 560, 14 * DAY, Reason.USUAL),  # usually 10
            (30, 560, 14 * DAY, Reason.REACHED),
            (5, 1, 14 * DAY, Reason.REACHED),
        ],
    )
    def test_it_is_many_against_its_own_usual_rate(
        self, count: int, before: int, watched: timedelta, reason: Reason
    ) -> None:
        reading = SPIKE.read(History(newest=newest(count), before=before, watched=watched), NOW)
        assert reading.reason is reason
        assert reading.holds is (reason is Reason.REACHED)

    def test_a_small_multiple_of_little_may_be_chance(self) -> None:
        small = Spike(unit=Unit.ITEMS, factor=1.5, within=WINDOW, baseline=14 * DAY, at_least=2)
        reading = small.read(History(newest=newest(3), before=56, watched=14 * DAY), NOW)
        assert (reading.reason, reading.usual, reading.needed) == (Reason.MAY_BE_CHANCE, 1.0, 5)
        assert reading.chance is not None
        assert reading.chance > MOST_CHANCE

    def test_a_thin_baseline_asks_for_more_than_a_long_one(self) -> None:
        def needed(days: int) -> int:
            spike = Spike(unit=Unit.ITEMS, factor=2, within=DAY, baseline=days * DAY, at_least=2)
            return spike.read(History(newest=newest(9), before=2 * days, watched=days * DAY), NOW).needed

        assert needed(3) > needed(100)

    @given(before=st.integers(1, 5_000), watched=st.integers(168, 336), count=st.integers(0, 3_000))
    @settings(derandomize=True, max_examples=60, deadline=None)
    def test_what_is_needed_is_the_smallest_count_that_fires(
        self, before: int, watched: int, count: int
    ) -> None:
        def read(number: int) -> Reading:
            return SPIKE.read(History(newest=(NOW,) * number, before=before, watched=watched * HOUR), NOW)

        needed = read(count).needed if count >= SPIKE.at_least else read(SPIKE.at_least).needed
        assert read(needed).holds
        assert not read(needed - 1).holds
        assert read(count).holds is (count >= needed)

    def test_the_headline_says_how_many_times(self) -> None:
        reading = SPIKE.read(History(newest=newest(9), before=112, watched=14 * DAY), NOW)
        assert SPIKE.said(reading, "") == "9 items in 6 h, 4.5 times the usual 2"


class TestChance:
    def test_with_very_much_history_it_is_poissons_tail(self) -> None:
        """P(X >= 5) for Poisson with mean 2, from its series."""
        poisson = 1 - sum(exp(-2) * 2**k / factorial(k) for k in range(5))
        assert isclose(chance_of(5, 2_000_000, 1_000_000), poisson, rel_tol=1e-4)

    def test_one_event_in_one_window_says_little(self) -> None:
        """Negative binomial with r = 3/2 and p = 1/2: P(X >= 3) = 1 - p^r (1 + 3/4 + 15/32)."""
        assert isclose(chance_of(3, 1, 1), 1 - 0.5**1.5 * (1 + 0.75 + 15 / 32), rel_tol=1e-7)

    @pytest.mark.parametrize(
        ("count", "before", "windows"), [(3508, 1000, 1), (1140, 10, 1), (4223, 10_000, 5)]
    )
    def test_a_tail_too_small_for_numbers_is_none(self, count: int, before: int, windows: int) -> None:
        assert chance_of(count, before, windows) < 1e-300

    @given(st.integers(0, 10_000), st.integers(1, 1_000), st.integers(0, 5_000))
    @settings(derandomize=True, max_examples=60, deadline=None)
    def test_it_is_a_probability_that_falls_with_the_count(
        self, before: int, windows: int, count: int
    ) -> None:
        this, more = chance_of(count, before, windows), chance_of(count + 1, before, windows)
        assert 0 <= more <= this + 1e-9
        assert this <= 1


class TestNew:
    @pytest.mark.parametrize(
        ("count", "last_seen", "watched", "reason"),
        [
            (1, None, 90 * DAY, Reason.NEW),
            (1, NOW - 90 * DAY, 200 * DAY, Reason.NEW),
            (1, NOW - 89 * DAY, 200 * DAY, Reason.SEEN_BEFORE),
            (1, None, 89 * DAY, Reason.NOT_WATCHED),
            (0, None, 200 * DAY, Reason.TOO_FEW),
        ],
    )
    def test_it_is_new_when_it_was_watched_for_so_long_and_not_seen(
        self, count: int, last_seen: datetime | None, watched: timedelta, reason: Reason
    ) -> None:
        reading = NEW.read(History(newest=newest(count), last_seen=last_seen, watched=watched), NOW)
        assert (reading.reason, reading.holds) == (reason, reason is Reason.NEW)

    def test_only_recent_reports_make_new(self) -> None:
        assert NEW.window == RECENT
        assert New(new_in=DAY).window == DAY


class TestEpisodes:
    HOLDS = Reading(holds=True, reason=Reason.REACHED, count=3, needed=3, until=NOW + HOUR)
    FAILS = Reading(holds=False, reason=Reason.TOO_FEW, count=1, needed=3)

    def episode(self, *, until: datetime, told_at: datetime = NOW - 3 * HOUR) -> Episode:
        return Episode(
            rule="r",
            term="",
            started_at=NOW - 3 * HOUR,
            until=until,
            told_at=told_at,
            count=3,
            headline="h",
            alert_id="al",
        )

    def test_the_first_time_fires(self) -> None:
        assert decide(self.HOLDS, None, NOW, None) is Verdict.FIRE
        assert decide(self.FAILS, None, NOW, None) is Verdict.KEEP

    def test_while_it_goes_on_it_grows(self) -> None:
        on = self.episode(until=NOW + HOUR)
        assert decide(self.HOLDS, on, NOW, None) is Verdict.GROW
        assert decide(self.HOLDS, on, NOW, 12 * HOUR) is Verdict.GROW

    def test_after_the_reminder_it_is_told_again_while_it_holds(self) -> None:
        on = self.episode(until=NOW + HOUR)
        assert decide(self.HOLDS, on, NOW, 3 * HOUR) is Verdict.REMIND
        assert decide(self.FAILS, on, NOW, 3 * HOUR) is Verdict.GROW

    def test_once_it_is_over_it_fires_again(self) -> None:
        over = self.episode(until=NOW)
        assert decide(self.HOLDS, over, NOW, None) is Verdict.FIRE
        assert decide(self.FAILS, over, NOW, None) is Verdict.KEEP


@pytest.mark.parametrize(
    ("changes", "counts_at"),
    [
        ({"published": NOW - HOUR, "published_raw": "Sun, 01 Mar 2026 11:00:00 GMT"}, NOW - HOUR),
        ({"published": NOW - 12 * HOUR, "published_raw": "2026-03-01"}, NOW),  # a day is too little
        ({"published": NOW + HOUR}, NOW),
        ({}, NOW),
        ({"updated": NOW - 2 * HOUR}, NOW - 2 * HOUR),
    ],
)
def test_an_item_counts_when_it_was_published_if_that_can_be_believed(
    changes: dict[str, Any], counts_at: datetime
) -> None:
    assert moment_of(replace(item("x", seen_at=NOW), **changes)) == counts_at


def test_overlap_adds_up_what_is_covered() -> None:
    spans = [(NOW - 9 * HOUR, NOW - 5 * HOUR), (NOW - 2 * HOUR, NOW)]
    assert overlap(spans, NOW - 6 * HOUR, NOW - HOUR) == 2 * HOUR
    assert overlap(spans, NOW, NOW + HOUR) == timedelta()


@pytest.mark.parametrize(
    ("duration", "text"), [(6 * HOUR, "6 h"), (36 * HOUR, "1 d 12 h"), (timedelta(seconds=45), "45 s")]
)
def test_durations_are_written_for_people(duration: timedelta, text: str) -> None:
    assert spoken(duration) == text
