"""Whom a host belongs to."""

from __future__ import annotations

import pytest

from watcher.ingest.domain import domain_of, registrable_domain


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("RSS.CNN.com.", "cnn.com"),
        ("a.tumblr.com", "tumblr.com"),
        # Providers that are on the list: their users are owners of their own.
        ("a.blogspot.com", "a.blogspot.com"),
        ("www.a.github.io", "a.github.io"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:0db8:0000:0000::/64"),
        ("2001:db8::2:1", "2001:0db8:0000:0000::/64"),
        ("", ""),
    ],
)
def test_the_registrable_domain(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_urls_are_counted_whatever_their_case_port_or_script() -> None:
    assert (
        domain_of("http://User@News.Example:81/a") == domain_of("https://news.example./b") == "news.example"
    )
    assert domain_of("http://www.bücher.example/") == "xn--bcher-kva.example"
    assert domain_of("no address") == ""
