"""What is sent with a poll, and to whom."""

from __future__ import annotations

import pytest
from yarl import URL

from watcher.errors import FetchError
from watcher.ingest.failures import shown
from watcher.ingest.request import read_url, request_headers, without_user
from watcher.types import Feed, FetchProblem, Validators

SECRETS = (("Authorization", "Bearer s3cret"), ("X-Key", "k"))


def headers(home: str, target: str, validators: Validators | None = None) -> dict[str, str]:
    feed = Feed(id="f", url=home, headers=SECRETS)
    return dict(request_headers(feed, validators or Validators(), url=URL(target), user_agent="watcher/1"))


@pytest.mark.parametrize(
    ("home", "target", "is_sent"),
    [
        ("https://a.example/f", "https://a.example/g", True),
        ("https://a.example/f", "https://A.EXAMPLE/g", True),
        ("http://a.example/f", "https://a.example/f", True),
        ("https://a.example/f", "http://a.example/f", False),
        ("http://a.example:8080/f", "https://a.example/f", False),
        ("https://a.example/f", "https://a.example:8443/f", False),
        ("https://a.example/f", "https://b.example/f", False),
        ("https://a.example/f", "https://a.example.evil.example/f", False),
        ("https://a.example/f", "https://sub.a.example/f", False),
    ],
)
def test_secrets_go_to_the_feeds_own_origin_only(home: str, target: str, is_sent: bool) -> None:
    sent = headers(home, target)
    assert ("Authorization" in sent) is is_sent
    assert ("X-Key" in sent) is is_sent


def test_user_and_password_of_the_address_become_basic_credentials() -> None:
    feed = Feed(id="f", url="https://jo:pa%3Ass@a.example/f")
    sent = request_headers(feed, Validators(), url=URL("https://a.example/f"), user_agent="watcher/1")
    assert sent["Authorization"] == "Basic am86cGE6c3M="


def test_validators_are_sent_when_there_are_any() -> None:
    assert not {"If-None-Match", "If-Modified-Since"} & set(
        headers("https://a.example/", "https://a.example/")
    )
    both = headers("https://a.example/", "https://a.example/", Validators(etag='W/"1"', last_modified="x"))
    assert (both["If-None-Match"], both["If-Modified-Since"]) == ('W/"1"', "x")


def test_a_feeds_own_header_replaces_ours() -> None:
    feed = Feed(id="f", url="https://a.example/", headers=(("user-agent", "special"),))
    sent = request_headers(feed, Validators(), url=URL("https://a.example/"), user_agent="watcher/1")
    assert sent.getall("User-Agent") == ["special"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "news.example/rss",
        "ftp://a.example/",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
        "https://a:b:c/",
    ],
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(FetchError) as caught:
        read_url(text)
    assert caught.value.problem is FetchProblem.BAD_RESPONSE


def test_addresses_are_kept_as_written_and_international_ones_are_encoded() -> None:
    assert str(read_url("https://a.example/x%2Fy?q=%7e+a")) == "https://a.example/x%2Fy?q=%7e+a"
    assert str(read_url("https://münchen.example/é")) == "https://xn--mnchen-3ya.example/%C3%A9"


def test_errors_show_neither_user_nor_query() -> None:
    assert shown(URL("https://jo:s3cret@a.example:8443/f?token=s3cret#s3cret")) == "https://a.example:8443/f"
    assert str(without_user(URL("https://jo:s3cret@a.example/f"))) == "https://a.example/f"
