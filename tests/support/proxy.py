"""An HTTP proxy on loopback: it passes on what it is asked to, tunnels included, and remembers every request's head.

Every name leads to this machine, whatever it is: a test looks at what the proxy was asked for.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class ProxyDouble:
    """The proxy: an async context manager on a free port of 127.0.0.1.

    Args:
        login: the value of Proxy-Authorization that it asks for, None for none.
    """

    def __init__(self, *, login: str | None = None) -> None:
        self._login = login
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.heads: list[str] = []

    @property
    def address(self) -> str:
        """Where it listens, as `host:port`."""
        assert self._server is not None
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._open):
            writer.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            if self._login is not None and f"Proxy-Authorization: {self._login}" not in head:
                writer.write(b"HTTP/1.1 407 Login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
            else:
                await self._pass_on(head, reader, writer)
        writer.close()
        self._open.discard(writer)

    async def _pass_on(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, _ = head.split(" ", 2)
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        there, outward = await asyncio.open_connection("127.0.0.1", parts.port)
        self._open.add(outward)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            _, rest = head.split("\r\n", 1)
            outward.write(f"{method} {path} HTTP/1.1\r\nConnection: close\r\n{rest}".encode("latin-1"))
        await asyncio.gather(_pump(reader, outward), _pump(there, writer))


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()
    with suppress(OSError):
        sink.close()
