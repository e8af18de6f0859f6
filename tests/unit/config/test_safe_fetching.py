"""The keys that say where polls may go."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from watcher.config.entries import FeedEntry
from watcher.config.models import PollingSettings
from watcher.config.section import LoadContext


@pytest.mark.parametrize("entry", ["10.1.0.0/16", "10.1.2.3", "fd00::/8", "::1", "[::1]", "feeds.internal"])
def test_networks_addresses_and_names_may_be_allowed(entry: str) -> None:
    assert PollingSettings(allow_addresses=[entry]).allow_addresses == [entry]


@pytest.mark.parametrize("entry", ["10.1.2.3/16", "10.1", "300.1.1.1", "a b", "http://x/", "*.internal", ""])
def test_anything_else_is_an_error(entry: str) -> None:
    with pytest.raises(ValidationError):
        PollingSettings(allow_addresses=[entry])


@pytest.mark.parametrize("proxy", ["http://proxy:3128", "https://jo:s3cret@proxy:3128", "environment"])
def test_a_proxy_is_an_address_or_the_environments(proxy: str) -> None:
    settings = PollingSettings.model_validate({"proxy": proxy})
    assert settings.proxy is not None
    assert settings.proxy.get_secret_value() == proxy
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize("proxy", ["socks5://jo:s3cret@proxy:1080", "proxy:3128", "http://proxy/path", "env"])
def test_another_proxy_is_refused_without_showing_its_login(proxy: str) -> None:
    with pytest.raises(ValidationError, match="http://HOST:PORT") as caught:
        PollingSettings.model_validate({"proxy": proxy})
    assert "s3cret" not in str(caught.value)


def test_a_certificate_file_is_read_when_the_configuration_is(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    context = LoadContext(folder=tmp_path)
    for name, message in (("ca.pem", "holds no certificate"), ("none.pem", "cannot be read")):
        with pytest.raises(ValidationError, match=message):
            FeedEntry.model_validate(
                {"id": "f", "url": "https://a.example/", "tls": {"ca_file": name}}, context=context
            )
