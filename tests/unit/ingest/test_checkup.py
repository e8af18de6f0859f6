"""What is wrong with a feed that answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.support import samples
from watcher.ingest.checkup import FindingKind, findings
from watcher.types import Feed, Fetched, FetchProblem, ParsedFeed, Validators

NOW = datetime(2026, 8, 1, tzinfo=UTC)
FEED = Feed(id="f", url="https://a.example/f")
FETCHED = Fetched(
    feed_id="f",
    url=FEED.url,
    status=200,
    headers={},
    body=b"",
    fetched_at=NOW,
    elapsed=timedelta(),
    validators=Validators(etag='"1"'),
)
ITEM = replace(samples.item(), published=NOW, guid="1", url="https://a.example/1")
PARSED = ParsedFeed(title="A", url=None, language=None, items=(ITEM,), format="rss20")


def kinds(fetched: Fetched = FETCHED, parsed: ParsedFeed = PARSED) -> list[FindingKind]:
    return [one.kind for one in findings(FEED, fetched, parsed, now=NOW)]


def test_a_sound_feed_has_no_findings() -> None:
    assert kinds() == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"url": "https://b.example/f", "permanent_url": "https://b.example/f"}, FindingKind.MOVED),
        ({"url": "https://b.example/f"}, FindingKind.REDIRECTED),
        ({"validators": Validators()}, FindingKind.NO_VALIDATORS),
    ],
)
def test_findings_of_the_answer(changes: dict[str, object], kind: FindingKind) -> None:
    assert kinds(fetched=replace(FETCHED, **changes)) == [kind]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"items": ()}, FindingKind.EMPTY),
        ({"items": (replace(ITEM, published=None, updated=None),)}, FindingKind.NO_DATES),
        ({"items": (replace(ITEM, published=NOW - timedelta(days=91)),)}, FindingKind.STALE),
        ({"items": (replace(ITEM, guid=None),)}, FindingKind.NO_IDS),
        ({"repeats_guids": True}, FindingKind.NO_IDS),
        ({"items": (replace(ITEM, url=None),)}, FindingKind.NO_LINKS),
        ({"problem": FetchProblem.MALFORMED, "problem_detail": "cut off"}, FindingKind.MALFORMED),
    ],
)
def test_findings_of_the_document(changes: dict[str, object], kind: FindingKind) -> None:
    assert kinds(parsed=replace(PARSED, **changes)) == [kind]  # type: ignore[arg-type]


def test_where_a_feed_went_is_shown_without_its_query() -> None:
    moved = replace(
        FETCHED, url="https://b.example/f?key=s3cret", permanent_url="https://b.example/f?key=s3cret"
    )
    (found,) = findings(FEED, moved, PARSED, now=NOW)
    assert found.detail == "it has moved for good: use https://b.example/f?…"
