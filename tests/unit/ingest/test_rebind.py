"""Which entries under new ids are old reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support import samples
from tests.support.samples import NOW
from watcher.ingest.identity import short_key
from watcher.ingest.rebind import Stored, is_storm, rebind
from watcher.types import Item

LONG = "Armed men crossed the border from Libya before dawn, the ministry said on Sunday. " * 2


def entry(number: int = 1, **changes: Any) -> Item:
    """Make an entry under a new id."""
    values: dict[str, Any] = {
        "key": f"guid:new-{number}",
        "url": f"https://news.example/{number}",
        "title": f"Report {number}",
        "summary": LONG,
        "text_hash": f"text-{number}",
        "content_hash": f"content-{number}",
    }
    return samples.item(**values | changes)


def stored(number: int = 1, **changes: Any) -> Stored:
    """Make what the store has of it."""
    kept = Stored(
        item_id=number,
        key=f"guid:{number}",
        url=f"https://news.example/{number}",
        title=f"Report {number}",
        published=NOW - timedelta(minutes=5),
        seen_at=NOW - timedelta(days=1),
        content_hash=f"content-{number}",
        text_hash=f"text-{number}",
    )
    return replace(kept, **changes)


SAME = {
    "link and text": {},
    "link, title and date, and the text was edited": {"text_hash": "other"},
    "link and title in another case and text": {"title": "REPORT 1"},
    "a long text and date, at another address": {"url": "https://news.example/other"},
    "a long text and date, without an address": {"url": None},
}
OTHER = {
    "another report at a constant address": {"title": "Report 2", "text_hash": "x", "published": NOW},
    "the next number under the same title and address": {"text_hash": "x", "published": NOW},
    "the same text on another day at another address, alone": {
        "url": "https://news.example/other",
        "published": NOW,
    },
    "a short text and date at another address": {"url": "https://news.example/other", "summary": "Closed."},
    "an address that several entries have": {"is_url_shared": True, "text_hash": "x"},
    "no address and another day": {"url": None, "published": NOW},
    "no date, and another text": {"published": None, "text_hash": "x"},
}


@pytest.mark.parametrize("changes", SAME.values(), ids=SAME.keys())
def test_an_entry_under_a_new_id_is_the_old_report(changes: dict[str, Any]) -> None:
    item = entry(**changes)
    assert rebind([item], [stored()], present=()) == {item.key: stored()}


@pytest.mark.parametrize("changes", OTHER.values(), ids=OTHER.keys())
def test_an_entry_that_may_be_news_stays_new(changes: dict[str, Any]) -> None:
    assert rebind([entry(**changes)], [stored()], present=()) == {}


def test_a_report_that_is_still_there_under_its_old_id_is_not_the_new_one() -> None:
    assert rebind([entry()], [stored()], present={short_key("guid:1")}) == {}


def test_a_stored_report_is_one_entry_at_most() -> None:
    twins = [entry(), entry(key="guid:new-1b")]
    assert list(rebind(twins, [stored()], present=())) == [twins[0].key]


@pytest.mark.parametrize(
    "change",
    [
        {"published": NOW, "text_hash": "new words"},  # another system: new dates, a line added to every text
        {"published": NOW, "url": "https://new.example/x"},  # another domain
    ],
)
def test_many_at_once_are_a_republication_also_on_weaker_likeness(change: dict[str, Any]) -> None:
    items = [entry(n, **change) for n in range(8)]
    known = [stored(n) for n in range(8)]
    assert len(rebind(items, known, present=())) == 8
    assert rebind(items[:3], known[:3], present=()) == {}


def test_many_that_are_few_among_the_new_are_no_republication() -> None:
    weak = [entry(n, published=NOW, text_hash="new words") for n in range(5)]
    fresh = [entry(n) for n in range(100, 120)]
    assert rebind([*weak, *fresh], [stored(n) for n in range(5)], present=()) == {}


def test_short_texts_are_written_again_about_something_else() -> None:
    items = [entry(n, url=None, summary="", text_hash="closed") for n in range(8)]
    assert rebind(items, [stored(n, text_hash="closed") for n in range(8)], present=()) == {}


def test_a_storm_is_many_and_half_of_all() -> None:
    assert is_storm(rebound=5, new=10)
    assert not is_storm(rebound=4, new=4)
    assert not is_storm(rebound=5, new=11)
