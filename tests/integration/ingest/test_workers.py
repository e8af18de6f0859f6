"""The worker processes: what one document does to them concerns no other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.documents import SEEN_AT, fetched
from tests.support.feeds import rss
from tests.support.polling import a_rule
from watcher.errors import FetchError
from watcher.types import Feed, FetchProblem, ParsedFeed
from watcher.workers import Knowledge, Workers


async def parse(workers: Workers, entries: int) -> ParsedFeed:
    body = rss([{"title": f"Report {n}", "guid": str(n)} for n in range(entries)])
    return await workers.parse(fetched(body), seen_at=SEEN_AT, repeats_guids=False, memory=b"")


async def test_a_document_that_takes_too_long_costs_its_feed_a_poll_and_others_nothing() -> None:
    workers = Workers(Knowledge(rules=(), lists={}), count=1, longest_parse=timedelta(seconds=0.1))
    try:
        with pytest.raises(FetchError, match="found no end of it") as caught:
            await parse(workers, 4_000)
        assert caught.value.problem is FetchProblem.INTERNAL
        assert len((await parse(workers, 3)).items) == 3
    finally:
        workers.close()


async def test_one_trip_gives_what_two_give_with_each_item_once() -> None:
    workers = Workers(Knowledge(rules=(a_rule(),), lists={}), count=1)
    feed = Feed(id="f", url="https://f.example/feed")
    body = rss([{"title": f"Gunmen cross at kilometre {n}", "guid": str(n)} for n in range(3)])
    try:
        parsed, analysed = await workers.read_archive(
            fetched(body), feed, seen_at=SEEN_AT, repeats_guids=False
        )
        alone = await workers.parse(fetched(body), seen_at=SEEN_AT, repeats_guids=False, memory=b"")
        assert parsed == alone
        assert analysed == await workers.analyse(alone.items, feed, SEEN_AT)
    finally:
        workers.close()
    assert all(found.item is item for found, item in zip(analysed, parsed.items, strict=True))
    assert all(found.matches for found in analysed)
