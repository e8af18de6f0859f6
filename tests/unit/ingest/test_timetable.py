"""What a feed says of the times at which it changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.parse import parse
from watcher.ingest.timetable import next_update, pack, read_timetable, skipped_until, unpack
from watcher.types import Fetched, Timetable

SUNDAY = datetime(2026, 8, 2, 12, 30, tzinfo=UTC)
H, D = timedelta(hours=1), timedelta(days=1)
SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def said(channel: str) -> Timetable:
    body = f'<rss version="2.0" {SY}><channel><title>T</title>{channel}<item><title>I</title></item></channel></rss>'
    fetched = Fetched(
        feed_id="f",
        url="https://news.example/feed",
        status=200,
        headers={"content-type": "application/rss+xml"},
        body=body.encode(),
        fetched_at=SUNDAY,
        elapsed=timedelta(0),
    )
    return parse(fetched, seen_at=SUNDAY).timetable


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("", Timetable()),
        ("<ttl>45</ttl>", Timetable(ttl=timedelta(minutes=45))),
        ("<ttl>often</ttl>", Timetable()),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", Timetable(update_every=H)),
        (
            "<sy:updatePeriod> Daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            Timetable(update_every=6 * H),
        ),
        ("<sy:updateFrequency>2</sy:updateFrequency>", Timetable(update_every=12 * H)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", Timetable(update_every=D)),
        ("<sy:updatePeriod>now and then</sy:updatePeriod>", Timetable()),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateBase>2000-01-01T12:00+00:00</sy:updateBase>",
            Timetable(update_every=D, update_base=datetime(2000, 1, 1, 12, tzinfo=UTC)),
        ),
        ("<skipHours><hour>0</hour><hour> 23 </hour></skipHours>", Timetable(skip_hours=frozenset({0, 23}))),
        # RSS 0.91 counts to 24; more hours than a day has are no hours.
        ("<skipHours><hour>24</hour><hour>25</hour><hour>-1</hour></skipHours>", Timetable(skip_hours=frozenset({0}))),
        ("<skipDays><day>Saturday</day><day>sunday</day><day>Funday</day></skipDays>", Timetable(skip_days=frozenset({5, 6}))),
        ("<skipHours>" + "".join(f"<hour>{h}</hour>" for h in range(24)) + "</skipHours>", Timetable()),
        ("<skipHours/>", Timetable()),
    ],
)  # fmt: skip
def test_what_a_feed_says(channel: str, expected: Timetable) -> None:
    assert said(channel) == expected


def test_a_timetable_survives_the_store() -> None:
    whole = Timetable(
        ttl=timedelta(minutes=5),
        update_every=6 * H,
        update_base=SUNDAY,
        skip_hours=frozenset({1, 2}),
        skip_days=frozenset({6}),
    )
    assert unpack(pack(whole)) == whole
    assert unpack(pack(Timetable())) == Timetable()


@pytest.mark.parametrize(
    ("timetable", "expected"),
    [
        (Timetable(), None),
        (Timetable(update_every=6 * H), 6 * H),
        (Timetable(update_every=D, update_base=datetime(2000, 1, 1, 13, tzinfo=UTC)), 0.5 * H),
        (Timetable(update_every=D, update_base=datetime(2126, 1, 1, 13, tzinfo=UTC)), 0.5 * H),
    ],
)
def test_the_next_update_counts_from_the_base(timetable: Timetable, expected: timedelta | None) -> None:
    assert next_update(timetable, SUNDAY) == expected


@pytest.mark.parametrize(
    ("hours", "days", "hours_later"),
    [
        (set(), set(), 0.0),
        ({11, 13}, set(), 0.0),
        ({12}, set(), 0.5),
        ({12, 13, 14}, set(), 2.5),
        (set(), {6}, 11.5),
        ({0, 1}, {6}, 13.5),
        (set(range(23)), {6}, 24.0),  # nothing is free before the limit
    ],
)
def test_skipped_hours_and_days_are_left_out(hours: set[int], days: set[int], hours_later: float) -> None:
    timetable = Timetable(skip_hours=frozenset(hours), skip_days=frozenset(days))
    assert skipped_until(timetable, SUNDAY, no_later_than=SUNDAY + D) == SUNDAY + hours_later * H


@given(st.text(max_size=60), st.dictionaries(st.sampled_from(["ttl", "sy_updateperiod", "sy_updatefrequency", "sy_updatebase"]), st.text(max_size=20)))  # fmt: skip
@settings(derandomize=True, deadline=None, max_examples=40)
def test_no_text_breaks_the_reading(text: str, feed: dict[str, str]) -> None:
    found = read_timetable(feed, f"<skipHours>{text}</skipHours><skipDays>{text}</skipDays>")
    assert unpack(pack(found)) == found
