"""An HTTP server in a thread of its own, that plays a receiver and follows a script.

In: what it shall do, one behaviour a request. Out: real answers on loopback. The doubles of Slack and of webhooks are
made of it; being in a thread, they serve tests of a process, of an event loop, and of plain functions alike.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What to do with one request.

    `stores`: it is kept as if accepted. `status`, `headers`, `body`: the answer; `body` None means what the double
    answers on success. `hangs_up`: the connection is closed instead of an answer. `is_silent`: no answer ever comes.
    """

    stores: bool = True
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    hangs_up: bool = False
    is_silent: bool = False


def accept() -> Behaviour:
    """Take it."""
    return Behaviour()


def answer(status: int, *, retry_after: str | None = None, body: Any = "") -> Behaviour:
    """Answer with a status, and take nothing."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Behaviour(stores=False, status=status, headers=headers, body=body)


def accept_then_hang_up() -> Behaviour:
    """Take it, and close the connection without a word."""
    return Behaviour(hangs_up=True)


def hang_up() -> Behaviour:
    """Close the connection without a word, having taken nothing."""
    return Behaviour(stores=False, hangs_up=True)


def accept_then_be_silent() -> Behaviour:
    """Take it, and never answer."""
    return Behaviour(is_silent=True)


class Receiver:
    """The server. Subclasses say in `accepted` what they keep and answer."""

    def __init__(self) -> None:
        self._script: deque[Behaviour] = deque()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name=type(self).__name__, daemon=True)
        self._is_ready = threading.Event()
        self._stop = asyncio.Event()
        self.port = 0
        self.requests = 0
        self.working = 0

    def script(self, behaviours: Iterable[Behaviour]) -> None:
        """Do these things with the next requests; beyond them, accept."""
        self._script = deque(behaviours)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._is_ready.wait(10):
            raise RuntimeError("the receiver did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Go down; a second time changes nothing."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)

    async def refusal(self, request: web.Request, body: bytes) -> Behaviour | None:
        """Say why the real thing would refuse this request, whatever the script says; None when it would not."""
        return None

    async def accepted(self, request: web.Request, body: bytes) -> Any:
        """Keep an accepted request, and give the answer's body."""
        raise NotImplementedError

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._loop.close()

    async def _run(self) -> None:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        self._is_ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/ping":
            return web.Response()
        self.working += 1
        try:
            return await self._follow_script(request)
        finally:
            self.working -= 1

    async def _follow_script(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        body = await request.read()
        behaviour = self._script.popleft() if self._script else accept()
        behaviour = await self.refusal(request, body) or behaviour
        content = await self.accepted(request, body) if behaviour.stores else None
        if behaviour.is_silent:
            await self._stop.wait()
        if behaviour.is_silent or behaviour.hangs_up:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        content = content if behaviour.body is None else behaviour.body
        is_json = not isinstance(content, str)
        return web.Response(
            status=behaviour.status,
            headers=behaviour.headers,
            text=json.dumps(content) if is_json else content,
            content_type="application/json" if is_json else "text/html",
        )
