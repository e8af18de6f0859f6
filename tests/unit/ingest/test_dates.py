"""Dates of entries."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from feedparser.datetimes import _parse_date
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.dates import credible, entry_date, iso_date

SEEN = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Tue, 10 Jun 2014 10:00:00 +0100", at(2014, 6, 10, 9)),
        ("Tue, 10 Jun 2014 10:00:00 GMT", at(2014, 6, 10, 10)),
        ("Tue, 10 Jun 2014 10:00:00 EST", at(2014, 6, 10, 15)),
        ("Tue, 10 Jun 2014 10:00:00 CET", at(2014, 6, 10, 9)),
        ("Tue, 10 Jun 2014 10:00:00 CEST", at(2014, 6, 10, 8)),
        ("Tue, 10 Jun 2014 10:00:00 GMT+1", at(2014, 6, 10, 9)),
        ("Tue, 10 Jun 2014 10:00:00 GMT+01:00", at(2014, 6, 10, 9)),
        ("Tue, 10 Jun 2014 10:00:00 UTC-3", at(2014, 6, 10, 13)),
        ("10 Jun 2014 10:00", at(2014, 6, 10, 10)),
        ("2014-06-10T10:00:00+01:00", at(2014, 6, 10, 9)),
        ("2014-06-10T10:00:00", at(2014, 6, 10, 10)),
        ("2014-06-10", at(2014, 6, 10)),
        ("yesterday", None),
        ("", None),
        ("Thu, 32 Jun 2014 10:00:00 GMT", None),
    ],
)
def test_entry_dates_are_aware_utc(raw: str, expected: datetime | None) -> None:
    assert entry_date(_parse_date(raw), raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2026-02-07T14:04:00-05:00", at(2026, 2, 7, 19, 4)),
        ("2026-02-07T14:04:00Z", at(2026, 2, 7, 14, 4)),
        ("2026-02-07", at(2026, 2, 7)),
        ("Tue, 10 Jun 2014 10:00:00 GMT", at(2014, 6, 10, 10)),
        ("9999-12-31T23:59:59-14:00", None),
        ("nonsense", None),
    ],
)
def test_json_dates(raw: str, expected: datetime | None) -> None:
    assert iso_date(raw) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (None, None),
        (at(2026, 7, 31), at(2026, 7, 31)),
        (at(2099, 1, 1), SEEN),
        (at(2026, 8, 1, 12, 0, 1), SEEN),
        (at(1970, 1, 1), None),
        (at(1969, 12, 31, 23), None),
        (at(1, 1, 1), None),
        (at(1995, 5, 5), at(1995, 5, 5)),
    ],
)
def test_dates_that_cannot_be_true_are_bounded(moment: datetime | None, expected: datetime | None) -> None:
    assert credible(moment, seen_at=SEEN) == expected


@given(st.text(max_size=40))
@settings(derandomize=True, max_examples=100)
def test_no_text_breaks_the_reading(raw: str) -> None:
    for moment in (iso_date(raw), entry_date(_parse_date(raw), raw)):
        assert moment is None or moment.tzinfo is UTC
