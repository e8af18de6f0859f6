"""Sample values of the domain types, for tests that need one and care about two of its fields."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from watcher.types import Alert, Evidence, Feed, FeedState, Fetched, Item, Match, Severity, Source, Span

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def item(**changes: Any) -> Item:
    """An item with a matching sentence."""
    sample = Item(
        feed_id="wire",
        key="g:1",
        guid="1",
        url="https://news.example/1",
        title="Gunmen cross into Tunisia near Ben Guerdane",
        summary="Armed men crossed the border from Libya before dawn, the ministry said on Sunday.",
        content="",
        seen_at=NOW,
        published=NOW - timedelta(minutes=5),
        content_hash="c1",
        text_hash="t1",
    )
    return replace(sample, **changes)


def match(**changes: Any) -> Match:
    """A match with one piece of evidence in the title."""
    sample = Match(
        rule="border",
        rule_title="Crossing of the border",
        rule_version="v1",
        severity=Severity.HIGH,
        tags=("tunisia",),
        evidence=(Evidence(span=Span(field="title", start=0, end=6), text="Gunmen", path="match.all[0]"),),
    )
    return replace(sample, **changes)


def alert(**changes: Any) -> Alert:
    """An alert with one source."""
    sample = Alert(
        id="al-1",
        story_id="st-1",
        rule="border",
        rule_title="Crossing of the border",
        severity=Severity.HIGH,
        tags=("tunisia",),
        headline="Gunmen cross into Tunisia near Ben Guerdane",
        url="https://news.example/1",
        quote="Armed men crossed the border from Libya before dawn.",
        highlights=((0, 9),),
        title_highlights=((0, 6),),
        language="en",
        sources=(source(),),
        places=(("Tunisia", "TN"),),
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(sample, **changes)


def source(**changes: Any) -> Source:
    """A report as an alert lists it."""
    sample = Source(
        feed_id="wire",
        feed_title="Example Wire",
        title="Gunmen cross into Tunisia near Ben Guerdane",
        url="https://news.example/1",
        published=NOW - timedelta(minutes=5),
        seen_at=NOW,
        language="en",
    )
    return replace(sample, **changes)


def feed(**changes: Any) -> Feed:
    """A configured feed."""
    return replace(Feed(id="wire", url="https://news.example/feed"), **changes)


def feed_state(**changes: Any) -> FeedState:
    """The state of that feed, due now, its first poll done."""
    return replace(
        FeedState(feed_id="wire", url="https://news.example/feed", due_at=NOW, filled=True), **changes
    )


def fetched(**changes: Any) -> Fetched:
    """An answer of that feed's server."""
    sample = Fetched(
        feed_id="wire",
        url="https://news.example/feed",
        status=200,
        headers={},
        body=b"<rss/>",
        fetched_at=NOW,
        elapsed=timedelta(milliseconds=20),
    )
    return replace(sample, **changes)
