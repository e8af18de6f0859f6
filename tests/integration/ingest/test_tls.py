"""Certificates are verified; nothing is read from a server that cannot prove its name."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.feeds import FeedServer
from watcher.errors import FetchError
from watcher.ingest.fetch import Fetcher, FetchSettings
from watcher.types import Feed, FeedState, FetchProblem

NOW = datetime(2026, 8, 1, tzinfo=UTC)


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """A server context with a certificate that nobody has signed, made for this test."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    subprocess.run([*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


async def test_a_certificate_that_nobody_signed_is_refused(self_signed: ssl.SSLContext) -> None:
    settings = FetchSettings(allow_private_addresses=True, min_delay=timedelta(0))
    async with FeedServer(tls=self_signed) as server, Fetcher(settings) as fetcher:
        server.set("/f", body=b"secret")
        url = server.url("/f", host="localhost")
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(Feed(id="f", url=url), FeedState(feed_id="f", url=url, due_at=NOW))
        assert caught.value.problem is FetchProblem.TLS
        assert "the certificate of localhost is not valid" in caught.value.detail
        assert not caught.value.retryable
        assert server.requests() == []
