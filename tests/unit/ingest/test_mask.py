"""What people see of an address: enough to know it, nothing that gives access."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.mask import masked, masked_text

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:s3cr3t@example.org/rss", "https://***@example.org/rss"),
        ("https://s3cr3t@example.org:8443/rss", "https://***@example.org:8443/rss"),
        ("https://a:b@c:s3cr3t@example.org/", "https://***@example.org/"),
        ("https://example.org/rss?token=s3cr3t", "https://example.org/rss?token=***"),
        ("https://example.org/rss?lang=fr&key=s3cr3t&n=5", "https://example.org/rss?lang=fr&key=***&n=5"),
        ("https://example.org/rss?apikey=s3cr3t", "https://example.org/rss?apikey=***"),
        ("https://example.org/rss?API_Key=s3cr3t", "https://example.org/rss?API_Key=***"),
        ("https://example.org/rss?feed%5Ftoken=s3cr3t", "https://example.org/rss?feed%5Ftoken=***"),
        ("https://example.org/rss?os_username=x;os_password=s3cr3t", "https://example.org/rss?os_username=x;os_password=***"),
        ("https://example.org/rss#access_token=s3cr3t", "https://example.org/rss#access_token=***"),
        ("https://example.org/p/9f8e7d6c5b4a39281706f5e4d3c2b1a0.xml", "https://example.org/p/***.xml"),
        ("https://example.org/rss?9f8e7d6c5b4a39281706f5e4d3c2b1a0", "https://example.org/rss?***"),
        (
            "https://bridge.example/?url=https%3A%2F%2Fu%3As3cr3t%40example.org%2Frss%3Fa%3D1",
            "https://bridge.example/?url=https://***@example.org/rss?a=1",
        ),
        ("https://[s3cr3t/rss", "https://***"),
    ],
)  # fmt: skip
def test_what_gives_access_is_hidden(url: str, shown: str) -> None:
    assert masked(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/rss",
        "https://example.org/2026/07/01/a-long-title-of-an-article-about-borders/feed.xml",
        "https://example.org/rss?cat=world&page=2&keyword=tunisia",
        "https://example.org/rss?token=",
        "/home/me/feeds/one.xml",
    ],
)
def test_an_address_without_a_secret_stays_as_it_is(url: str) -> None:
    assert masked(url) == url


def test_every_address_of_a_text_is_masked_and_the_rest_stays() -> None:
    text = 'in "https://u:s3cr3t@a.example/x?b=1", then https://b.example/?key=s3cr3t\n(line 3)'
    assert masked_text(text) == 'in "https://***@a.example/x?b=1", then https://b.example/?key=***\n(line 3)'


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.text(max_size=80), st.text(max_size=30))
def test_no_text_breaks_it_and_no_password_stays(text: str, path: str) -> None:
    masked_text(text)
    assert SECRET not in masked(f"https://user:{SECRET}@example.org/{path}").partition("/rss")[0]
    assert masked(masked(text)) == masked(text)
