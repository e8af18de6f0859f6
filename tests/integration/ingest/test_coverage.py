"""Coverage over many polls, by way of the real fetcher, parser, pipeline and store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.clock import FakeClock
from tests.support.feeds import FeedServer, rss
from tests.support.polling import InlineWorkers, Polling, a_rule
from watcher.ingest.fetch import Fetcher, FetchSettings
from watcher.types import Feed, TroubleKind

HOUR = timedelta(hours=1)
SETTINGS = FetchSettings(allow_private_addresses=True, min_delay=timedelta(0))
WORKERS = InlineWorkers([a_rule()])


def entries(*numbers: int, ids: str = "id", **changes: str) -> list[dict[str, str]]:
    return [
        {
            "title": f"Report {number}",
            "guid": f"{ids}-{number}",
            "link": f"https://news.example/{number}",
            "description": f"Gunmen, it is said, were seen at place {number} at the border.",
            **changes,
        }
        for number in numbers
    ]


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def polling(server: FeedServer, tmp_path: Path) -> AsyncIterator[Polling]:
    clock = FakeClock()
    async with Fetcher(SETTINGS, clock=clock) as fetcher:
        feeds = [Feed(id="wire", url=server.url("/wire"))]
        with Polling(
            tmp_path, fetcher=fetcher, feeds=feeds, rules=[a_rule()], workers=WORKERS, clock=clock
        ) as running:
            yield running


def kinds(polling: Polling, *, lasting: bool = True) -> list[TroubleKind]:
    return [one.kind for one in polling.troubles() if (one.ended_at is None) is lasting]


async def test_a_gap_is_reported_and_the_feed_is_asked_sooner(server: FeedServer, polling: Polling) -> None:
    server.set("/wire", body=rss(entries(1, 2, 3)))
    await polling.poll()
    server.set("/wire", body=rss(entries(11, 12, 13)))
    await polling.poll(after=timedelta(minutes=20))
    assert kinds(polling) == [TroubleKind.OVERFLOW]
    assert "20 minutes before" in polling.troubles()[0].reason
    assert polling.state().due_at - polling.clock.now() <= timedelta(minutes=10)
    server.set("/wire", body=rss(entries(12, 13, 14)))
    await polling.poll(after=timedelta(minutes=10))
    assert (kinds(polling), kinds(polling, lasting=False)) == ([], [TroubleKind.OVERFLOW])


async def test_a_gap_is_closed_by_reading_the_archive_that_the_feed_names(
    server: FeedServer, polling: Polling
) -> None:
    def page(*numbers: int, older: str) -> bytes:
        link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="prev-archive" href="{older}"/>'
        return rss(entries(*numbers)).replace(b"<description>", link.encode() + b"<description>", 1)

    server.set("/wire", body=page(1, 2, 3, older="/older-0"))
    await polling.poll()
    server.set("/wire", body=page(9, 8, 7, older="/older-2"))
    server.set("/older-2", body=page(6, 5, 4, older="/older-1"))
    server.set("/older-1", body=page(3, 2, 1, older="/older-0"))
    await polling.poll()
    assert {past.item.title for past in polling.items()} == {f"Report {n}" for n in range(1, 10)}
    assert kinds(polling) == []
    assert server.requests("/older-0") == []
    assert len(polling.deliveries()) == 6, "what the archive brings is told like any other news"


async def test_an_archive_elsewhere_or_in_a_circle_is_left_alone(
    server: FeedServer, polling: Polling
) -> None:
    def page(*numbers: int, older: str) -> bytes:
        link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="{older}"/>'
        return rss(entries(*numbers)).replace(b"<description>", link.encode() + b"<description>", 1)

    server.set("/wire", body=page(1, 2, older="/x"))
    await polling.poll()
    server.set("/wire", body=page(3, 4, older=server.url("/x", host="localhost")))
    await polling.poll()
    assert server.requests("/x") == []
    server.set("/wire", body=page(5, 6, older="/y"))
    server.set("/y", body=page(7, 8, older="/wire"))
    await polling.poll()
    assert len(server.requests("/wire")) == 3
    server.set("/wire", body=page(20, 21, older="/p0"))
    for n in range(9):
        server.set(f"/p{n}", body=page(30 + 2 * n, 31 + 2 * n, older=f"/p{n + 1}"))
    await polling.poll()
    assert [bool(server.requests(f"/p{n}")) for n in range(9)] == [True] * 4 + [False] * 5
    assert TroubleKind.OVERFLOW in kinds(polling)


async def test_a_republication_under_new_ids_is_rebound_quietly_with_one_note(
    server: FeedServer, polling: Polling
) -> None:
    server.set("/wire", body=rss(entries(*range(8))))
    await polling.poll()
    before = {past.item.title: past.item_id for past in polling.items()}
    server.set("/wire", body=rss(entries(*range(8), ids="moved")))
    await polling.poll()
    assert {past.item.title: past.item_id for past in polling.items()} == before
    assert all("moved-" in str(past.item.guid) for past in polling.items())
    assert polling.deliveries() == []
    assert kinds(polling) == [TroubleKind.STORM]
    server.set("/wire", body=rss(entries(*range(9), ids="moved")))
    await polling.poll()
    assert kinds(polling) == []
    assert len(polling.deliveries()) == 1


async def test_ids_that_change_with_every_poll_make_no_new_items(
    server: FeedServer, polling: Polling
) -> None:
    for number in range(5):
        server.set("/wire", body=rss(entries(*range(6), ids=f"poll{number}")))
        await polling.poll()
    assert len(polling.items()) == 6
    assert len(polling.troubles()) == 1
    assert polling.deliveries() == []


async def test_a_feed_whose_guids_turn_out_to_repeat_keeps_its_items(
    server: FeedServer, polling: Polling
) -> None:
    server.set("/wire", body=rss(entries(1, 2, 3, 4, 5, 6)))
    await polling.poll()
    server.set("/wire", body=rss([*entries(7), *entries(8, guid="id-7"), *entries(1, 2, 3, 4, 5, 6)]))
    await polling.poll()
    assert polling.state().repeats_guids
    assert len(polling.items()) == 8
    assert len(polling.deliveries()) == 2


async def test_a_feed_that_loses_its_entries_is_in_trouble_and_forgets_nothing(
    server: FeedServer, polling: Polling
) -> None:
    server.set("/wire", body=rss(entries(1, 2, 3)))
    await polling.poll()
    listed = polling.store
    with listed.read() as tx:
        before = tx.feeds.listed("wire")
    server.set("/wire", body=rss([]), etag='"empty"')
    await polling.poll()
    await polling.poll()
    assert server.requests("/wire")[-1].status == 304
    assert kinds(polling) == [TroubleKind.EMPTIED]
    with listed.read() as tx:
        assert tx.feeds.listed("wire") == before
    server.set("/wire", body=rss(entries(1, 2, 3)))
    await polling.poll()
    assert kinds(polling) == []
    assert polling.deliveries() == []


async def test_a_cut_off_feed_without_one_readable_entry_is_in_trouble_at_the_second_time(
    server: FeedServer, polling: Polling
) -> None:
    server.set("/wire", body=rss(entries(1, 2, 3)))
    await polling.poll()
    server.set("/wire", body=rss(entries(1, 2, 3))[:200])
    await polling.poll()
    assert kinds(polling) == []
    await polling.poll()
    assert kinds(polling) == [TroubleKind.EMPTIED]


async def test_a_feed_that_falls_silent_is_in_trouble_until_it_speaks(
    server: FeedServer, polling: Polling
) -> None:
    for number in range(60):
        server.set("/wire", body=rss(entries(*range(number, number + 5))))
        await polling.poll(after=6 * HOUR)
    assert kinds(polling) == []
    for _ in range(10):
        await polling.poll(after=2 * HOUR)
    assert kinds(polling) == [TroubleKind.SILENT]
    assert kinds(polling, lasting=False) == []
    server.set("/wire", body=rss(entries(*range(60, 65))))
    await polling.poll()
    assert kinds(polling) == []


async def test_dates_in_the_future_count_as_now_and_are_noted(server: FeedServer, polling: Polling) -> None:
    server.set("/wire", body=rss(entries(1)))
    await polling.poll()
    ahead = (polling.clock.now() + 3 * HOUR).strftime("%a, %d %b %Y %H:%M:%S GMT")
    server.set("/wire", body=rss([*entries(2, pubDate=ahead), *entries(1)]))
    await polling.poll()
    assert kinds(polling) == [TroubleKind.SKEWED]
    newest = polling.items()[-1].item
    assert newest.published == newest.seen_at
    assert newest.published_raw == ahead
