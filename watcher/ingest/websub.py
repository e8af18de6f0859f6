"""WebSub (W3C Recommendation, 23 January 2018) without the network: what a feed offers, and what may be believed.

In: answers, bodies and headers. Out: the hub and topic that a feed names, whether a push is signed, and times. Pure;
called by the pipeline, which notes offers, and by `websub`, which subscribes.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from watcher.types import Fetched

WANTED_LEASE = timedelta(days=10)
"""What is asked for; hubs may give another (section 5.1)."""
_SHORTEST_LEASE = timedelta(minutes=5)
_LONGEST_LEASE = timedelta(days=30)
_RELAXED = 4
"""How many times longer the polls of a feed are apart whose hub is reliable: they are the safety net."""

_HEAD_BYTES = 64 * 1024
_MAX_URL = 2_000
_ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s>/]")
_LINK = re.compile(rb"<(?:[\w.-]+:)?link\s([^<>]{1,4000})>")
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*("[^"]*"|'[^']*')""")
_HEADER_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_HEADER_REL = re.compile(r"""\brel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))""", re.IGNORECASE)

_METHODS = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}
"""Those that section 7.1 recognises; which one is used is the hub's choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A feed's word that it is pushed: the hub to subscribe at, and the topic to name there."""

    hub: str
    topic: str


def offer_of(fetched: Fetched) -> Offer | None:
    """Find what an answer says of its hub (section 4): Link headers first, else the document.

    Returns:
        The first hub that is a web address, with the topic that the feed calls itself, or the address that answered
        where it names none; None where there is no hub.
    """
    for links in (
        list(_in_header(fetched.headers.get("link", ""))),
        list(_in_document(fetched.body)),
    ):
        hub = next((found for rel, found in _absolute(links, fetched.url) if rel == "hub"), None)
        if hub is not None:
            topic = next((found for rel, found in _absolute(links, fetched.url) if rel == "self"), None)
            return Offer(hub=hub, topic=topic or fetched.url)
    return None


def named_topic(headers: Mapping[str, str]) -> str | None:
    """Give the topic that a push's Link header names, None where it names none."""
    return next((url for rel, url in _in_header(headers.get("link", "")) if rel == "self"), None)


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Tell whether a push was signed with the secret of its subscription (section 7.1), in constant time.

    Args:
        body: as it came.
        signature: the value of X-Hub-Signature, `method=hexadecimal`; empty for none.
        secret: that the hub was given.
    """
    method, _, given = signature.strip().partition("=")
    make = _METHODS.get(method.lower())
    if make is None:
        return False
    expected = hmac.new(secret.encode(), body, make).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode("utf-8", "replace"))


def lease_of(text: str) -> timedelta:
    """Read `hub.lease_seconds`, within bounds: a hub must not make us ask every second, nor never again."""
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        return WANTED_LEASE
    return min(max(timedelta(seconds=int(text)), _SHORTEST_LEASE), _LONGEST_LEASE)


def renewal_at(now: datetime, lease: timedelta) -> datetime:
    """Give when a subscription is renewed: after four fifths of its lease, so that a hub that is down can come back."""
    return now + lease * 4 / 5


def is_reliable(last_push_at: datetime | None, last_new_item_at: datetime | None) -> bool:
    """Tell whether a hub does what it was subscribed for: it has pushed, and nothing has come by a poll since.

    Args:
        last_push_at: when the hub last pushed, None for never.
        last_new_item_at: when something new of the feed was last seen, by a push or a poll; None for never.
    """
    return last_push_at is not None and (last_new_item_at is None or last_push_at >= last_new_item_at)


def relaxed(due_at: datetime, *, now: datetime, most: timedelta) -> datetime:
    """Give when a feed is polled next that is pushed: later, but at most `most` from now where it was within that."""
    return max(due_at, now + min((due_at - now) * _RELAXED, most))


def _in_header(value: str) -> Iterator[tuple[str, str]]:
    for url, parameters in _HEADER_LINK.findall(value[:_HEAD_BYTES]):
        found = _HEADER_REL.search(parameters)
        for rel in (found[1] or found[2] or "").lower().split() if found else ():
            yield rel, url.strip()


def _in_document(body: bytes) -> Iterator[tuple[str, str]]:
    if body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        yield from _in_json(body)
        return
    first = _ENTRY.search(body, 0, _HEAD_BYTES)
    for link in _LINK.finditer(body, 0, first.start() if first else _HEAD_BYTES):
        text = link[1].decode("utf-8", "replace")
        found = {name.lower(): html.unescape(value[1:-1]) for name, value in _ATTRIBUTE.findall(text)}
        for rel in found.get("rel", "").lower().split():
            yield rel, found.get("href", "").strip()


def _in_json(body: bytes) -> Iterator[tuple[str, str]]:
    """Read the `hubs` of a JSON Feed (version 1.1, top-level)."""
    if b'"hubs"' not in body:
        return
    try:
        top = json.loads(body)
    except (ValueError, RecursionError):
        return
    hubs = top.get("hubs") if isinstance(top, dict) else None
    for hub in hubs if isinstance(hubs, list) else ():
        if isinstance(hub, dict) and str(hub.get("type", "")).lower() == "websub":
            yield "hub", str(hub.get("url", ""))
    if isinstance(top.get("feed_url"), str):
        yield "self", top["feed_url"]


def _absolute(links: list[tuple[str, str]], base: str) -> Iterator[tuple[str, str]]:
    for rel, href in links:
        try:
            url = urljoin(base, href)
            parts = urlsplit(url)
            is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        except ValueError:
            continue
        if href and is_web and len(url) <= _MAX_URL and url.isprintable():
            yield rel, url
