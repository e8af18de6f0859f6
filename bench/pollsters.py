"""Those who poll the farm: the service, its peers, and the bare requests that nobody can undercut.

Each is made for COUNT feeds on a port and polls all of them when told to. Run by `bench.subject`, one in a process.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

PollAll = Callable[[], Any]
"""Polls every feed once; gives how many items were new, as a number or an awaitable of one."""


def _urls(count: int, port: int) -> list[str]:
    return [f"http://127.0.0.1:{port}/feed/{number}" for number in range(count)]


@asynccontextmanager
async def watcher(count: int, port: int, folder: Path) -> AsyncIterator[PollAll]:
    """The service itself, with the shipped rules, stories and outbox in the loop."""
    from bench.workload import poll_all, service_parts

    async with service_parts(count, port, folder) as parts:
        yield lambda: poll_all(parts)


def reader_with(workers: int) -> Callable[[int, int, Path], Any]:
    """reader's `update_feeds`, the closest library, with so many worker threads."""

    @asynccontextmanager
    async def reader(count: int, port: int, folder: Path) -> AsyncIterator[PollAll]:
        from reader import make_reader

        warnings.simplefilter("ignore")  # it warns of every entry without an id
        store = make_reader(str(folder / "reader.db"))
        for url in _urls(count, port):
            store.add_feed(url)

        def poll_all() -> int:
            before = store.get_entry_counts().total or 0
            store.update_feeds(workers=workers, scheduled=False)
            return (store.get_entry_counts().total or 0) - before

        yield poll_all
        store.close()

    return reader


@asynccontextmanager
async def feedparser_loop(count: int, port: int, folder: Path) -> AsyncIterator[PollAll]:  # noqa: ARG001
    """A plain loop over `feedparser.parse`, which remembers ETags and the ids of entries in memory."""
    import feedparser

    warnings.simplefilter("ignore")
    etags: dict[str, str | None] = {}
    seen: dict[str, set[str]] = {url: set() for url in _urls(count, port)}

    def poll_all() -> int:
        new = 0
        for url, known in seen.items():
            found = feedparser.parse(url, etag=etags.get(url))
            etags[url] = found.get("etag")
            ids = {entry.get("id") or entry.get("link") or entry.get("title", "") for entry in found.entries}
            new += len(ids - known)
            known |= ids
        return new

    yield poll_all


@asynccontextmanager
async def bare_requests(count: int, port: int, folder: Path) -> AsyncIterator[PollAll]:  # noqa: ARG001
    """aiohttp's GET of the same answers, a hundred at a time over kept connections, and nothing done with them."""
    import aiohttp

    etags: dict[str, str] = {}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session:

        async def get(url: str) -> None:
            headers = {"If-None-Match": etags[url]} if url in etags else {}
            async with session.get(url, headers=headers) as answer:
                await answer.read()
                if "ETag" in answer.headers:
                    etags[url] = answer.headers["ETag"]

        async def poll_all() -> int:
            urls = iter(_urls(count, port))

            async def go_on() -> None:
                for url in urls:
                    await get(url)

            await asyncio.gather(*(go_on() for _ in range(100)))
            return 0

        yield poll_all


POLLSTERS: dict[str, Callable[[int, int, Path], Any]] = {
    "watcher": watcher,
    "reader-1": reader_with(1),
    "reader-20": reader_with(20),
    "feedparser": feedparser_loop,
    "bare": bare_requests,
}
