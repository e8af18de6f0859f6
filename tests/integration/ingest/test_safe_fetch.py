"""Where polls may go: allow-list, proxies, a feed's own certificate authority."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.support.feeds import FeedServer, rss
from tests.support.proxy import ProxyDouble
from watcher.errors import FetchError
from watcher.ingest.fetch import Fetcher, FetchSettings
from watcher.ingest.proxy import Proxies
from watcher.types import Feed, FeedState, FetchProblem

NOW = datetime(2026, 8, 1, tzinfo=UTC)
CLOSED = FetchSettings(min_delay=timedelta(0), timeout=timedelta(seconds=20))
BODY = rss([{"title": "Été à Tunis", "guid": "1"}])


class Names(AbstractResolver):
    """Names of the tests' own; one that is not listed has a public address of no use."""

    def __init__(self, **addresses: str) -> None:
        self._addresses = {name.replace("_", "."): address for name, address in addresses.items()}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self._addresses.get(host, "203.0.114.1")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
        ]

    async def close(self) -> None:
        """Hold nothing."""


async def fetch(fetcher: Fetcher, url: str, **more: object) -> bytes:
    feed = Feed(id="f", url=url, **more)  # type: ignore[arg-type]
    return (await fetcher.fetch(feed, FeedState(feed_id="f", url=url, due_at=NOW))).body


async def problem(fetcher: Fetcher, url: str, **more: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetch(fetcher, url, **more)
    return caught.value


@pytest.mark.parametrize("allowed", ["127.0.0.0/8", "127.0.0.1", "feeds.internal"])
async def test_an_address_of_the_users_own_can_be_named(allowed: str) -> None:
    settings = replace(CLOSED, allow_addresses=(allowed,))
    names = Names(feeds_internal="127.0.0.1", evil_example="10.0.0.1")
    async with FeedServer() as server, Fetcher(settings, resolver=names) as fetcher:
        server.set("/f", body=BODY)
        assert await fetch(fetcher, server.url("/f", host="feeds.internal")) == BODY
        error = await problem(fetcher, server.url("/f", host="evil.example"))
        assert error.problem is FetchProblem.FORBIDDEN_ADDRESS


async def test_a_redirect_is_checked_like_the_first_address() -> None:
    settings = replace(CLOSED, allow_addresses=("feeds.internal",))
    names = Names(feeds_internal="127.0.0.1", evil_example="127.0.0.1")
    async with FeedServer() as server, Fetcher(settings, resolver=names) as fetcher:
        server.set("/f", redirect=server.url("/secret", host="evil.example"))
        server.set("/g", redirect=server.url("/secret"))
        for path in ("/f", "/g"):
            error = await problem(fetcher, server.url(path, host="feeds.internal"))
            assert error.problem is FetchProblem.FORBIDDEN_ADDRESS
        assert server.requests("/secret") == []


async def test_a_proxy_is_asked_for_public_names_and_never_hears_of_others() -> None:
    """The proxy has a private address itself: it is trusted because it is configured."""
    names = Names(inner_example="10.0.0.1")
    async with FeedServer() as server, ProxyDouble() as proxy:
        settings = replace(CLOSED, proxies=Proxies.configured(f"http://{proxy.address}"))
        async with Fetcher(settings, resolver=names) as fetcher:
            server.set("/f", body=BODY)
            server.set("/away", redirect="http://inner.example/secret")
            assert await fetch(fetcher, server.url("/f", host="news.example")) == BODY
            for url in (
                "http://inner.example/secret",
                "http://169.254.169.254/latest",
                server.url("/away", host="news.example"),
            ):
                assert (await problem(fetcher, url)).problem is FetchProblem.FORBIDDEN_ADDRESS
        assert [head.split(" ")[1] for head in proxy.heads] == [
            server.url("/f", host="news.example"),
            server.url("/away", host="news.example"),
        ]


async def test_a_proxys_login_is_for_the_proxy_alone() -> None:
    async with FeedServer() as server, ProxyDouble(login="Basic am86czNjcmV0") as proxy:
        server.set("/f", body=BODY)
        url = server.url("/f", host="news.example")
        good = replace(CLOSED, proxies=Proxies.configured(f"http://jo:s3cret@{proxy.address}"))
        async with Fetcher(good, resolver=Names()) as fetcher:
            assert await fetch(fetcher, url) == BODY
        bad = replace(CLOSED, proxies=Proxies.configured(f"http://jo:wr0ng@{proxy.address}"))
        async with Fetcher(bad, resolver=Names()) as fetcher:
            for refused in (url, url.replace("http:", "https:")):
                error = await problem(fetcher, refused)
                assert "wr0ng" not in str(error)
                assert "407" in error.detail


async def test_a_proxy_that_is_down_is_named_without_its_login() -> None:
    settings = replace(CLOSED, proxies=Proxies.configured("http://jo:s3cret@127.0.0.1:9"))
    async with Fetcher(settings, resolver=Names()) as fetcher:
        error = await problem(fetcher, "http://news.example/f")
    assert (error.problem, error.detail) == (
        FetchProblem.CONNECT,
        "no connection to the proxy 127.0.0.1:9 of polling.proxy",
    )


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[[str], tuple[Path, ssl.SSLContext]]:
    """Makes a certificate that vouches for itself, for one name."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("openssl is not installed: no certificate can be made")

    def make(name: str) -> tuple[Path, ssl.SSLContext]:
        key, cert = tmp_path / f"{name}.key", tmp_path / f"{name}.pem"
        words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        words += ["-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
        command = [openssl, *words, "-keyout", str(key), "-out", str(cert)]
        subprocess.run(command, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return cert, context

    return make


async def test_a_feeds_own_authority_is_believed_for_its_own_host_alone(
    certificate: Callable[[str], tuple[Path, ssl.SSLContext]],
) -> None:
    cert, context = certificate("feeds.internal")
    names = Names(feeds_internal="127.0.0.1", other_internal="127.0.0.1")
    settings = replace(CLOSED, allow_private_addresses=True)
    async with FeedServer(tls=context) as server, Fetcher(settings, resolver=names) as fetcher:
        server.set("/f", body=BODY)
        url = server.url("/f", host="feeds.internal")
        assert (await problem(fetcher, url)).problem is FetchProblem.TLS
        assert await fetch(fetcher, url, ca_file=str(cert)) == BODY
        # Not even with the authority does a certificate for another name pass, nor the authority elsewhere.
        other = server.url("/f", host="other.internal")
        assert (await problem(fetcher, other, ca_file=str(cert))).problem is FetchProblem.TLS
        server.set("/away", redirect=other)
        away = server.url("/away", host="feeds.internal")
        assert (await problem(fetcher, away, ca_file=str(cert))).problem is FetchProblem.TLS
        missing = await problem(fetcher, url, ca_file="/nowhere/ca.pem")
        assert "tls.ca_file /nowhere/ca.pem cannot be used" in missing.detail


async def test_certificates_are_verified_through_a_proxy_too(
    certificate: Callable[[str], tuple[Path, ssl.SSLContext]],
) -> None:
    cert, context = certificate("feeds.internal")
    async with FeedServer(tls=context) as server, ProxyDouble() as proxy:
        settings = replace(CLOSED, proxies=Proxies.configured(f"http://{proxy.address}"))
        async with Fetcher(settings, resolver=Names()) as fetcher:
            server.set("/f", body=BODY)
            url = server.url("/f", host="feeds.internal")
            assert (await problem(fetcher, url)).problem is FetchProblem.TLS
            assert await fetch(fetcher, url, ca_file=str(cert)) == BODY
        assert all(head.startswith("CONNECT feeds.internal:") for head in proxy.heads)
        assert server.requests("/f")[0].headers["host"].startswith("feeds.internal")
