"""Durations and sizes: what is understood, what is refused and with which words."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.config.quantity import format_duration, parse_duration, parse_size

MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("15m", timedelta(minutes=15)),
        ("1s", timedelta(seconds=1)),
        ("72h", timedelta(hours=72)),
        ("90d", timedelta(days=90)),
        ("2y", timedelta(days=730)),
        ("1h30m", timedelta(minutes=90)),
        ("500ms", timedelta(milliseconds=500)),
        ("1m500ms", timedelta(seconds=60.5)),
        ("2w", timedelta(weeks=2)),
        ("0s", timedelta()),
    ],
)
def test_a_duration_is_numbers_with_units(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("value", [20, "20", 1.5])
def test_a_duration_without_unit_is_refused_with_what_to_write(value: object) -> None:
    with pytest.raises(ValueError, match=f"needs a unit: write {value}s, {value}m or {value}h"):
        parse_duration(value)


@pytest.mark.parametrize(
    "value", ["", "m", "15 m", "15M", "1.5h", "30m1h", "1h1h", "-5m", "٥m", True, None, [], "101y"]
)
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"duration|longer"):
        parse_duration(value)


@settings(derandomize=True, max_examples=100)
@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=365 * 99)))
def test_a_written_duration_reads_back(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration // MILLISECOND * MILLISECOND


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [("10MiB", 10 * 1024**2), ("500KB", 500_000), ("2GB", 2 * 10**9), ("7B", 7), ("1KiB", 1024)],
)
def test_a_size_is_a_number_with_a_unit(text: str, size_bytes: int) -> None:
    assert parse_size(text) == size_bytes


@pytest.mark.parametrize("value", [10, "10", "10mb", "MiB", "1.5GB", "-1B", True, None, "2000GiB"])
def test_what_is_no_size_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"size|more than"):
        parse_size(value)


@settings(derandomize=True, max_examples=60)
@given(st.one_of(st.text(max_size=12), st.from_regex(r"[0-9]{1,12}[a-zA-Z]{0,3}", fullmatch=True)))
def test_any_text_is_read_or_refused_as_a_value_error(text: str) -> None:
    for parse in (parse_duration, parse_size):
        with contextlib.suppress(ValueError):
            assert parse(text) is not None
