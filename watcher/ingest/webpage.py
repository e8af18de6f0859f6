"""A web page where a feed was expected: recognised, and asked where the feed is.

In: text of a document. Out: whether it is a page, and a line that says what to do. Pure; called by `parse`.
"""

from __future__ import annotations

from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from watcher.ingest.prolog import read_prolog, root_name
from watcher.ingest.tangle import tangle_at

_HEAD_CHARS = 300_000
"""Of a page: links to feeds stand in its head."""
_PAGE_ROOTS = frozenset({"html", "head", "body", "title", "meta", "script", "style", "div", "p", "h1"})
_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/json",
)


def is_web_page(text: str) -> bool:
    """Tell whether a document starts as HTML does."""
    name = root_name(text)
    if name is not None:
        return name.lower() in _PAGE_ROOTS
    return read_prolog(text).doctype[:15].lower().startswith("<!doctype html")


def feed_links(text: str, *, url: str) -> tuple[str, ...]:
    """Give the absolute addresses of the feeds that a page names in `<link rel="alternate">`, in its order."""
    head = text[:_HEAD_CHARS]
    page = LexborHTMLParser(head[: tangle_at(head)])
    found = []
    for link in page.css("link[href]"):
        attributes = link.attributes
        rel = (attributes.get("rel") or "").lower().split()
        kind = (attributes.get("type") or "").split(";")[0].strip().lower()
        if "alternate" in rel and kind in _FEED_TYPES:
            found.append(_absolute(url, attributes.get("href") or ""))
    return tuple(dict.fromkeys(address for address in found if address))


def advertised_feed(text: str, *, url: str) -> str:
    """Say what a person can do about a page that stands where a feed should be."""
    links = feed_links(text, url=url)
    if not links:
        return "the answer is a web page, not a feed, and it names no feed: check the address"
    return f"the answer is a web page, not a feed; it names this feed: {' '.join(links[0].split())[:300]}"


def _absolute(base: str, href: str) -> str | None:
    try:
        address = urljoin(base, href.strip())
    except ValueError:
        return None
    return address if address.startswith(("http://", "https://")) else None
