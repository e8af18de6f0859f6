"""Everything that can be wrong with an answer: the class of error, a line to act on, and bounded cost.

Each case is polled over HTTP from the scripted server and, where there is a body, parsed: as the service does it.
"""

from __future__ import annotations

import asyncio
import gzip
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.feeds import Answer, FeedServer, compress, rss
from watcher.errors import FetchError
from watcher.ingest.fetch import Fetcher, FetchSettings
from watcher.ingest.parse import parse
from watcher.types import Feed, FeedState, FetchProblem, ParsedFeed, Validators

NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
MIB = 1024 * 1024
SHORT = timedelta(seconds=0.6)
SETTINGS = FetchSettings(
    allow_private_addresses=True,
    min_delay=timedelta(0),
    timeout=timedelta(seconds=20),
    max_body_bytes=1 * MIB,
    max_redirects=5,
)
GOOD = rss([{"title": "Été", "guid": "1"}, {"title": "Hiver", "guid": "2"}])
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'


def feed(url: str) -> Feed:
    return Feed(id="f", url=url)


def state(url: str) -> FeedState:
    return FeedState(feed_id="f", url=url, due_at=NOW)


async def poll(server: FeedServer, path: str = "/f", settings: FetchSettings = SETTINGS) -> ParsedFeed:
    """Fetch and parse, as one poll does."""
    async with Fetcher(settings) as fetcher:
        fetched = await fetcher.fetch(feed(server.url(path)), state(server.url(path)))
        return parse(fetched, seen_at=NOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An answer, and the error that it must give."""

    problem: FetchProblem
    says: str
    answer: Answer
    retryable: bool = True
    others: dict[str, Answer] = field(default_factory=dict)
    check: Callable[[FetchError], bool] = lambda error: True


BOMB = gzip.compress(b"\0" * 200 * MIB, 9)
LAUGHS = b"<!ENTITY l0 'lol'>" + b"".join(
    b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
)

CASES = {
    # --- statuses
    "not found": Case(
        problem=FetchProblem.NOT_FOUND, says="answers 404", answer=Answer(status=404), retryable=False
    ),
    "gone": Case(problem=FetchProblem.GONE, says="gone for good", answer=Answer(status=410), retryable=False),
    "login": Case(
        problem=FetchProblem.UNAUTHORIZED, says="credentials", answer=Answer(status=401), retryable=False
    ),
    "forbidden": Case(
        problem=FetchProblem.FORBIDDEN, says="may block", answer=Answer(status=403), retryable=False
    ),
    "a wall that refuses": Case(
        problem=FetchProblem.BLOCKED,
        says="a page of Cloudflare",
        answer=Answer(
            status=403,
            headers={"Server": "cloudflare"},
            content_type="text/html",
            body=b"<!DOCTYPE html><html><head><title>Just a moment...</title>" + b" " * 200_000,
            encoding="gzip",
        ),
    ),
    "a wall that is polite": Case(
        problem=FetchProblem.BLOCKED,
        says="a page of Anubis",
        answer=Answer(
            content_type="text/html",
            body=b"<html><script src=/.within.website/x/cmd/anubis/main.mjs></script></html>",
        ),
    ),
    "a refusal without end": Case(
        problem=FetchProblem.FORBIDDEN,
        says="may block",
        answer=Answer(status=403, body=b"x" * 1000, endless=True),
        retryable=False,
    ),
    "teapot": Case(problem=FetchProblem.HTTP_4XX, says="418", answer=Answer(status=418), retryable=False),
    "server error": Case(problem=FetchProblem.HTTP_5XX, says="answers 500", answer=Answer(status=500)),
    "down for a while": Case(
        problem=FetchProblem.HTTP_5XX,
        says="answers 503",
        answer=Answer(status=503, headers={"Retry-After": "120"}),
        check=lambda error: error.retry_after == timedelta(seconds=120) and error.status == 503,
    ),
    "too often": Case(
        problem=FetchProblem.RATE_LIMITED,
        says="ask too often",
        answer=Answer(
            status=429,
            headers={"Retry-After": "Sat, 01 Aug 2026 12:10:00 GMT", "Date": "Sat, 01 Aug 2026 12:00:00 GMT"},
        ),
        check=lambda error: error.retry_after == timedelta(minutes=10),
    ),
    "too often, by count": Case(
        problem=FetchProblem.RATE_LIMITED,
        says="ask too often",
        answer=Answer(status=429, headers={"X-RateLimit-Reset": "55"}),
        check=lambda error: error.retry_after == timedelta(seconds=55),
    ),
    "not modified, unasked": Case(
        problem=FetchProblem.BAD_RESPONSE, says="304 to an unconditional request", answer=Answer(status=304)
    ),
    "no content": Case(
        problem=FetchProblem.BAD_RESPONSE, says="204", answer=Answer(status=204, content_type=None)
    ),
    # --- redirects
    "loop of one": Case(
        problem=FetchProblem.REDIRECT_LOOP, says="in a circle", answer=Answer(redirect="/f"), retryable=False
    ),
    "loop of two": Case(
        problem=FetchProblem.REDIRECT_LOOP,
        says="in a circle",
        answer=Answer(redirect="/g"),
        others={"/g": Answer(redirect="/f")},
        retryable=False,
    ),
    "endless chain": Case(
        problem=FetchProblem.REDIRECT_LOOP,
        says="more than 5 redirects",
        answer=Answer(redirect="/0"),
        others={f"/{n}": Answer(redirect=f"/{n + 1}") for n in range(9)},
        retryable=False,
    ),
    "redirect to nowhere": Case(
        problem=FetchProblem.BAD_RESPONSE, says="without saying where", answer=Answer(status=302)
    ),
    "redirect to a file": Case(
        problem=FetchProblem.BAD_RESPONSE, says="not an http", answer=Answer(redirect="file:///etc/passwd")
    ),
    "redirect to rubbish": Case(
        problem=FetchProblem.BAD_RESPONSE, says="valid", answer=Answer(redirect="http://[::1")
    ),
    # --- time
    "slow headers": Case(
        problem=FetchProblem.TIMEOUT,
        says="an answer from 127.0.0.1 did not come within polling.timeout (0.6 s)",
        answer=Answer(delay=30),
    ),
    "slow body": Case(
        problem=FetchProblem.TIMEOUT, says="the rest of the body", answer=Answer(body=GOOD, drip=(5, 0.5))
    ),
    # --- size
    "too large": Case(
        problem=FetchProblem.TOO_LARGE,
        says="the body is larger than polling.max_body (1 MiB)",
        answer=Answer(body=b"x" * (MIB + 1)),
        retryable=False,
    ),
    "body that never ends": Case(
        problem=FetchProblem.TOO_LARGE,
        says="polling.max_body",
        answer=Answer(body=b"x" * 65_536, endless=True),
        retryable=False,
    ),
    "body that never ends, slowly": Case(
        problem=FetchProblem.TIMEOUT,
        says="polling.timeout",
        answer=Answer(body=b"x", endless=True, drip=(1, 0.01)),
    ),
    # --- transport
    "cut off": Case(
        problem=FetchProblem.BAD_RESPONSE, says="was cut off", answer=Answer(body=GOOD, cut_at=40)
    ),
    "hung up": Case(problem=FetchProblem.CONNECT, says="without an answer", answer=Answer(raw=b"")),
    "not HTTP": Case(
        problem=FetchProblem.BAD_RESPONSE,
        says="does not speak HTTP",
        answer=Answer(raw=b"220 smtp ready\r\n\r\n"),
    ),
    "bad chunks": Case(
        problem=FetchProblem.BAD_RESPONSE,
        says="does not speak HTTP properly",
        answer=Answer(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello"),
    ),
    "endless header": Case(
        problem=FetchProblem.BAD_RESPONSE,
        says="HTTP",
        answer=Answer(raw=b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"),
    ),
    "ten thousand headers": Case(
        problem=FetchProblem.BAD_RESPONSE,
        says="Too many headers",
        answer=Answer(raw=b"HTTP/1.1 200 OK\r\n" + b"X-More: and more\r\n" * 10_000 + b"\r\n"),
    ),
    "hints without end": Case(
        problem=FetchProblem.TIMEOUT,
        says="an answer from",
        answer=Answer(raw=b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10, endless=True, drip=(1, 0.01)),
    ),
    # --- compression
    "claims gzip": Case(
        problem=FetchProblem.BAD_ENCODING,
        says="not in the compression that it claims",
        answer=Answer(body=GOOD, headers={"Content-Encoding": "gzip"}),
    ),
    "claims br": Case(
        problem=FetchProblem.BAD_ENCODING,
        says="not in the compression that it claims",
        answer=Answer(body=GOOD, headers={"Content-Encoding": "br"}),
    ),
    "unasked compression": Case(
        problem=FetchProblem.BAD_ENCODING,
        says="'compress', which was not asked for",
        answer=Answer(body=GOOD, headers={"Content-Encoding": "compress"}),
    ),
    # --- documents
    "empty": Case(problem=FetchProblem.EMPTY, says="empty", answer=Answer(body=b"")),
    "white space": Case(problem=FetchProblem.EMPTY, says="empty", answer=Answer(body=b" \r\n\t\xef\xbb\xbf")),
    "web page": Case(
        problem=FetchProblem.NOT_A_FEED,
        says="names no feed",
        answer=Answer(body=b"<!DOCTYPE html><html><body>Hello</body></html>"),
        retryable=False,
    ),
    "web page with a feed": Case(
        problem=FetchProblem.NOT_A_FEED,
        says="/news/rss.xml",
        answer=Answer(
            body=b"<!-- x --><html><head><link rel='alternate' type='application/rss+xml' href='/news/rss.xml'>",
            content_type="text/html",
        ),
        retryable=False,
    ),
    "sitemap": Case(
        problem=FetchProblem.NOT_A_FEED,
        says="root <urlset>",
        answer=Answer(body=HEAD + b"<urlset><url>x</url></urlset>"),
        retryable=False,
    ),
    "some text": Case(
        problem=FetchProblem.NOT_A_FEED,
        says="neither XML nor JSON",
        answer=Answer(body=b"Service temporarily unavailable"),
        retryable=False,
    ),
    "an image": Case(
        problem=FetchProblem.NOT_A_FEED,
        says="neither",
        answer=Answer(body=bytes(range(256)) * 20),
        retryable=False,
    ),
    "other JSON": Case(
        problem=FetchProblem.NOT_A_FEED,
        says="not a JSON Feed",
        answer=Answer(body=b'{"posts": []}'),
        retryable=False,
    ),
    "half a JSON Feed": Case(
        problem=FetchProblem.MALFORMED,
        says="JSON cannot be read",
        answer=Answer(body=b'{"version": "https://jsonfeed.org/version/1", "items": [{"id":'),
    ),
    "deep JSON": Case(
        problem=FetchProblem.MALFORMED, says="nested too deeply", answer=Answer(body=b"[" * 500_000)
    ),
    "cut before the first entry": Case(
        problem=FetchProblem.MALFORMED,
        says="no entry of the XML can be read",
        answer=Answer(body=HEAD + b"<rss version='2.0'><channel><title>T</title><item><title>Ha"),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_a_bad_answer_gives_its_class_and_a_line_to_act_on(case: Case) -> None:
    async with FeedServer() as server:
        server.set("/f", case.answer)
        for path, answer in case.others.items():
            server.set(path, answer)
        started = time.monotonic()
        slow = case.problem is FetchProblem.TIMEOUT
        with pytest.raises(FetchError) as caught:
            await poll(server, settings=replace(SETTINGS, timeout=SHORT) if slow else SETTINGS)
    error = caught.value
    assert (error.problem, error.retryable) == (case.problem, case.retryable)
    assert case.says in error.detail
    assert "\n" not in error.detail
    assert error.feed_id == "f"
    assert case.check(error)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw-deflate", "br", "zstd"])
async def test_a_bomb_is_stopped_at_the_limit_and_memory_stays_bounded(encoding: str) -> None:
    """200 MB of zeros in a few hundred kB or less; the limit is 1 MiB."""
    body = BOMB if encoding == "gzip" else compress(b"\0" * 100 * MIB, encoding)
    name = encoding.removeprefix("raw-")
    async with FeedServer() as server:
        server.set("/f", body=body, headers={"Content-Encoding": name})
        tracemalloc.start()
        try:
            with pytest.raises(FetchError) as caught:
                await poll(server, settings=SETTINGS)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert caught.value.problem is FetchProblem.TOO_LARGE
    assert peak < 24 * MIB


async def test_a_port_where_nobody_listens() -> None:
    async with FeedServer() as server:
        url = server.url("/f")
    async with Fetcher(SETTINGS) as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(feed(url), state(url))
    assert caught.value.problem is FetchProblem.CONNECT
    assert "no connection to 127.0.0.1" in caught.value.detail


async def test_a_name_that_does_not_exist() -> None:
    url = "http://no-such-host.invalid/feed"
    async with Fetcher(SETTINGS) as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(feed(url), state(url))
    assert caught.value.problem is FetchProblem.DNS
    assert "no-such-host.invalid" in caught.value.detail


async def test_plain_http_where_tls_is_expected() -> None:
    async with FeedServer() as server, Fetcher(SETTINGS) as fetcher:
        url = server.url("/f").replace("http:", "https:")
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(feed(url), state(url))
    assert caught.value.problem is FetchProblem.TLS


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/x",
        "http://[::1]/x",
        "http://169.254.169.254/latest",
        "http://0x7f.1/x",
        "http://localhost:{port}/x",
    ],
)
async def test_a_redirect_to_a_private_address_is_refused(
    target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first hop is on loopback and let through for the test; the guard then judges every further one."""
    from watcher.ingest import fetch, guard

    async with FeedServer() as server:
        home = server.url("/f")
        server.set("/f", redirect=target.format(port=server.port))
        server.set("/x", body=GOOD)
        check = guard.check_literal
        monkeypatch.setattr(
            fetch, "check_literal", lambda url, allowance: None if str(url) == home else check(url, allowance)
        )
        with pytest.raises(FetchError) as caught:
            await poll(server, settings=replace(SETTINGS, allow_private_addresses=False))
        assert caught.value.problem is FetchProblem.FORBIDDEN_ADDRESS
        assert "polling.allow_addresses" in caught.value.detail
        assert server.requests("/x") == []


def titles(parsed: ParsedFeed) -> list[str]:
    return [item.title for item in parsed.items]


ENTITY_BOMB = b"<!DOCTYPE rss [" + LAUGHS + b"]>"
QUADRATIC = b'\n<!DOCTYPE rss [\n<!ENTITY a "' + b"A" * 5_000 + b'">\n]>\n'


def channel(*items: bytes) -> bytes:
    return b"<rss version='2.0'><channel><title>T</title>" + b"".join(items) + b"</channel></rss>"


def item(title: bytes, guid: bytes = b"") -> bytes:
    return (
        b"<item><title>" + title + b"</title>" + (b"<guid>" + guid + b"</guid>" if guid else b"") + b"</item>"
    )


DAMAGED: dict[str, tuple[bytes, str, list[str], str]] = {
    "truncated": (
        channel(item(b"One", b"1"), item(b"Two", b"2"), item(b"Three", b"3"))[:-40],
        "",
        ["One", "Two"],
        "breaks off inside an entry",
    ),
    "truncated between entries": (
        channel(item(b"One", b"1"), item(b"Two", b"2"))[:-16],
        "",
        ["One", "Two"],
        "not well-formed",
    ),
    "undeclared entity": (channel(item(b"Caf&eacute;&nbsp;noir", b"1")), "", ["Café noir"], "not well-formed"),
    "bare ampersand": (channel(item(b"Q & A", b"1"), item(b"B", b"2")), "", ["Q & A", "B"], "not well-formed"),
    "junk after the end": (channel(item(b"One", b"1")) + b"<br>debug", "", ["One"], "not well-formed"),
    "warning before the start": (
        b"<br />\n<b>Warning</b>: x in y.php\n" + HEAD + channel(item(b"One", b"1")),
        "",
        ["One"],
        "text before the XML",
    ),
    "one bad byte": (
        HEAD + channel(item("Été à Médenine".encode(), b"1"), item(b"bad \xff byte", b"2"), item("الحدود".encode(), b"3")),
        "text/xml; charset=iso-8859-1",
        ["Été à Médenine", "bad \ufffd byte", "الحدود"],
        "1 bytes are not valid UTF-8",
    ),
    "control characters": (channel(item(b"a\x00b\x1fc", b"1")), "", ["abc"], "2 control characters"),
    "wrong charset": (
        HEAD + channel(item("Élu à Gabès".encode("cp1252"), b"1")),
        "",
        ["Élu à Gabès"],
        "not utf-8 as declared",
    ),
    "laughing entities": (ENTITY_BOMB + channel(item(b"x &l9; y", b"1")), "", ["x &l9; y"], "not well-formed"),
    "one long entity many times": (
        QUADRATIC + channel(item(b"&a;" * 1_000, b"1")), "", ["&a;" * 333 + "&"], "not well-formed",
    ),
    "external entity": (
        b'\n<!DOCTYPE rss [\n<!ENTITY x SYSTEM "file:///etc/hostname">\n]>\n' + channel(item(b"a &x; b", b"1")),
        "",
        ["a &x; b"],
        "not well-formed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGED.values(), ids=DAMAGED.keys())
async def test_a_damaged_feed_gives_what_can_be_read_and_says_what_is_wrong(
    case: tuple[bytes, str, list[str], str],
) -> None:
    body, content_type, expected, says = case
    async with FeedServer() as server:
        server.set("/f", body=body, content_type=content_type or "application/rss+xml")
        parsed = await poll(server)
    assert titles(parsed) == expected
    assert parsed.problem is FetchProblem.MALFORMED
    assert says in (parsed.problem_detail or "")


ODD: dict[str, tuple[list[dict[str, str]], Callable[[ParsedFeed], Any]]] = {
    "same guid on all entries": (
        [{"title": f"T{n}", "guid": "same", "link": f"https://news.example/{n}"} for n in range(5)],
        lambda parsed: parsed.repeats_guids and len({item.key for item in parsed.items}) == 5,
    ),
    "no ids": (
        [{"title": f"T{n}", "description": "x"} for n in range(5)],
        lambda parsed: len({item.key for item in parsed.items}) == 5 and not parsed.repeats_guids,
    ),
    "no dates": (
        [{"title": "T", "guid": "1"}],
        lambda parsed: parsed.items[0].published is None,
    ),
    "1970": (
        [{"title": "T", "guid": "1", "pubDate": "Thu, 01 Jan 1970 00:00:00 GMT"}],
        lambda parsed: parsed.items[0].published is None and "1970" in (parsed.items[0].published_raw or ""),
    ),
    "2099": (
        [{"title": "T", "guid": "1", "pubDate": "Thu, 01 Jan 2099 00:00:00 GMT"}],
        lambda parsed: parsed.items[0].published == NOW and "2099" in (parsed.items[0].published_raw or ""),
    ),
    "no entries": ([], lambda parsed: parsed.items == () and parsed.problem is None),
    "bad links": (
        [{"title": "T", "guid": "javascript:x", "link": "javascript:alert(1)"}],
        lambda parsed: parsed.items[0].url is None,
    ),
}


@pytest.mark.parametrize("case", ODD.values(), ids=ODD.keys())
async def test_an_odd_feed_is_read(case: tuple[list[dict[str, str]], Callable[[ParsedFeed], Any]]) -> None:
    entries, holds = case
    async with FeedServer() as server:
        server.set("/f", body=rss(entries))
        assert holds(await poll(server))


async def test_two_feeds_with_one_host_limit_are_both_left_alone_and_no_other_host_is() -> None:
    async with FeedServer() as server, Fetcher(SETTINGS) as fetcher:
        server.set("/one", status=429, headers={"Retry-After": "60"})
        server.set("/two", body=GOOD)
        found = []
        for url in (server.url("/one"), server.url("/two")):
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(feed(url), state(url))
            found.append(caught.value)
        elsewhere = server.url("/two", host="localhost")
        assert (await fetcher.fetch(feed(elsewhere), state(elsewhere))).status == 200
        assert [len(server.requests(path)) for path in ("/one", "/two")] == [1, 1], "the second was not asked"
    assert [error.problem for error in found] == [FetchProblem.RATE_LIMITED] * 2
    assert all(
        error.retry_after and timedelta(seconds=50) < error.retry_after <= timedelta(seconds=60)
        for error in found
    )


async def test_one_bad_feed_does_not_hold_up_the_others() -> None:
    bad = [
        Answer(delay=30),
        Answer(body=b"x" * 65_536, endless=True),
        Answer(redirect="/bad2"),
        Answer(raw=b""),
    ]
    settings = replace(SETTINGS, per_host_concurrency=20, timeout=timedelta(seconds=2))
    async with FeedServer() as server, Fetcher(settings) as fetcher:
        for number, answer in enumerate(bad):
            server.set(f"/bad{number}", answer)
        for number in range(10):
            server.set(f"/good{number}", body=GOOD)
        urls = [
            server.url(seen) for seen in [f"/bad{n}" for n in range(4)] + [f"/good{n}" for n in range(10)]
        ]
        started = time.monotonic()
        outcomes = await asyncio.gather(
            *(fetcher.fetch(feed(u), state(u)) for u in urls), return_exceptions=True
        )
    assert time.monotonic() - started < 5
    assert all(isinstance(outcome, FetchError) for outcome in outcomes[:4])
    assert [outcome.status for outcome in outcomes[4:] if not isinstance(outcome, BaseException)] == [
        200
    ] * 10


async def test_a_304_is_taken_when_it_was_asked_for() -> None:
    async with FeedServer() as server, Fetcher(SETTINGS) as fetcher:
        server.set("/f", status=304)
        asked = replace(state(server.url("/f")), validators=Validators(last_modified="yesterday"))
        assert (await fetcher.fetch(feed(server.url("/f")), asked)).is_not_modified
