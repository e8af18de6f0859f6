"""WebSub without the network: offers, signatures, leases."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.websub import Offer, is_signed, lease_of, named_topic, offer_of, relaxed, renewal_at
from watcher.types import Fetched

NOW = datetime(2026, 8, 1, tzinfo=UTC)
URL = "https://wire.example/feed"
HUB = "https://hub.example/"
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://hub.example/"/>'


def fetched(body: bytes = b"", link: str | None = None) -> Fetched:
    headers = {} if link is None else {"link": link}
    return Fetched(
        feed_id="f", url=URL, status=200, headers=headers, body=body, fetched_at=NOW, elapsed=timedelta()
    )


@pytest.mark.parametrize(
    ("body", "link", "offer"),
    [
        (b"", f'<{HUB}>; rel="hub", <https://wire.example/self>; rel="self"', Offer(hub=HUB, topic="https://wire.example/self")),
        (b"", f'<https://x.example/>; rel="next", <{HUB}>; title="a,b"; rel=hub', Offer(hub=HUB, topic=URL)),
        (b"", '</hub>; rel="other hub"', Offer(hub="https://wire.example/hub", topic=URL)),
        (ATOM + b"<link href='/self' rel='self'/><entry/></feed>", None, Offer(hub=HUB, topic="https://wire.example/self")),
        (b'<rss xmlns:a="x"><channel><a:link rel="hub" href="https://hub.example/?a=1&amp;b=2"/><item/>', None, Offer(hub=f"{HUB}?a=1&b=2", topic=URL)),
        (b'{"version": "x", "feed_url": "https://wire.example/j", "hubs": [{"type": "WebSub", "url": "https://hub.example/"}]}', None, Offer(hub=HUB, topic="https://wire.example/j")),
        (ATOM, '<https://other.example/>; rel="hub"', Offer(hub="https://other.example/", topic=URL)),
        (b'<rss><channel><item><link rel="hub" href="https://evil.example/"/>', None, None),
        (b'<feed><link rel="hub" href="javascript:x"/>', None, None),
        (b'<feed><link rel="hub" href="https://jo:pw@hub.example/"/>', None, None),
        (b'<feed><link rel="hub" href=""/>', None, None),
        (b'{"hubs": "x"}', None, None),
        (b'{"hubs": [1, {"type": "rssCloud", "url": "https://x.example"}]}', None, None),
        (b"", None, None),
    ],
)  # fmt: skip
def test_a_hub_is_found_where_a_feed_names_one(body: bytes, link: str | None, offer: Offer | None) -> None:
    assert offer_of(fetched(body, link)) == offer


@settings(derandomize=True, max_examples=50)
@given(st.binary(max_size=60), st.text(alphabet='<>;, rel="hubself:/x', max_size=60))
def test_whatever_an_answer_holds_an_offer_is_two_web_addresses(body: bytes, link: str) -> None:
    offer = offer_of(fetched(b"<link rel=hub " + body, link))
    if offer is not None:
        assert offer.hub.startswith(("http://", "https://"))


def signed(body: bytes, method: str, secret: str = "s3cret") -> str:
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signature_of_a_recognised_method_is_checked(method: str) -> None:
    body = b"what is new"
    assert is_signed(body, signed(body, method), "s3cret")
    assert is_signed(body, signed(body, method).upper().replace(method.upper(), method), "s3cret")
    assert not is_signed(body, signed(body, method, "another"), "s3cret")
    assert not is_signed(body + b"!", signed(body, method), "s3cret")


@pytest.mark.parametrize("signature", ["", "sha256", "sha256=", "md5=00", "sha256=é", "=x", "sha256=zz"])
def test_anything_else_is_no_signature(signature: str) -> None:
    assert not is_signed(b"body", signature, "s3cret")


def test_a_push_may_name_its_topic() -> None:
    assert named_topic({"link": f'<{HUB}>; rel="hub", <{URL}>; rel="self"'}) == URL
    assert named_topic({}) is None


@pytest.mark.parametrize(
    ("text", "lease"),
    [
        ("86400", timedelta(days=1)),
        ("1", timedelta(minutes=5)),
        ("99999999999", timedelta(days=30)),
        ("9" * 5000, timedelta(days=10)),
        ("-5", timedelta(days=10)),
        ("٣٦٠٠", timedelta(days=10)),
        ("", timedelta(days=10)),
    ],
)
def test_leases_are_bounded(text: str, lease: timedelta) -> None:
    assert lease_of(text) == lease


def test_a_lease_is_renewed_before_its_end() -> None:
    assert renewal_at(NOW, timedelta(days=10)) == NOW + timedelta(days=8)


@pytest.mark.parametrize(
    ("due_in", "most", "later"),
    [(15, 360, 60), (120, 360, 360), (600, 360, 600)],
)
def test_polls_of_a_pushed_feed_are_further_apart_within_the_limit(
    due_in: int, most: int, later: int
) -> None:
    due_at = NOW + timedelta(minutes=due_in)
    assert relaxed(due_at, now=NOW, most=timedelta(minutes=most)) == NOW + timedelta(minutes=later)
