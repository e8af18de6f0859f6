"""Which proxy a request goes through."""

from __future__ import annotations

import pytest
from yarl import URL

from watcher.ingest.proxy import Proxies


def test_a_configured_proxy_takes_everything_and_hides_its_login() -> None:
    proxies = Proxies.configured("http://jo:s3cret@proxy.internal:3128")
    for target in ("http://a.example/", "https://b.example/"):
        hop = proxies.on_the_way_to(URL(target))
        assert hop is not None
        assert str(hop.url) == "http://proxy.internal:3128"
        assert hop.authorization == "Basic am86czNjcmV0"
    assert "s3cret" not in repr(proxies)
    assert "am86czNjcmV0" not in repr(proxies)


@pytest.mark.parametrize(
    ("target", "proxy"),
    [
        ("http://a.example/", "http://plain.proxy:8080"),
        ("https://a.example/", "http://secure.proxy:8080"),
        ("https://direct.example/", None),
        ("https://x.direct.example/", None),
    ],
)
def test_the_environments_proxies_are_used_where_asked_for(
    monkeypatch: pytest.MonkeyPatch, target: str, proxy: str | None
) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("http_proxy", "http://plain.proxy:8080")
    monkeypatch.setenv("HTTPS_PROXY", "http://secure.proxy:8080")
    monkeypatch.setenv("NO_PROXY", "direct.example")
    hop = Proxies.configured("environment").on_the_way_to(URL(target))
    assert (None if hop is None else str(hop.url).rstrip("/")) == proxy


@pytest.mark.parametrize("setting", ["socks5://proxy:1080", "proxy:3128", "http://", "http://:3128"])
def test_what_is_no_http_proxy_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match="must be given as http://HOST:PORT"):
        Proxies.configured(setting)
