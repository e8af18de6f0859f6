"""Whether it is our own network that is down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watcher.ingest.outage import Line, Turn

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def play(line: Line, polls: str, *, begin: int = 0) -> list[Turn | None]:
    """Note a poll of another domain every second: `+` reached, `-` not."""
    return [
        line.note(
            f"d{begin + number}.example", is_reached=poll == "+", now=NOW + timedelta(seconds=begin + number)
        )
        for number, poll in enumerate(polls)
    ]


@pytest.mark.parametrize(
    ("polls", "goes_down"),
    [
        ("---", True),
        ("--", False),
        ("+---", False),
        ("+----", True),
        ("+-+-+-+-+-", False),
        ("+" * 20 + "-" * 15, False),
        ("+" * 20 + "-" * 16, True),
        ("+" * 300 + "---" + "+" * 20, False),
    ],
)
def test_many_sites_that_were_well_must_fail_at_once(polls: str, goes_down: bool) -> None:
    assert (Turn.DOWN in play(Line(), polls)) is goes_down


def test_one_site_that_fails_often_is_no_outage() -> None:
    line = Line()
    for second in range(50):
        assert line.note("a.example", is_reached=False, now=NOW + timedelta(seconds=second)) is None


def test_what_was_seen_long_ago_says_nothing() -> None:
    line = Line()
    for hours in range(0, 9, 3):
        assert line.note(f"d{hours}.example", is_reached=False, now=NOW + timedelta(hours=hours)) is None


@pytest.mark.parametrize(
    ("polls", "comes_back"),
    [("+", False), ("++", True), ("-----+", False), ("--++", True), ("-" * 40 + "++", True), ("+-", True)],
)
def test_the_network_is_back_when_half_of_what_is_asked_answers(polls: str, comes_back: bool) -> None:
    line = Line()
    play(line, "---")
    assert line.down_since is not None
    assert (Turn.UP in play(line, polls, begin=100)) is comes_back
    assert (line.down_since is None) is comes_back


def test_it_is_said_once() -> None:
    line = Line()
    assert play(line, "-" * 60).count(Turn.DOWN) == 1
