"""What HTTP says about a delivery."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.alerts import NOON
from watcher.deliver.channels.http import retry_after, status_error


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("30", 30),
        (" 30 ", 30),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60),
        ("Sun, 01 Mar 2026 12:01:00", 60),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("999999999999999999999", 10**8),
        ("-5", None),
        ("٣٠", None),
        ("soon", None),
        ("Sun, 99 Mar 2026", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_seconds_or_as_a_date(text: str, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after({"Retry-After": text}, NOON) == expected


def test_an_answer_without_retry_after_asks_for_nothing() -> None:
    assert retry_after({}, NOON) is None
    assert retry_after(None, NOON) is None


def test_the_error_names_the_peer_and_the_status() -> None:
    error = status_error(503, {}, channel="hook", peer="hooks.example", now=NOON)
    assert (error.detail, error.channel, error.retryable) == ("hooks.example answered 503", "hook", True)
