"""What the timeline says about one moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from watcher.demo.document import read_document
from watcher.demo.timeline import Appearance, Edit, Timeline


def at(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


TIMELINE = Timeline(
    written_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
    appear=(
        Appearance(at=at(5), feed="a", entry="1"),
        Appearance(at=at(9), feed="a", entry="2"),
        Appearance(at=at(7), feed="b", entry="1"),
    ),
    edit=(
        Edit(at=at(12), feed="a", entry="1", replace=(("x", "y"),)),
        Edit(at=at(14), feed="a", entry="1", replace=(("y", "z"),)),
    ),
)
DOCUMENT = read_document("a.xml", "<rss><item><guid>1</guid><title>x</title></item></rss>")


def test_an_entry_is_hidden_until_its_second_has_come() -> None:
    assert TIMELINE.hidden("a", at(-1)) == {"1", "2"}
    assert TIMELINE.hidden("a", at(4.9)) == {"1", "2"}
    assert TIMELINE.hidden("a", at(5)) == {"2"}
    assert TIMELINE.hidden("a", at(60)) == frozenset()


def test_edits_of_one_entry_build_on_each_other() -> None:
    assert TIMELINE.edited(DOCUMENT, at(11)) == {}
    assert "<title>y</title>" in TIMELINE.edited(DOCUMENT, at(12))["1"]
    assert "<title>z</title>" in TIMELINE.edited(DOCUMENT, at(14))["1"]


def test_a_feed_changes_only_when_something_happens_in_it() -> None:
    assert TIMELINE.changed_at("a", at(4)) == at(0)
    assert TIMELINE.changed_at("a", at(11)) == at(9)
    assert TIMELINE.changed_at("b", at(60)) == at(7)


def test_the_end_is_the_last_thing_that_happens() -> None:
    assert TIMELINE.end == at(14)
