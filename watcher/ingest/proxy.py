"""Which proxy a request goes through, and what its failures mean.

In: the configured proxy, or the environment's, and the URL of a hop. Out: the proxy's address and its credentials, or
None for a direct connection. Called by `fetch`. A proxy is trusted because a person configured it: its own address
is not checked.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import aiohttp
from yarl import URL

from watcher.errors import FetchError
from watcher.ingest.request import basic_auth, without_user
from watcher.types import FetchProblem

ENVIRONMENT = "environment"
"""In place of an address: HTTP_PROXY, HTTPS_PROXY and NO_PROXY say which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A proxy on the way: where it is, and the value of Proxy-Authorization, None for no login."""

    url: URL
    authorization: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """The proxies by the scheme of what is asked for; `environment` holds what says which hosts go without."""

    by_scheme: Mapping[str, Hop]
    environment: Mapping[str, str] | None = field(default=None, repr=False)

    @classmethod
    def configured(cls, setting: str) -> Self:
        """Read `polling.proxy`: an address, or `environment`.

        Raises:
            ValueError: the address is not of an HTTP proxy. The text holds no login.
        """
        if setting != ENVIRONMENT:
            hop = _hop(setting)
            return cls(by_scheme={"http": hop, "https": hop})
        found = urllib.request.getproxies_environment()
        hops = {scheme: _hop(found[scheme]) for scheme in ("http", "https") if found.get(scheme)}
        return cls(by_scheme=hops, environment=found)

    def on_the_way_to(self, url: URL) -> Hop | None:
        """Give the proxy for a URL, None where it is asked directly."""
        hop = self.by_scheme.get(url.scheme)
        if hop is None or self.environment is None:
            return hop
        host = f"{url.host}:{url.port}"
        # The stubs leave it out; it is what the library asks with on every system but macOS and Windows.
        is_direct = urllib.request.proxy_bypass_environment(host, dict(self.environment))  # type: ignore[attr-defined]
        return None if is_direct else hop


def proxy_failure(error: Exception) -> FetchError | None:
    """Make the error for a proxy that does not do its work; None where the proxy is not to blame."""
    match error:
        case aiohttp.ClientProxyConnectionError():
            return FetchError(
                FetchProblem.CONNECT, f"no connection to the proxy {error.host}:{error.port} of polling.proxy"
            )
        case aiohttp.ClientHttpProxyError():
            what = "wants a login" if error.status == 407 else "does not connect us to the server"
            return FetchError(
                FetchProblem.CONNECT, f"the proxy of polling.proxy answers {error.status}: it {what}"
            )
    return None


def _hop(text: str) -> Hop:
    try:
        url = URL(text)
        is_usable = url.scheme in ("http", "https") and bool(url.host) and bool(url.port)
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ValueError("the proxy must be given as http://HOST:PORT (or https://)")
    login = basic_auth(url.user or "", url.password or "") if url.user is not None else None
    return Hop(url=without_user(url), authorization=login)
