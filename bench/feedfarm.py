"""Thousands of feeds on loopback, made from real feed bodies: what every polling benchmark polls.

Run as a process of its own (`python -m bench.feedfarm COUNT PORT`), so that its work is not counted as anybody
else's. Round 0 gives every feed in full; from round 1 on, nine feeds in ten answer 304 and one has one new item.
A GET of `/round/N` begins a round.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from aiohttp import web

ROOT = Path(__file__).parent.parent
REAL_FEEDS = ROOT.parent / "shared" / "data" / "feeds"
_ENTRY = re.compile(rb"<(item|entry)[ >]")
_RSS_ITEM = (
    b"<item><title>New item %d of round %d</title><link>https://farm.example/%d/%d</link>"
    b"<guid>farm-%d-%d</guid><description>One more report, number %d.</description></item>"
)


def rss_bodies() -> list[bytes]:
    """Give real RSS 2.0 bodies into which an item can be put; the sample feeds where the real ones are absent."""
    files = sorted(REAL_FEEDS.glob("*.xml")) or sorted((ROOT / "seeds" / "feeds").glob("*.xml"))
    bodies = [file.read_bytes() for file in files]
    return [body for body in bodies if b"<rss" in body[:2000] and b"<item" in body]


class Farm:
    """Answers for all feeds; `round_` says how."""

    def __init__(self, bodies: list[bytes]) -> None:
        self._bodies = bodies
        self.round_ = 0
        self.answered = 0

    async def feed(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        self.answered += 1
        body = self._bodies[number % len(self._bodies)]
        version = self.round_ if number % 10 == 0 else 0
        etag = f'"{number}-{version}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        if version:
            body = _with_new_item(body, number, version)
        return web.Response(body=body, headers={"ETag": etag, "Content-Type": "application/rss+xml"})

    async def begin(self, request: web.Request) -> web.Response:
        self.round_ = int(request.match_info["number"])
        answered, self.answered = self.answered, 0
        return web.json_response({"answered": answered})


def _with_new_item(body: bytes, number: int, version: int) -> bytes:
    found = _ENTRY.search(body)
    assert found is not None, "bodies without entries are left out"
    item = _RSS_ITEM % (number, version, number, version, number, version, number)
    return body[: found.start()] + item + body[found.start() :]


def main() -> None:
    farm = Farm(rss_bodies())
    application = web.Application()
    application.router.add_get("/feed/{number}", farm.feed)
    application.router.add_get("/round/{number}", farm.begin)
    web.run_app(application, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
