"""One poll over HTTP: from a feed and what is remembered of it to the bytes that its server gives.

In: `Feed` and `FeedState`. Out: `Fetched`, or a `FetchError` with its class. Called by the poller, which runs many
at once over one `Fetcher`. Knows nothing of what a feed is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from watcher import __version__
from watcher.errors import FetchError
from watcher.ingest import failures
from watcher.ingest.gate import HostGate
from watcher.ingest.guard import Allowance, check_literal
from watcher.ingest.intake import Intake
from watcher.ingest.proxy import Proxies, proxy_failure
from watcher.ingest.request import (
    ACCEPT,
    ACCEPT_PAGE,
    PAGE_TYPES,
    read_url,
    request_headers,
    without_user,
)
from watcher.ingest.sessions import Sessions
from watcher.ingest.wall import check_wall, refuse_wall
from watcher.ports import Clock
from watcher.types import Feed, FeedState, Fetched, FetchProblem, Validators

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_WITH_BODY = frozenset({200, 203, 226})
_KNOWN_ENCODINGS = frozenset({"", "identity", "gzip", "deflate", "br", "zstd"})
_MAX_REPLY_BYTES = 1024 * 1024
"""Of an answer to a form, which nobody reads."""
_SAME_METHOD = frozenset({307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """Limits and manners of polling; the defaults are those of the configuration."""

    concurrency: int = 100
    per_host_concurrency: int = 2
    min_delay: timedelta = timedelta(seconds=1)
    timeout: timedelta = timedelta(seconds=20)
    max_body_bytes: int = 10 * 1024 * 1024
    max_redirects: int = 5
    allow_private_addresses: bool = False
    allow_addresses: tuple[str, ...] = ()
    proxies: Proxies | None = None
    user_agent: str = f"watcher/{__version__}"


class SystemClock:
    """The machine's own time, for a fetcher that is given no other."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(slots=True, kw_only=True)
class _Poll:
    """One poll under way: where it stands on its chain of redirects, and what time it has left.

    `types` are the media types that are read at all, None for any. `form` is posted; None for a GET.
    """

    feed: Feed
    validators: Validators
    url: URL
    left: float
    max_body_bytes: int
    accept: str = ACCEPT
    types: frozenset[str] | None = None
    form: Mapping[str, str] | None = None
    is_permanent: bool = True
    spent: float = 0.0
    seen: set[URL] = field(default_factory=set)
    stage: str = "an answer"


class Fetcher:
    """Fetches feeds over one shared session, politely; use as an async context manager.

    Args:
        settings: limits and manners.
        clock: where time comes from; the system's when None.
        resolver: how names become addresses; aiohttp's default when None. Its results are checked either way,
            and it is closed with the fetcher.
        gate: where requests wait for their host's turn, shared with whatever else requests from outside; one of the
            fetcher's own when None.
        intake: holds requests back while too much waits to be read; never, when None.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        clock: Clock | None = None,
        resolver: AbstractResolver | None = None,
        gate: HostGate | None = None,
        intake: Intake | None = None,
    ) -> None:
        self._settings = settings
        self._intake = intake or Intake()
        self._clock: Clock = clock or SystemClock()
        self._allowance = Allowance.of(
            settings.allow_addresses, is_private_allowed=settings.allow_private_addresses
        )
        self._sessions = Sessions(self._allowance, proxies=settings.proxies, resolver=resolver)
        self._gate = gate or HostGate(
            places=settings.concurrency,
            concurrency=settings.per_host_concurrency,
            min_delay=settings.min_delay,
            clock=self._clock,
        )

    async def __aenter__(self) -> Self:
        await self._sessions.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._sessions.__aexit__(kind, error, trace)

    async def fetch(self, feed: Feed, state: FeedState) -> Fetched:
        """Poll a feed once, conditionally, following redirects.

        Args:
            feed: whose headers are sent (to its own host only).
            state: whose `url` is asked and whose `validators` are replayed.

        Returns:
            The answer: a 200 with its body, or a 304 with none. `validators` are those of this answer: on a 304 the
            caller keeps the ones it has.

        Raises:
            FetchError: for everything else that a server, a network or an address can do.
        """
        try:
            url = read_url(state.url)
            return await self._walk(
                _Poll(
                    feed=feed,
                    validators=state.validators,
                    url=url,
                    left=self._settings.timeout.total_seconds(),
                    max_body_bytes=self._settings.max_body_bytes,
                )
            )
        except FetchError as error:
            raise failures.of_feed(error, feed.id) from error

    async def page(self, feed: Feed, url: str, *, max_body_bytes: int) -> Fetched:
        """Fetch a web page that a feed links to, with the guard, the manners and the time limit of a poll.

        Args:
            feed: whose page it is; its headers go to its own origin only.
            url: of the page.
            max_body_bytes: larger ones are refused; counted after decompression.

        Raises:
            FetchError: as for `fetch`, and where the answer is no web page, before its body is read.
        """
        try:
            return await self._walk(
                _Poll(
                    feed=feed,
                    validators=Validators(),
                    url=without_user(read_url(url)),
                    left=self._settings.timeout.total_seconds(),
                    max_body_bytes=min(max_body_bytes, self._settings.max_body_bytes),
                    accept=ACCEPT_PAGE,
                    types=PAGE_TYPES,
                )
            )
        except FetchError as error:
            raise failures.of_feed(error, feed.id) from error

    async def submit(self, feed_id: str, url: str, form: Mapping[str, str]) -> None:
        """Post a form to an address that a feed named, with the guard, the manners and the time limit of a poll.

        Returns once it was accepted (2xx). No header of any feed is sent.

        Raises:
            FetchError: as for `fetch`.
        """
        try:
            await self._walk(
                _Poll(
                    feed=Feed(id=feed_id, url=url),
                    validators=Validators(),
                    url=without_user(read_url(url)),
                    left=self._settings.timeout.total_seconds(),
                    max_body_bytes=_MAX_REPLY_BYTES,
                    accept="*/*",
                    form=form,
                )
            )
        except FetchError as error:
            raise failures.of_feed(error, feed_id) from error

    async def _walk(self, poll: _Poll) -> Fetched:
        while (fetched := await self._hop(poll)) is None:
            pass
        return fetched

    async def _hop(self, poll: _Poll) -> Fetched | None:
        """Make one request of a poll; None means that it was a redirect, and `poll.url` is where to go on.

        Time spent in the queues before it does not count against the poll.
        """
        check_literal(poll.url, self._allowance)
        async with self._gate.slot(poll.url):
            await self._intake.room()
            started = self._clock.monotonic()
            try:
                async with asyncio.timeout(poll.left):
                    return await self._request(poll)
            except TimeoutError as error:
                raise failures.timed_out(self._settings.timeout, url=poll.url, stage=poll.stage) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise proxy_failure(error) or failures.transport_failure(error, url=poll.url) from error
            finally:
                took = self._clock.monotonic() - started
                poll.spent += took
                poll.left -= took

    async def _request(self, poll: _Poll) -> Fetched | None:
        headers = request_headers(
            poll.feed,
            poll.validators,
            url=poll.url,
            user_agent=self._settings.user_agent,
            accept=poll.accept,
        )
        asked = without_user(poll.url)
        poll.stage = "an answer"
        started = self._clock.monotonic()
        async with await self._sessions.request(poll.feed, asked, headers, form=poll.form) as response:
            poll.stage = "the rest of the body"
            said = {name.lower(): value for name, value in response.headers.items()}
            if "link" in said:  # of the others the last one counts; links are many by design (RFC 8288)
                said["link"] = ", ".join(response.headers.getall("Link"))
            self._gate.answered(asked, response.status, said)
            if response.status in _REDIRECTS:
                self._follow(poll, response.status, said)
                response.close()  # its body is not read
                return None
            if response.status not in _WITH_BODY and response.status != 304:
                await refuse_wall(response, said, url=asked, now=self._clock.now())
            self._check(poll, response.status, said)
            body = b"" if response.status == 304 else await self._read(response, poll.max_body_bytes)
        check_wall(response.status, said, body, url=asked, now=self._clock.now())
        return Fetched(
            feed_id=poll.feed.id,
            url=str(asked),
            status=304 if response.status == 304 else 200,
            headers=said,
            body=body,
            fetched_at=self._clock.now(),
            elapsed=timedelta(seconds=poll.spent + self._clock.monotonic() - started),
            validators=Validators(
                etag=_replayable(said, "etag"), last_modified=_replayable(said, "last-modified")
            ),
            permanent_url=str(asked) if poll.is_permanent and poll.seen else None,
        )

    def _follow(self, poll: _Poll, status: int, headers: Mapping[str, str]) -> None:
        """Step the poll along a redirect; raises `FetchError` where it leads in a circle or nowhere."""
        if poll.form is not None and status not in _SAME_METHOD:
            raise failures.bad_response(f"{failures.shown(poll.url)} answers {status} to a form")
        location = headers.get("location", "").strip()
        if not location:
            raise failures.bad_response(
                f"{failures.shown(poll.url)} answers {status} without saying where to go"
            )
        poll.seen.add(poll.url)
        try:
            target = poll.url.join(URL(location, encoded=location.isascii() and " " not in location))
        except ValueError as error:
            raise failures.bad_response(
                f"{failures.shown(poll.url)} redirects to no valid address"
            ) from error
        target = without_user(read_url(str(target))).with_fragment(None)
        if target in poll.seen:
            raise failures.redirect_loop(
                f"the redirects go in a circle: {failures.shown(target)} comes up again"
            )
        if len(poll.seen) > self._settings.max_redirects:
            raise failures.redirect_loop(f"more than {self._settings.max_redirects} redirects")
        poll.url = target
        poll.is_permanent = poll.is_permanent and status in _PERMANENT

    def _check(self, poll: _Poll, status: int, headers: Mapping[str, str]) -> None:
        """Let through what has a body to read, and a 304 that was asked for; raise `FetchError` for the rest."""
        if poll.form is not None and 200 <= status < 300:
            return
        if status == 304:
            if poll.validators == Validators():
                raise failures.bad_response(
                    f"{failures.shown(poll.url)} answers 304 to an unconditional request"
                )
        elif status not in _WITH_BODY:
            raise failures.status_failure(status, headers, url=poll.url, now=self._clock.now())
        elif (encoding := headers.get("content-encoding", "").strip().lower()) not in _KNOWN_ENCODINGS:
            raise failures.unknown_encoding(encoding, url=poll.url)
        elif poll.types is not None and (kind := _media_type(headers)) not in poll.types:
            raise FetchError(
                FetchProblem.BAD_RESPONSE,
                f"{failures.shown(poll.url)} is no web page: {kind or 'of no type'}"[:300],
                retryable=False,
            )

    async def _read(self, response: aiohttp.ClientResponse, limit: int) -> bytes:
        """Read a body, decompressed piece by piece, up to the limit."""
        pieces: list[bytes] = []
        size = 0
        async for piece in response.content.iter_any():
            size += len(piece)
            if size > limit:
                response.close()  # nothing more of it is read
                raise failures.too_large(limit)
            pieces.append(piece)
        return b"".join(pieces)


def _media_type(headers: Mapping[str, str]) -> str:
    """Give the media type of an answer; one that names none is taken for a page, as browsers do."""
    return headers.get("content-type", "text/html").split(";")[0].strip().lower()


def _replayable(headers: Mapping[str, str], name: str) -> str | None:
    """Give a validator as it can be sent back byte for byte; None where it cannot.

    aiohttp decodes header bytes as UTF-8 with surrogate escapes and encodes them strictly: a validator of other
    bytes would come back altered or not at all, and is better not sent.
    """
    value = headers.get(name)
    if not value or any("\ud800" <= char <= "\udfff" for char in value):
        return None
    return value
