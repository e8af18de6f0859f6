"""Looks at refusals for whoever stands before the site and keeps programs out.

In: an answer whose body is not read yet, or a web page that came where a feed was asked for. Out: nothing, or a
`FetchError` of the class `BLOCKED`. Called by `fetch`; what gives a wall away is in `blockpage`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

import aiohttp
from yarl import URL

from watcher.ingest import failures
from watcher.ingest.blockpage import READ_BYTES, is_suspect, wall_of

_SECONDS = 3.0
"""For the beginning of a refusal: the site has refused already, and that is the news."""


async def refuse_wall(
    response: aiohttp.ClientResponse, headers: Mapping[str, str], *, url: URL, now: datetime
) -> None:
    """Raise `FetchError` where an answer that is no feed comes from a wall; reads at most `READ_BYTES` of it."""
    if is_suspect(response.status, headers):
        check_wall(response.status, headers, await _beginning(response), url=url, now=now)


def check_wall(status: int, headers: Mapping[str, str], body: bytes, *, url: URL, now: datetime) -> None:
    """Raise `FetchError` where an answer that was read is the page of a wall."""
    if is_suspect(status, headers) and (wall := wall_of(status, headers, body)) is not None:
        raise failures.blocked(wall, status, headers, url=url, now=now)


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_SECONDS):
            while size < READ_BYTES and (piece := await response.content.read(READ_BYTES - size)):
                pieces.append(piece)
                size += len(piece)
    except (TimeoutError, aiohttp.ClientError):
        return b"".join(pieces)  # what came until then is looked at; the status says enough
    return b"".join(pieces)
