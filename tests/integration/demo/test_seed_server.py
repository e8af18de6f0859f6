"""The demo's server behaves as a careful publisher's would."""

from __future__ import annotations

from calendar import timegm
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import feedparser
import pytest

from tests.support.clock import FakeClock
from watcher.demo.server import SeedServer
from watcher.demo.timeline import SeedError, Seeds, read_seeds

SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return read_seeds(SEEDS)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(seeds: Seeds, clock: FakeClock) -> AsyncIterator[SeedServer]:
    async with SeedServer(seeds, clock=clock) as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client


async def get(
    client: aiohttp.ClientSession, server: SeedServer, name: str, **headers: str
) -> tuple[int, bytes, Mapping[str, str]]:
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    async with client.get(f"{server.url}/{name}", headers=sent) as response:
        return response.status, await response.read(), response.headers


async def fetch_all(client: aiohttp.ClientSession, server: SeedServer, seeds: Seeds) -> None:
    for document in seeds.documents.values():
        await get(client, server, document.name)


def ids(body: bytes) -> set[str]:
    return {entry.id for entry in feedparser.parse(body).entries}


async def test_the_timeline_waits_until_every_feed_has_been_fetched(
    client: aiohttp.ClientSession, server: SeedServer, seeds: Seeds, clock: FakeClock
) -> None:
    clock.advance(3600)
    _, before, _ = await get(client, server, "north-shore-wire.xml")
    assert "nsw-20918" not in ids(before)
    await fetch_all(client, server, seeds)
    clock.advance(5)
    _, after, _ = await get(client, server, "north-shore-wire.xml")
    assert ids(after) - ids(before) == {"nsw-20918"}


async def test_what_has_not_changed_is_answered_304_by_either_validator(
    client: aiohttp.ClientSession, server: SeedServer, seeds: Seeds, clock: FakeClock
) -> None:
    await fetch_all(client, server, seeds)
    _, _, headers = await get(client, server, "north-shore-wire.xml")
    etag, modified = headers["ETag"], headers["Last-Modified"]
    clock.advance(2)
    status, body, again = await get(client, server, "north-shore-wire.xml", If_None_Match=etag)
    assert (status, body, again["ETag"]) == (304, b"", etag)
    status, _, _ = await get(client, server, "north-shore-wire.xml", If_Modified_Since=modified)
    assert status == 304
    clock.advance(3)
    status, _, fresh = await get(client, server, "north-shore-wire.xml", If_None_Match=etag)
    assert status == 200
    assert fresh["ETag"] != etag
    assert fresh["Last-Modified"] != modified
    status, _, _ = await get(client, server, "north-shore-wire.xml", If_Modified_Since=modified)
    assert status == 200


async def test_an_unknown_feed_is_not_found(client: aiohttp.ClientSession, server: SeedServer) -> None:
    status, _, _ = await get(client, server, "no-such.xml")
    assert status == 404


async def test_at_the_end_everything_has_appeared_with_dates_of_today(
    client: aiohttp.ClientSession, server: SeedServer, seeds: Seeds, clock: FakeClock
) -> None:
    await fetch_all(client, server, seeds)
    await server.play_out()
    for document in seeds.documents.values():
        status, body, headers = await get(client, server, document.name)
        assert status == 200
        assert headers["Content-Type"].startswith(document.media_type)
        if not document.is_json:
            parsed = feedparser.parse(body)
            assert not parsed.bozo, document.name
            assert ids(body) == set(document.entries)
            newest = max(entry.get("published_parsed") or entry.updated_parsed for entry in parsed.entries)
            age = clock.now() - datetime.fromtimestamp(timegm(newest), UTC)
            assert timedelta(0) <= age < timedelta(hours=6), document.name


async def test_an_edit_replaces_the_entry_in_place(
    client: aiohttp.ClientSession, server: SeedServer, seeds: Seeds, clock: FakeClock
) -> None:
    await fetch_all(client, server, seeds)
    clock.advance(45)
    _, before, _ = await get(client, server, "blue-gate-radio.xml")
    clock.advance(1)
    _, after, _ = await get(client, server, "blue-gate-radio.xml")
    assert b"oficials" in before
    assert b"oficials" not in after
    assert ids(before) == ids(after)


def test_the_seeds_are_many_in_all_formats_and_languages(seeds: Seeds) -> None:
    assert len(seeds.documents) >= 8
    assert {document.media_type for document in seeds.documents.values()} == {
        "application/rss+xml",
        "application/rdf+xml",
        "application/atom+xml",
        "application/feed+json",
    }
    assert all(6 <= len(document.entries) <= 12 for document in seeds.documents.values())
    assert seeds.timeline.end <= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("nsw-20918", "nsw-1"), "nsw-1"),
        (("feed: north-shore-wire", "feed: north-shore-wir"), "north-shore-wir"),
        (("oficials", "ofishals"), "ofishals"),
        (("written_at", "written"), "cannot read"),
    ],
)
def test_a_timeline_that_does_not_fit_its_feeds_is_refused(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    (tmp_path / "feeds").symlink_to(SEEDS / "feeds")
    text = (SEEDS / "timeline.yml").read_text("utf-8")
    (tmp_path / "timeline.yml").write_text(text.replace(*change), "utf-8")
    with pytest.raises(SeedError, match=complaint):
        read_seeds(tmp_path)
