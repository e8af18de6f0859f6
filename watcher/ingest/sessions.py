"""Connections to the outside: direct ones to allowed addresses only, or through the configured proxy.

In: a request of a feed. Out: aiohttp's answer, to be used as a context. Called by `fetch`, one for each fetcher;
whoever else would ask the outside asks through it, so that nothing gets around the guard.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict
from yarl import URL

from watcher.ingest.guard import Allowance, GuardedResolver
from watcher.ingest.proxy import Hop, Proxies
from watcher.ingest.tls import Authorities
from watcher.types import Feed

_MAX_HEADER_BYTES = 32 * 1024
"""Of one header line: security policies of real sites pass aiohttp's 8 KiB."""
_DNS_CACHE_SECONDS = 300


class Sessions:
    """The sessions of one fetcher; use as an async context manager.

    Args:
        allowance: what may be connected to beside public addresses.
        proxies: through which requests go; None for direct ones.
        resolver: how names become addresses; aiohttp's default when None. Its results are checked either way, and it
            is closed with the sessions.
    """

    def __init__(
        self, allowance: Allowance, *, proxies: Proxies | None, resolver: AbstractResolver | None
    ) -> None:
        self._allowance = allowance
        self._proxies = proxies
        self._resolver = resolver
        self._guard: GuardedResolver | None = None
        self._proxied: aiohttp.ClientSession | None = None
        self._authorities = Authorities()
        self.direct: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._resolver = self._resolver or aiohttp.DefaultResolver()
        self._guard = GuardedResolver(self._resolver, self._allowance)
        self.direct = _session(self._guard)
        if self._proxies is not None:
            # It only ever connects to the proxies, which may well have private addresses.
            self._proxied = _session(self._resolver)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in (self.direct, self._proxied):
            if session is not None:
                await session.close()
        self.direct = self._proxied = None
        if self._resolver is not None:
            await self._resolver.close()  # a connector closes only a resolver of its own making
            self._resolver = None

    async def request(
        self, feed: Feed, url: URL, headers: CIMultiDict[str], *, form: Mapping[str, str] | None
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Ask for a URL; redirects are the caller's to follow.

        Args:
            feed: whose own authority is believed at its own host.
            url: without user information, its literal address checked.
            headers: to be sent; a proxy's login may be added.
            form: to be posted; None for a GET.

        Raises:
            FetchError: the target of a proxied request is forbidden, or the feed's CA file cannot be used.
        """
        if self.direct is None or self._guard is None:
            raise RuntimeError("a Fetcher is used inside `async with`")
        trust = await self._authorities.trusted(feed, url)
        hop = self._proxies.on_the_way_to(url) if self._proxies is not None else None
        session, way = self.direct, dict[str, Any]()
        if hop is not None and self._proxied is not None:
            await self._guard.check(url)
            session, way = self._proxied, _through(hop, url, headers)
        method = "GET" if form is None else "POST"
        return session.request(
            method, url, data=form, headers=headers, allow_redirects=False, ssl=trust, **way
        )


def _session(resolver: AbstractResolver) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        resolver=resolver,
        limit=0,  # bounded by the gate, which also knows spacing
        ttl_dns_cache=_DNS_CACHE_SECONDS,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(
            total=None
        ),  # one limit over the whole poll is kept by the fetcher instead
        trust_env=False,
        max_line_size=_MAX_HEADER_BYTES,
        max_field_size=_MAX_HEADER_BYTES,
    )


def _through(hop: Hop, url: URL, headers: CIMultiDict[str]) -> dict[str, Any]:
    """Give the arguments of a request that goes through a proxy; its login is meant for the proxy alone.

    aiohttp sends `proxy_headers` with the CONNECT of a tunnel; without one (http) the proxy reads the request itself.
    """
    if hop.authorization is None:
        return {"proxy": hop.url}
    if url.scheme == "http":
        headers["Proxy-Authorization"] = hop.authorization
        return {"proxy": hop.url}
    return {"proxy": hop.url, "proxy_headers": {"Proxy-Authorization": hop.authorization}}
