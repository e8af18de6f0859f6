"""The sample feeds on loopback, served as a careful publisher would: validators, 304, compression.

In: the seeds. Out: HTTP answers that change as the timeline goes on. Started by the demo and by tests.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from hashlib import blake2b
from types import TracebackType
from typing import Self

from aiohttp import ETag, web

from watcher.demo.document import SeedDocument
from watcher.demo.timeline import Seeds
from watcher.ports import Clock

_HOST = "127.0.0.1"


class SeedServer:
    """Serves the sample feeds on a free port for as long as it is entered.

    The timeline begins once every feed has been fetched once: until then each feed is its archive, so that no first
    poll, however late, takes news for archive.

    Args:
        seeds: what to serve.
        clock: where time comes from.
    """

    def __init__(self, seeds: Seeds, *, clock: Clock) -> None:
        self._seeds = seeds
        self._by_name = {document.name: document for document in seeds.documents.values()}
        self._clock = clock
        self._opened_at = clock.now()
        self._began_at: datetime | None = None
        self._begun = asyncio.Event()
        self._unfetched = set(seeds.documents)
        application = web.Application()
        application.router.add_get("/{name}", self._serve)
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=0.5)
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, _HOST, 0).start()
        self.url = f"http://{_HOST}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def elapsed(self) -> timedelta:
        """How far the timeline has come; below zero while there are feeds that nobody has fetched."""
        return self._clock.now() - self._began_at if self._began_at else timedelta(seconds=-1)

    async def play_out(self) -> None:
        """Wait until everything has appeared."""
        await self._begun.wait()
        left = self._seeds.timeline.end - self.elapsed
        await self._clock.sleep(max(0.0, left.total_seconds()))

    async def _serve(self, request: web.Request) -> web.Response:
        document = self._by_name.get(request.match_info["name"])
        if document is None:
            raise web.HTTPNotFound(text="no such feed\n")
        body = self._body(document)
        etag = blake2b(body, digest_size=12).hexdigest()
        modified_at = self._modified_at(document)
        is_known = _has(request, etag, modified_at)
        response = web.Response(status=304) if is_known else web.Response(body=body)
        response.etag = etag
        response.last_modified = modified_at
        if not is_known:
            response.headers["Content-Type"] = f"{document.media_type}; charset=utf-8"
            response.enable_compression()
        self._note_fetched(document)
        return response

    def _body(self, document: SeedDocument) -> bytes:
        timeline = self._seeds.timeline
        return document.at(
            hidden=timeline.hidden(document.feed, self.elapsed),
            edited=timeline.edited(document, self.elapsed),
            shift=self._opened_at - timeline.written_at,
        )

    def _modified_at(self, document: SeedDocument) -> datetime:
        begin = self._began_at or self._opened_at
        changed = self._seeds.timeline.changed_at(document.feed, self.elapsed)
        return (begin + changed if changed else self._opened_at).replace(microsecond=0)

    def _note_fetched(self, document: SeedDocument) -> None:
        self._unfetched.discard(document.feed)
        if not self._unfetched and self._began_at is None:
            self._began_at = self._clock.now()
            self._begun.set()


def _has(request: web.Request, etag: str, modified_at: datetime) -> bool:
    """Tell whether the caller has this version: If-None-Match alone counts where it is sent (RFC 9110, 13.2.2)."""
    if request.if_none_match is not None:
        return any(known in (ETag(value=etag), ETag(value="*")) for known in request.if_none_match)
    since = request.if_modified_since
    return since is not None and modified_at <= since
