"""What servers say about time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.freshness import freshness, http_date, retry_after
from watcher.types import Timetable

NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
DATE = "Sat, 01 Aug 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "ttl", "seconds"),
    [
        ({}, None, None),
        ({"cache-control": "max-age=600"}, None, 600),
        ({"cache-control": "public, Max-Age=600, immutable"}, None, 600),
        ({"cache-control": 'max-age="600"'}, None, 600),
        ({"cache-control": "s-maxage=600"}, None, None),
        ({"cache-control": "max-age=600", "age": "500"}, None, 100),
        ({"cache-control": "max-age=600", "age": "900"}, None, None),
        ({"cache-control": "max-age=600, no-cache"}, None, None),
        ({"cache-control": "no-store"}, 3600, 3600),
        ({"cache-control": "max-age=600"}, 3600, 3600),
        ({"expires": "Sat, 01 Aug 2026 13:00:00 GMT", "date": DATE}, None, 3600),
        ({"expires": "0", "date": DATE}, None, None),
        ({"expires": "Sat, 01 Aug 2026 11:00:00 GMT", "date": DATE}, None, None),
        (
            {"cache-control": "max-age=60", "expires": "Sat, 01 Aug 2026 13:00:00 GMT", "date": DATE},
            None,
            3600,
        ),
        ({"cache-control": "max-age=-1"}, None, None),
        ({"cache-control": "max-age=99999999999999999999"}, None, 9999999999),
    ],
)
def test_freshness(headers: dict[str, str], ttl: int | None, seconds: int | None) -> None:
    timetable = Timetable(ttl=timedelta(seconds=ttl) if ttl else None)
    found = freshness(headers, timetable=timetable, now=NOW)
    if seconds and seconds > 10**9:
        assert found is not None
        assert found > timedelta(days=30_000)
    else:
        assert found == (timedelta(seconds=seconds) if seconds else None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 120 "}, 120),
        ({"retry-after": "Sat, 01 Aug 2026 12:10:00 GMT"}, 600),
        # The server's clock is five minutes ahead: its own Date says so.
        ({"retry-after": "Sat, 01 Aug 2026 12:10:00 GMT", "date": "Sat, 01 Aug 2026 12:05:00 GMT"}, 300),
        ({"retry-after": "Sat, 01 Aug 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "120.0"}, 120),
        ({"retry-after": "0.65"}, 1),
        ({"retry-after": "1.2.3"}, None),
        ({"x-ratelimit-reset": "42"}, 42),
        ({"x-ratelimit-reset": "41.5"}, 41.5),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 90)}, 90),
        ({"retry-after": "7", "x-ratelimit-reset": "42"}, 7),
        ({"x-ratelimit-reset": "inf"}, None),
        ({"x-ratelimit-reset": "nan"}, 0),
        ({"x-ratelimit-reset": str((int(NOW.timestamp()) + 90) * 1000)}, 90),
        ({"x-ratelimit-reset": "2026-08-01T12:02:00Z"}, 120),
        ({"x-ratelimit-reset": "Sat, 01 Aug 2026 12:02:00 GMT"}, 120),
        # Ten minutes ahead of us, and its reset with it.
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 690), "date": "Sat, 01 Aug 2026 12:10:00 GMT"}, 90),
        ({"ratelimit-reset": "30"}, 30),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, now=NOW) == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
@settings(derandomize=True, max_examples=50)
def test_no_header_value_breaks_the_reading(one: str, two: str, three: str) -> None:
    headers = {
        "retry-after": one,
        "x-ratelimit-reset": two,
        "date": three,
        "cache-control": one,
        "expires": two,
        "age": three,
    }
    asked = retry_after(headers, now=NOW)
    assert asked is None or asked >= timedelta(0)
    freshness(headers, timetable=Timetable(), now=NOW)


def test_dates_without_zone_are_utc() -> None:
    assert http_date("Sat, 01 Aug 2026 12:00:00") == NOW
    assert http_date("Sat, 01 Aug 2026 14:00:00 +0200") == NOW
