"""One poll over HTTP against a scripted server: validators, compression, redirects, credentials, manners."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.support.feeds import Answer, FeedServer, ThreadedFeedServer, rss
from watcher.errors import FetchError
from watcher.ingest.fetch import Fetcher, FetchSettings
from watcher.types import Feed, FeedState, FetchProblem, Validators

NOW = datetime(2026, 8, 1, tzinfo=UTC)
SETTINGS = FetchSettings(allow_private_addresses=True, min_delay=timedelta(0), timeout=timedelta(seconds=20))
BODY = rss([{"title": "Été à Tunis", "guid": "1"}])


class Hosts(AbstractResolver):
    """Names of the tests' own: each leads to the address that the test gives it, loopback otherwise."""

    def __init__(self, **addresses: str) -> None:
        self._addresses = {name.replace("_", "."): address for name, address in addresses.items()}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self._addresses.get(host, "127.0.0.1")
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)]

    async def close(self) -> None:
        """Hold nothing."""


def feed(url: str, headers: tuple[tuple[str, str], ...] = ()) -> Feed:
    return Feed(id="f", url=url, headers=headers)


def state(url: str, validators: Validators | None = None) -> FeedState:
    return FeedState(feed_id="f", url=url, due_at=NOW, validators=validators or Validators())


@pytest.mark.parametrize("etag", ['"abc"', 'W/"x-gzip, y"', '"é"', "unquoted", '"a b"', '"&amp;quot;"'])
async def test_both_validators_are_replayed_byte_for_byte(etag: str) -> None:
    date = "Sat, 01 Aug 2026 00:00:00 GMT"
    async with FeedServer() as server, Fetcher(SETTINGS) as fetcher:
        server.set("/f", body=BODY, etag=etag, last_modified=date)
        url = server.url("/f")
        first = await fetcher.fetch(feed(url), state(url))
        assert first.status == 200
        assert first.body == BODY
        assert first.validators == Validators(etag=etag, last_modified=date)
        again = await fetcher.fetch(feed(url), state(url, first.validators))
        assert again.is_not_modified
        assert again.body == b""
        asked = server.requests("/f")[1].headers
        assert (asked["if-none-match"], asked["if-modified-since"]) == (etag, date)


async def test_validators_are_renewed_on_every_200_and_none_when_absent() -> None:
    async with FeedServer() as server, Fetcher(SETTINGS) as fetcher:
        server.set("/f", Answer(body=BODY, etag='"2"'), Answer(body=BODY))
        url = server.url("/f")
        second = await fetcher.fetch(feed(url), state(url, Validators(etag='"1"')))
        assert second.validators == Validators(etag='"2"')
        third = await fetcher.fetch(feed(url), state(url, second.validators))
        assert third.status == 200
        assert third.validators == Validators()


async def test_a_validator_that_cannot_be_replayed_exactly_is_not_kept() -> None:
    raw = b'HTTP/1.1 200 OK\r\nETag: "\xe9"\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi'
    async with FeedServer() as server, Fetcher(SETTINGS) as fetcher:
        server.set("/f", raw=raw)
        fetched = await fetcher.fetch(feed(server.url("/f")), state(server.url("/f")))
        assert fetched.validators == Validators()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw-deflate", "br", "zstd"])
async def test_compressed_bodies_arrive_as_they_were(encoding: str) -> None:
    async with FeedServer() as server, Fetcher(SETTINGS) as fetcher:
        server.set("/f", body=BODY * 100, encoding=encoding)
        fetched = await fetcher.fetch(feed(server.url("/f")), state(server.url("/f")))
        assert fetched.body == BODY * 100
        offered = server.requests("/f")[0].headers["accept-encoding"]
        assert encoding.removeprefix("raw-") in offered


async def test_the_user_agent_is_honest_and_no_cookie_is_kept() -> None:
    async with (
        FeedServer() as server,
        Fetcher(replace(SETTINGS, user_agent="watcher/1 (+https://x)")) as fetcher,
    ):
        server.set("/f", body=BODY, headers={"Set-Cookie": "track=1"})
        url = server.url("/f")
        await fetcher.fetch(feed(url), state(url))
        await fetcher.fetch(feed(url), state(url))
        assert [r.headers["user-agent"] for r in server.requests()] == ["watcher/1 (+https://x)"] * 2
        assert all("cookie" not in r.headers for r in server.requests())


@pytest.mark.parametrize(
    ("statuses", "is_permanent"),
    [
        ([301], True),
        ([308, 301], True),
        ([302], False),
        ([301, 302], False),
        ([307, 308], False),
        ([303], False),
    ],
)
async def test_only_an_unbroken_permanent_chain_gives_a_new_address(
    statuses: list[int], is_permanent: bool
) -> None:
    async with FeedServer() as server, Fetcher(SETTINGS) as fetcher:
        for step, status in enumerate(statuses):
            server.set(f"/{step}", status=status, redirect=f"/{step + 1}")
        end = f"/{len(statuses)}"
        server.set(end, body=BODY)
        fetched = await fetcher.fetch(feed(server.url("/0")), state(server.url("/0")))
        assert fetched.url == server.url(end)
        assert fetched.permanent_url == (server.url(end) if is_permanent else None)


async def test_without_redirect_there_is_no_new_address() -> None:
    async with FeedServer() as server, Fetcher(SETTINGS) as fetcher:
        server.set("/f", body=BODY)
        fetched = await fetcher.fetch(feed(server.url("/f")), state(server.url("/f")))
        assert fetched.permanent_url is None


async def test_a_query_string_is_sent_as_it_is_written() -> None:
    async with FeedServer() as server, Fetcher(SETTINGS) as fetcher:
        server.set("/f", body=BODY)
        url = server.url("/f?sig=a%2Bb%2fc~%7E&x=%C3%A9&y=a+b")
        await fetcher.fetch(feed(url), state(url))
        assert server.requests("/f")[0].query == "sig=a%2Bb%2fc~%7E&x=%C3%A9&y=a+b"


async def test_credentials_and_own_headers_go_to_the_feeds_host_only() -> None:
    async with FeedServer() as server, Fetcher(SETTINGS, resolver=Hosts()) as fetcher:
        server.set("/home", status=302, redirect="/same")
        server.set("/same", status=302, redirect=server.url("/away", host="other.example"))
        server.set("/away", status=302, redirect=server.url("/back", host="news.example"))
        server.set("/back", body=BODY)
        url = server.url("/home", host="jo:s3cret@news.example")
        own = feed(url, headers=(("X-Key", "k1"),))
        fetched = await fetcher.fetch(own, state(url))
        sent = {r.path: (r.headers.get("authorization"), r.headers.get("x-key")) for r in server.requests()}
        assert sent == {
            "/home": ("Basic am86czNjcmV0", "k1"),
            "/same": ("Basic am86czNjcmV0", "k1"),
            "/away": (None, None),
            "/back": ("Basic am86czNjcmV0", "k1"),
        }
        assert "s3cret" not in repr(fetched)


async def test_a_moved_feed_does_not_take_its_credentials_along() -> None:
    """The state's address is the one a permanent redirect gave; the secret belongs to the configured host."""
    async with FeedServer() as server, Fetcher(SETTINGS, resolver=Hosts()) as fetcher:
        server.set("/f", body=BODY)
        own = feed(server.url("/f", host="news.example"), headers=(("Authorization", "Bearer s3cret"),))
        await fetcher.fetch(own, state(server.url("/f", host="elsewhere.example")))
        assert "authorization" not in server.requests("/f")[0].headers


@pytest.mark.parametrize(
    "answer",
    [
        *(Answer(status=status, body=b"no") for status in (204, 304, 401, 403, 404, 429, 500)),
        Answer(raw=b""),
        Answer(raw=b"no HTTP\r\n\r\n"),
        Answer(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Answer(raw=b"HTTP/1.1 200 OK\r\nX: " + b"a" * 99_000 + b"\r\n\r\n"),
        Answer(redirect="/f?token=s3cret"),
        Answer(redirect="ftp://jo:s3cret@x.example/?token=s3cret"),
        Answer(body=b"no gzip at all", headers={"Content-Encoding": "gzip"}),
        Answer(body=b"x" * 100, cut_at=10),
    ],
    ids=lambda answer: repr(answer)[:60],
)
async def test_no_error_shows_a_secret(answer: Answer) -> None:
    async with FeedServer() as server, Fetcher(SETTINGS, resolver=Hosts()) as fetcher:
        server.set("/f", answer)
        url = server.url("/f?token=s3cret", host="jo:s3cret@news.example")
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(feed(url, headers=(("X-Key", "s3cret"),)), state(url))
        assert "s3cret" not in str(caught.value)
        assert "s3cret" not in caught.value.detail
        assert caught.value.feed_id == "f"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("10.0.0.1", "private"),
        ("169.254.169.254", "metadata"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("64:ff9b::7f00:1", "loopback"),
        ("100.64.0.9", "carrier-grade NAT"),
    ],
)
async def test_a_name_that_resolves_to_a_forbidden_address_is_refused(address: str, kind: str) -> None:
    settings = replace(SETTINGS, allow_private_addresses=False)
    async with Fetcher(settings, resolver=Hosts(inner_example=address)) as fetcher:
        url = "http://inner.example/feed"
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(feed(url), state(url))
        assert caught.value.problem is FetchProblem.FORBIDDEN_ADDRESS
        assert kind in caught.value.detail
        assert "inner.example" in caught.value.detail
        assert "polling.allow_addresses" in caught.value.detail


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:7f00:1]"]
)
async def test_a_literal_forbidden_address_is_refused_in_any_form_and_nothing_connects(host: str) -> None:
    async with FeedServer() as server, Fetcher(replace(SETTINGS, allow_private_addresses=False)) as fetcher:
        server.set("/f", body=BODY)
        url = f"http://{host}:{server.port}/f"
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(feed(url), state(url))
        assert caught.value.problem is FetchProblem.FORBIDDEN_ADDRESS
        assert not caught.value.retryable
        assert server.requests() == []


async def test_a_host_gets_its_requests_one_after_the_other_and_apart() -> None:
    """Two requests at once and a fifth of a second between starts, whatever the number of feeds."""
    settings = replace(SETTINGS, per_host_concurrency=2, min_delay=timedelta(seconds=0.2))
    async with FeedServer() as server, Fetcher(settings) as fetcher:
        for number in range(5):
            server.set(f"/{number}", body=BODY, delay=0.5)
        urls = [server.url(f"/{number}") for number in range(5)]
        await asyncio.gather(*(fetcher.fetch(feed(url), state(url)) for url in urls))
        starts = sorted(seen.at for seen in server.requests())
        assert min(b - a for a, b in pairwise(starts)) >= 0.1
        assert starts[2] - starts[0] >= 0.45  # the third waits for one of the first two to end


async def test_waiting_in_the_queue_of_a_host_does_not_count_as_its_slowness() -> None:
    settings = replace(SETTINGS, per_host_concurrency=1, timeout=timedelta(seconds=2))
    async with FeedServer() as server, Fetcher(settings) as fetcher:
        for number in range(4):
            server.set(f"/{number}", body=BODY, delay=0.7)
        urls = [server.url(f"/{number}") for number in range(4)]
        answers = await asyncio.gather(*(fetcher.fetch(feed(url), state(url)) for url in urls))
        assert [a.status for a in answers] == [200] * 4


async def test_connections_are_kept_and_used_again() -> None:
    async with FeedServer() as server, Fetcher(SETTINGS) as fetcher:
        server.set("/f", body=BODY)
        url = server.url("/f")
        for _ in range(3):
            await fetcher.fetch(feed(url), state(url))
        connector = fetcher._sessions.direct.connector  # type: ignore[union-attr]
        assert connector is not None
        assert sum(len(conns) for conns in connector._conns.values()) == 1


async def test_a_server_in_a_thread_serves_and_can_be_changed_from_outside() -> None:
    with ThreadedFeedServer() as server:
        server.set("/f", body=BODY)
        async with Fetcher(SETTINGS) as fetcher:
            url = server.url("/f")
            assert (await fetcher.fetch(feed(url), state(url))).body == BODY
            server.set("/f", body="changed")
            assert (await fetcher.fetch(feed(url), state(url))).body == b"changed"
        assert len(server.requests("/f")) == 2
