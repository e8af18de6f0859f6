"""feedparser's own test files: our parse, through `split`, gives what feedparser alone gives.

They come with its source distribution, which `make test` fetches into build/ (WATCHER_FEEDPARSER_TESTS names another
folder `tests`); the tests skip where it is absent. All 2,200 documents are parsed, in some 20 seconds.
"""

from __future__ import annotations

import io
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest

from tests.support.documents import SEEN_AT, URL, assert_equal, forgetful, poll, whole
from watcher.errors import FetchError
from watcher.ingest.charset import decode
from watcher.ingest.entries import xml_entry
from watcher.ingest.feedxml import read_xml
from watcher.ingest.normalize import Entry, Source, language_code, to_items
from watcher.types import FetchProblem, FullParse, Item, ParsedFeed

FETCHED = Path(__file__).parents[3] / "build" / f"feedparser-{feedparser.__version__}" / "tests"
FILES = Path(os.environ.get("WATCHER_FEEDPARSER_TESTS", FETCHED))
NOT_READABLE = (FetchProblem.MALFORMED, FetchProblem.NOT_A_FEED, FetchProblem.EMPTY)
"""What may be said of a document that gives no items; another class would be a fault of the parser."""
KINDS = ("wellformed", "illformed", "encoding", "entities")

pytestmark = [
    pytest.mark.skipif(not FILES.is_dir(), reason=f"feedparser's test files are not at {FILES}"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def bodies(*kinds: str) -> Iterator[tuple[Path, bytes]]:
    for kind in kinds:
        for path in sorted((FILES / kind).rglob("*.xml")):
            yield path, path.read_bytes()


def feedparser_alone(body: bytes) -> Any:
    headers = {"content-location": URL, "content-type": "application/xml"}
    return feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def entries_of(found: Any) -> list[Entry]:
    """Give all that is asked for of a document's entries."""
    is_atom = str(found.version).startswith("atom")
    return [xml_entry(entry, is_atom=is_atom) for entry in found.entries]


def its_items(found: Any) -> tuple[Item, ...]:
    """Make items of what feedparser gave for a whole document."""
    source = Source(
        feed_id="f",
        url=URL,
        site=found.feed.get("link"),
        seen_at=SEEN_AT,
        language=language_code(found.feed.get("language")),
    )
    return to_items(entries_of(found), source, repeats_guids=False).items


def failure_of(parse: Callable[[bytes], ParsedFeed], body: bytes) -> tuple[FetchProblem, str] | None:
    try:
        parse(body)
    except FetchError as error:
        return error.problem, error.detail
    return None


def test_through_split_the_well_formed_give_what_feedparser_alone_gives() -> None:
    compared = 0
    for path, body in bodies("wellformed"):
        theirs = feedparser_alone(body)
        ours = read_xml(decode(body, "application/xml").text.strip(), url=URL)
        assert entries_of(ours) == entries_of(theirs), path
        if failure_of(poll, body) is None:
            assert poll(body).items == its_items(theirs), path
            compared += len(theirs.entries) > 0
    assert compared > 1_000


@pytest.mark.parametrize("kind", KINDS)
def test_any_share_of_new_entries_is_parsed_as_in_the_whole(kind: str) -> None:
    chance = random.Random(kind)
    reasons: Counter[str | None] = Counter()
    for path, body in bodies(kind):
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


def test_the_damaged_never_crash_the_parser_and_each_poll_of_them_is_counted(
    record_property: Callable[[str, object], None],
) -> None:
    outcomes: Counter[str] = Counter()
    for path, body in bodies(*KINDS):
        try:
            first = poll(body)
        except FetchError as error:
            outcomes[error.problem] += 1
            continue
        if first.problem is not None:
            again = poll(body, first)
            assert first.full_parse is again.full_parse is FullParse.DAMAGED, path
            outcomes["read in spite of damage"] += 1
    record_property("figures", ", ".join(f"{outcome}: {count}" for outcome, count in outcomes.items()))
    assert outcomes["read in spite of damage"] >= 20, outcomes
    assert set(outcomes) <= {"read in spite of damage", *NOT_READABLE}, outcomes
