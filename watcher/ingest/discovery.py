"""Where a site's feeds may be: what its page names, and what its kind of site or the usual habit suggests.

In: the page's text and address. Out: candidates, best first. Pure; called by `feeds discover`, which fetches each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from watcher.ingest.tangle import tangle_at
from watcher.ingest.webpage import feed_links

MAX_CANDIDATES = 20
"""Of one site: whoever asks for its feeds does not want a hundred requests made there."""

_PAGE_CHARS = 1_000_000
_MAX_ANCHORS = 3_000
_USUAL_PATHS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds")
_LOOKS_LIKE_FEED = re.compile(r"(?:^|[/.?=_-])(?:rss|atom|feeds?|rdf)(?:$|[/.?=&_-]|[0-9])", re.IGNORECASE)
_YOUTUBE_CHANNEL = re.compile(r'"(?:externalId|channelId)":"(UC[\w-]{22})"|/channel/(UC[\w-]{22})')


class Origin(StrEnum):
    """Why an address may be a feed: `given` by the user, named by the page in its head (`link`) or in its text
    (`anchor`), known of this kind of `site`, or a `guess` at a usual path."""

    GIVEN = "given"
    LINK = "link"
    SITE = "site"
    ANCHOR = "anchor"
    GUESS = "guess"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that may be a feed."""

    url: str
    origin: Origin


def candidates(text: str, *, url: str) -> tuple[Candidate, ...]:
    """Give the addresses at which a site's feeds may be.

    Args:
        text: of the page; empty where there is none.
        url: of the page, after redirects.

    Returns:
        Each address once, in the order in which they are worth asking, at most `MAX_CANDIDATES`. Guesses come last:
        they are of use only where nothing better answers.
    """
    text = text[:_PAGE_CHARS]
    found: dict[str, Origin] = {}
    for origin, addresses in (
        (Origin.LINK, feed_links(text, url=url)),
        (Origin.SITE, _of_site(text, url)),
        (Origin.ANCHOR, _anchors(text, url)),
        (Origin.GUESS, tuple(_absolute(url, path) for path in _USUAL_PATHS)),
    ):
        for address in addresses:
            if address is not None:
                found.setdefault(address, origin)
    named = [Candidate(url=address, origin=origin) for address, origin in found.items()]
    return tuple(named[:MAX_CANDIDATES])


def _of_site(text: str, url: str) -> tuple[str | None, ...]:
    """Give the feeds that sites of a known kind have, whether they name them or not."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path.rstrip("/")
    if host == "youtube.com" and (channel := _YOUTUBE_CHANNEL.search(parts.path + text)) is not None:
        return (f"https://www.youtube.com/feeds/videos.xml?channel_id={channel[1] or channel[2]}",)
    if host in ("reddit.com", "old.reddit.com") and path.startswith(("/r/", "/user/")):
        return (_absolute(url, f"{path}/.rss"),)
    if host == "github.com" and path.count("/") == 2:
        return (_absolute(url, f"{path}/releases.atom"),)
    if 'rel="https://api.w.org/"' in text or "rel='https://api.w.org/'" in text or "/wp-content/" in text:
        return (_absolute(url, f"{path}/feed/"), _absolute(url, "/feed/"))
    return ()


def _anchors(text: str, url: str) -> tuple[str | None, ...]:
    """Give the links of a page's own site whose address looks like that of a feed."""
    page = LexborHTMLParser(text[: tangle_at(text)])
    host = urlsplit(url).hostname
    found = []
    for anchor in page.css("a[href]")[:_MAX_ANCHORS]:
        address = _absolute(url, anchor.attributes.get("href") or "")
        if address is None:
            continue
        parts = urlsplit(address)
        is_own = parts.hostname is not None and _belongs(parts.hostname, host or "")
        if is_own and _LOOKS_LIKE_FEED.search(f"{parts.path}?{parts.query}"):
            found.append(address)
    return tuple(found)


def _belongs(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other.removeprefix('www.')}")


def _absolute(base: str, href: str) -> str | None:
    try:
        address = urljoin(base, href.strip()).partition("#")[0]
        has_host = bool(urlsplit(address).hostname)
    except ValueError:
        return None
    return address if has_host and address.startswith(("http://", "https://")) else None
