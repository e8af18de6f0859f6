"""Documents made to be slow are read in bounded time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from html import escape

import pytest

from watcher.errors import FetchError
from watcher.ingest.discovery import Origin, candidates
from watcher.ingest.parse import parse
from watcher.types import Fetched, FetchProblem

SEEN = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


def read(document: str) -> None:
    answer = Fetched(
        feed_id="f",
        url="https://served.example/f",
        status=200,
        headers={},
        body=document.encode(),
        fetched_at=SEEN,
        elapsed=timedelta(0),
    )
    parse(answer, seen_at=SEEN)


def rss(inside: str, *, root: str = 'rss version="2.0"') -> str:
    return f"<{root}><channel><title>T</title>{inside}</channel></rss>"


BOLD = "<p>" + "".join(f"<b a{n}>" for n in range(1_400)) + "</p><p>x" * 20_000
ATTRIBUTES = "<p " + " ".join(f"a{n}" for n in range(50_000)) + ">"

# Documents whose cost in feedparser alone grows with the square of their size, or without bound: each took it from
# several seconds to minutes. Sizes are such that a square shows as many seconds.
SLOW = {
    "one author of 300 kB": rss(f"<item><author>{'a' * 300_000}</author></item>"),
    "an address of 100,000 dots": rss(f"<item><author>a@{'a.' * 100_000}</author></item>"),
    "20,000 attributes": rss(f"<item {' '.join(f'a{n}=' + chr(34) * 2 for n in range(20_000))}/>"),
    "5,000 namespaces": rss(
        "".join(f"<a{n}:b/>" for n in range(5_000)),
        root='rss version="2.0" ' + " ".join(f'xmlns:a{n}="u{n}"' for n in range(5_000)),
    ),
    "20,000 categories": rss("<item>" + "".join(f"<category>{n}</category>" for n in range(20_000)) + "</item>"),
    "white space before the root": " \n" * 500_000 + rss("<item/>"),
    "comments before the root": "<!-- x -->\n" * 50_000 + rss("<item/>"),
    "unclosed entities before the root": "<!ENTITY a 'b' \n" * 20_000 + rss("<item/>"),
    "unclosed comments in a text": rss(f"<item><description>{escape('<!--' * 60_000)}</description></item>"),
    "deep blocks in a text": rss(f"<item><description>{escape('<div>' * 45_000)}</description></item>"),
    "deep blocks, all closed": rss(f"<item><description>{escape('<ul><li>' * 9_000 + '</li></ul>' * 9_000)}</description></item>"),
    "bold in every paragraph": rss(f"<item><description>{escape(BOLD)}</description></item>"),
    "a tag of 50,000 attributes": rss(f"<item><description>{escape(ATTRIBUTES)}</description></item>"),
    "one long entity": '<!DOCTYPE rss [\n<!ENTITY a "' + "A" * 5_000 + '">\n]>\n' + rss("<item>" + "&a;" * 20_000 + "</item>"),
    "a long date": rss(f"<item><pubDate>{'1-' * 100_000}</pubDate></item>"),
    "a run of brackets": rss(f"<item><description>{'<' * 100_000}</description></item>"),
}  # fmt: skip


@pytest.mark.parametrize("document", SLOW.values(), ids=SLOW.keys())
def test_documents_made_to_be_slow_are_read_in_bounded_time(document: str) -> None:
    started = time.process_time()
    try:
        read(document)
    except FetchError as error:
        assert error.problem is FetchProblem.MALFORMED  # noqa: PT017  (most of them give an item)
    assert time.process_time() - started < 2.5


@pytest.mark.parametrize(
    "page",
    ["<div>" * 60_000, "<ul><li>" * 9_000 + "</li></ul>" * 9_000, BOLD, ATTRIBUTES],
    ids=["deep", "lists", "bold", "attributes"],
)
def test_pages_made_to_be_slow_are_looked_at_in_bounded_time(page: str) -> None:
    started = time.process_time()
    with pytest.raises(FetchError):
        read(f"<html><head><link rel=alternate type=application/rss+xml href=/f>{page}")
    found = candidates(f"<html><a href=/feed.xml>{page}", url="https://served.example/")
    assert found[0].origin is Origin.ANCHOR
    assert time.process_time() - started < 2.5
