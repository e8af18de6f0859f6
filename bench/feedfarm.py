"""Thousands of feeds on loopback, made from real feed bodies: what every polling benchmark polls.

Run as a process of its own (`python -m bench.feedfarm COUNT PORT [ENTRIES]`), so that its work is not counted as anybody
else's. With ENTRIES, each body is cut to so many. A GET of `/round/KIND` begins a round, in which every feed is asked once:

- `cold`: every feed in full, with an ETag;
- `mixed`: one feed in ten has one new item, the others answer 304 to who sends their ETag;
- `still`: all answer 304;
- `bare`: all give the bodies that they had, without validators.
"""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

from aiohttp import web

ROOT = Path(__file__).parent.parent
REAL_FEEDS = ROOT.parent / "shared" / "data" / "feeds"
NEWS_SHARE = 10
"""One feed in so many has a new item in a mixed round."""
_ENTRY = re.compile(rb"<(item|entry)[ >]")
_END = re.compile(rb"</item\s*>")
_RSS_ITEM = (
    b"<item><title>New item %d of round %d</title><link>https://farm.example/%d/%d</link>"
    b"<guid>farm-%d-%d</guid><description>One more report, number %d.</description></item>"
)


def rss_bodies() -> list[bytes]:
    """Give real RSS 2.0 bodies into which an item can be put; the sample feeds where the real ones are absent."""
    files = sorted(REAL_FEEDS.glob("*.xml")) or sorted((ROOT / "seeds" / "feeds").glob("*.xml"))
    bodies = [file.read_bytes() for file in files]
    return [body for body in bodies if b"<rss" in body[:2000] and b"<item" in body]


def cut(body: bytes, entries: int) -> bytes:
    """Leave only the first entries in a body, and what follows the last."""
    ends = [found.end() for found in _END.finditer(body)]
    return body if len(ends) <= entries else body[: ends[entries - 1]] + body[ends[-1] :]


class Farm:
    """Answers for `count` feeds; `versions` says how many items each has had put into its body."""

    def __init__(self, bodies: list[bytes], count: int) -> None:
        self._bodies = bodies
        self._versions = [0] * count
        self._mixed_rounds = 0
        self._is_bare = False

    async def feed(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        version = self._versions[number]
        etag = f'"{number}-{version}"'
        if not self._is_bare and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        body = self._bodies[number % len(self._bodies)]
        if version:
            body = _with_new_item(body, number, version)
        headers = {"Content-Type": "application/rss+xml"}
        return web.Response(body=body, headers=headers if self._is_bare else headers | {"ETag": etag})

    async def begin(self, request: web.Request) -> web.Response:
        kind = request.match_info["kind"]
        self._is_bare = kind == "bare"
        if kind == "mixed":
            self._mixed_rounds += 1
            count = len(self._versions)
            # Which feeds is left to chance: a step through their numbers would meet some of the bodies only.
            for number in random.Random(self._mixed_rounds).sample(range(count), count // NEWS_SHARE):
                self._versions[number] = self._mixed_rounds
        return web.json_response({"kind": kind})


def _with_new_item(body: bytes, number: int, version: int) -> bytes:
    found = _ENTRY.search(body)
    assert found is not None, "bodies without entries are left out"
    item = _RSS_ITEM % (number, version, number, version, number, version, number)
    return body[: found.start()] + item + body[found.start() :]


def main() -> None:
    count, port, *entries = map(int, sys.argv[1:])
    farm = Farm([cut(body, *entries) if entries else body for body in rss_bodies()], count)
    application = web.Application()
    application.router.add_get("/feed/{number}", farm.feed)
    application.router.add_get("/round/{kind}", farm.begin)
    web.run_app(application, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
