"""Real feeds and feedparser's own test files: parsing what is new equals parsing everything.

The real feeds are not part of the project; feedparser's files come with its source distribution. The tests skip
where either is absent (WATCHER_FEEDPARSER_TESTS names the folder `tests` of the unpacked distribution).
"""

from __future__ import annotations

import io
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest

from tests.support.documents import URL, assert_equal, poll, whole
from watcher.errors import FetchError
from watcher.ingest.charset import decode
from watcher.ingest.feedxml import read_xml
from watcher.ingest.seen import unpack
from watcher.types import FetchProblem, FullParse, ParsedFeed

FEEDS = Path(__file__).parents[4] / "shared" / "data" / "feeds"
PATHS = sorted(FEEDS.glob("*.xml"))
THEIRS = Path(os.environ.get("WATCHER_FEEDPARSER_TESTS", "/nowhere"))


def forgetful(feed: ParsedFeed, chance: random.Random, share: float) -> ParsedFeed:
    """Forget a share of what a poll left, as if those entries had not been there."""
    seen = unpack(feed.memory)
    if seen is None:
        return feed
    entries = {mark: entry for mark, entry in seen.entries.items() if chance.random() >= share}
    return replace(feed, memory=replace(seen, entries=entries).pack())


def failure_of(parse: Callable[[bytes], ParsedFeed], body: bytes) -> tuple[FetchProblem, str] | None:
    try:
        parse(body)
    except FetchError as error:
        return error.problem, error.detail
    return None


@pytest.mark.skipif(not PATHS, reason=f"real feeds are not at {FEEDS}")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.name))
def test_any_share_of_new_entries_of_a_real_feed_is_parsed_as_in_the_whole(path: Path) -> None:
    body = path.read_bytes()
    full, first = whole(body), poll(body)
    assert first.full_parse in (FullParse.FIRST, FullParse.DAMAGED)
    assert_equal(first, full)
    chance = random.Random(path.name)
    for share in (0.0, 0.1, 0.6):
        found = poll(body, forgetful(first, chance, share))
        assert_equal(found, full)
        assert found.memory == first.memory


@pytest.mark.skipif(not PATHS, reason=f"real feeds are not at {FEEDS}")
def test_nearly_every_real_feed_can_be_taken_apart() -> None:
    reasons = Counter(poll(path.read_bytes()).full_parse for path in PATHS)
    assert reasons[FullParse.FIRST] >= 0.95 * len(PATHS), reasons


@pytest.mark.skipif(not THEIRS.is_dir(), reason="WATCHER_FEEDPARSER_TESTS names no folder")
@pytest.mark.parametrize("kind", ["wellformed", "illformed", "encoding", "entities"])
def test_feedparsers_own_test_files_are_parsed_as_in_the_whole(kind: str) -> None:
    chance = random.Random(kind)
    reasons: Counter[str | None] = Counter()
    for path in sorted((THEIRS / kind).rglob("*.xml")):
        body = path.read_bytes()
        if (failure := failure_of(whole, body)) is not None:
            assert failure_of(poll, body) == failure, path
            continue
        full = whole(body)
        first = poll(body)
        assert_equal(first, full)
        reasons[first.full_parse] += 1
        for share in (0.0, 0.5):
            assert_equal(poll(body, forgetful(first, chance, share)), full)
    assert reasons


@pytest.mark.skipif(not THEIRS.is_dir(), reason="WATCHER_FEEDPARSER_TESTS names no folder")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_on_feedparsers_well_formed_files_our_bounds_and_scopes_change_no_entry() -> None:
    headers = {"content-location": URL, "content-type": "application/xml"}
    for path in sorted((THEIRS / "wellformed").rglob("*.xml")):
        body = path.read_bytes()
        theirs = feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
        ours = read_xml(decode(body, "application/xml").text.strip(), url=URL)
        assert list(map(dict, ours.entries)) == list(map(dict, theirs.entries)), path
