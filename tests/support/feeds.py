"""A loopback server that answers polls as a test scripts it, faults included, and remembers what was asked.

`FeedServer` runs in the test's event loop; `ThreadedFeedServer` runs in a thread of its own, for tests that drive a
real process. Both are used with `.set(path, …)`, `.url(path)` and `.requests(path)`.
"""

from __future__ import annotations

import asyncio
import gzip
import ssl
import threading
import time
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

from aiohttp import web

RSS = "application/rss+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How one request is answered.

    Attributes:
        status, headers, body, content_type: as sent; `headers` override what follows from the other fields.
        etag, last_modified: sent, and answered with 304 when a request replays either of them exactly.
        redirect: a Location (status 302 unless another 3xx is set).
        encoding: the body is compressed so: gzip, deflate (zlib), raw-deflate, br, zstd.
        delay: seconds before anything is sent.
        drip: (bytes, seconds): the body, or `raw`, is sent in pieces of so many bytes, so far apart.
        cut_at: the connection is closed after so many bytes of a body whose Content-Length promises all of it.
        endless: the body is repeated until the peer goes away.
        raw: these bytes are sent instead of an HTTP answer, then the connection is closed.
    """

    status: int = 200
    body: bytes = b""
    content_type: str | None = RSS
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    redirect: str | None = None
    encoding: str | None = None
    delay: float = 0.0
    drip: tuple[int, float] | None = None
    cut_at: int | None = None
    endless: bool = False
    raw: bytes | None = None

    def is_known(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a request with these (lower-case) headers is to be answered with 304."""
        if "if-none-match" in headers:
            return self.etag is not None and headers["if-none-match"] == self.etag
        return self.last_modified is not None and headers.get("if-modified-since") == self.last_modified


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request that arrived; `headers` have lower-case names, `query` is as it was sent, `at` is
    `time.monotonic()`."""

    path: str
    query: str
    headers: Mapping[str, str]
    at: float
    status: int


def compress(body: bytes, encoding: str) -> bytes:
    """Compress a body as a Content-Encoding names it (`raw-deflate` is deflate without the zlib wrapper)."""
    if encoding == "gzip":
        return gzip.compress(body, 6)
    if encoding == "deflate":
        return zlib.compress(body)
    if encoding == "raw-deflate":
        return zlib.compress(body)[2:-4]
    if encoding == "br":
        import brotli  # type: ignore[import-untyped]  # ships no annotations

        return bytes(brotli.compress(body, quality=5))
    if encoding == "zstd":
        from backports import zstd

        return bytes(zstd.compress(body))
    raise ValueError(encoding)


class FeedServer:
    """The scripted server: an async context manager on a free port of 127.0.0.1.

    Args:
        tls: serve https with this context.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._scripts: dict[str, list[Answer]] = {}
        self._endless: set[str] = set()
        self._seen: list[Seen] = []
        self._runner: web.AppRunner | None = None
        self.port = 0

    def set(self, path: str, *answers: Answer, is_endless: bool = False, **fields: Any) -> None:
        """Say how a path answers from now on.

        Several answers are given in turn, one per request; the last one stays, or, with `is_endless`, the first one
        comes again. Or give the fields of a single `Answer`. A body given as str is encoded as UTF-8.
        """
        if fields:
            if isinstance(fields.get("body"), str):
                fields["body"] = fields["body"].encode()
            answers = (*answers, Answer(**fields))
        self._scripts[path] = list(answers)
        self._endless.discard(path)
        if is_endless:
            self._endless.add(path)

    def remove(self, path: str) -> None:
        """Let a path answer 404 again."""
        self._scripts.pop(path, None)

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        """Give the address of a path; `host` may be another name for this machine."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def requests(self, path: str | None = None) -> list[Seen]:
        """Give the requests that have arrived, of one path or of all, oldest first."""
        return [seen for seen in tuple(self._seen) if path is None or seen.path == path]

    def forget(self) -> None:
        """Empty the request log."""
        self._seen.clear()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self._tls)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def _next(self, path: str) -> Answer:
        script = self._scripts.get(path)
        if not script:
            return Answer(status=404, body=b"nothing here", content_type="text/plain")
        if path in self._endless:
            script.append(script[0])
        return script.pop(0) if len(script) > 1 else script[0]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        answer = self._next(request.path)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if answer.status == 200 and answer.redirect is not None:
            answer = replace(answer, status=302)
        if answer.status == 200 and answer.is_known(headers):
            answer = replace(answer, status=304, body=b"", endless=False, cut_at=None)
        self._seen.append(
            Seen(
                path=request.path,
                query=request.rel_url.raw_query_string,
                headers=headers,
                at=time.monotonic(),
                status=answer.status,
            )
        )
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.raw is not None:
            return await self._send_raw(request, answer)
        return await self._send(request, answer)

    async def _send(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        body = compress(answer.body, answer.encoding) if answer.encoding else answer.body
        response = web.StreamResponse(status=answer.status, headers=_headers(answer))
        if not answer.endless and "Transfer-Encoding" not in answer.headers and answer.status != 304:
            response.content_length = len(body)
        try:
            await response.prepare(request)
            async for piece in _pieces(answer, body):
                await response.write(piece)
            if answer.cut_at is not None:
                _close(request)
            else:
                await response.write_eof()
        except (ConnectionError, asyncio.CancelledError):
            _close(request)
        return response

    async def _send_raw(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        async for piece in _pieces(answer, answer.raw or b""):
            if request.transport is not None:
                request.transport.write(piece)
        if request.transport is not None:
            request.transport.close()
        return web.Response()


def _headers(answer: Answer) -> dict[str, str]:
    said = {
        "Content-Type": answer.content_type,
        "ETag": answer.etag,
        "Last-Modified": answer.last_modified,
        "Location": answer.redirect,
        "Content-Encoding": answer.encoding.removeprefix("raw-") if answer.encoding else None,
    }
    return {name: value for name, value in said.items() if value is not None} | dict(answer.headers)


async def _pieces(answer: Answer, body: bytes) -> AsyncIterator[bytes]:
    if answer.endless:
        while True:
            yield body
            await asyncio.sleep(answer.drip[1] if answer.drip else 0)
    body = body[: answer.cut_at]
    size, pause = answer.drip or (max(1, len(body)), 0.0)
    for start in range(0, len(body), size):
        yield body[start : start + size]
        if pause:
            await asyncio.sleep(pause)


def _close(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


class ThreadedFeedServer:
    """A `FeedServer` in a thread of its own: a plain context manager with the same methods.

    For tests that drive another process: the answers change while it runs, from synchronous code.

    Args:
        tls: serve https with this context.
        port: listen there instead of on a free port (to come back after a stop).
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self._server = FeedServer(tls=tls)
        self._server.port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="feed-server", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; the port is known on return."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.__aenter__(), self._loop).result(10)

    def stop(self) -> None:
        """Close the port and end the thread."""
        asyncio.run_coroutine_threadsafe(self._server.__aexit__(None, None, None), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def port(self) -> int:
        return self._server.port

    def set(self, path: str, *answers: Answer, **fields: Any) -> None:
        """Say how a path answers from now on; see `FeedServer.set`. Safe from any thread."""
        self._call(lambda: self._server.set(path, *answers, **fields))

    def remove(self, path: str) -> None:
        """Let a path answer 404 again."""
        self._call(lambda: self._server.remove(path))

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        """Give the address of a path."""
        return self._server.url(path, host=host)

    def requests(self, path: str | None = None) -> list[Seen]:
        """Give the requests that have arrived, of one path or of all, oldest first."""
        return self._server.requests(path)

    def forget(self) -> None:
        """Empty the request log."""
        self._call(self._server.forget)

    def _call(self, action: Any) -> None:
        async def run() -> None:
            action()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)


def rss(
    items: Iterable[Mapping[str, str]], *, title: str = "A feed", link: str = "https://news.example/"
) -> bytes:
    """Write an RSS 2.0 document; each item's keys are element names, values are escaped."""
    from xml.sax.saxutils import escape

    entries = "".join(
        "<item>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in item.items()) + "</item>"
        for item in items
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>{escape(link)}</link><description>{escape(title)}</description>{entries}</channel></rss>"
    ).encode()
