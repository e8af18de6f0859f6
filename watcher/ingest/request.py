"""What is sent with a poll, and to whom: URLs, headers, and which of them may cross to another host.

In: a feed, its state, and the hop's URL. Out: headers and URLs. Pure; called by `fetch`.
"""

from __future__ import annotations

import base64

from multidict import CIMultiDict
from yarl import URL

from watcher.ingest.failures import bad_response, shown
from watcher.types import Feed, Validators

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
ACCEPT_PAGE = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"


def read_url(text: str) -> URL:
    """Read an absolute http(s) URL; raises `FetchError` for anything else.

    An ASCII URL is kept byte for byte (signed query strings do not survive re-quoting).
    """
    text = text.strip()
    try:
        url = URL(text, encoded=text.isascii() and " " not in text)
        is_usable = url.scheme in ("http", "https") and bool(url.host) and (url.port or 0) > 0
    except ValueError as error:
        raise bad_response("the address is not a valid URL") from error
    if not is_usable:
        raise bad_response(f"{shown(url)} is not an http or https address")
    return url


def without_user(url: URL) -> URL:
    """Take user name and password off a URL."""
    return url.with_user(None) if url.user is not None or url.password is not None else url


def request_headers(
    feed: Feed, validators: Validators, *, url: URL, user_agent: str, accept: str = ACCEPT
) -> CIMultiDict[str]:
    """Give the headers of one request.

    Args:
        feed: whose own headers are added, and override ours, at the feed's own origin only.
        validators: replayed byte for byte.
        url: of this hop.
        user_agent: who we say we are.
        accept: which kinds of documents are of use.
    """
    headers = CIMultiDict({"User-Agent": user_agent, "Accept": accept})
    if validators.etag is not None:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified is not None:
        headers["If-Modified-Since"] = validators.last_modified
    # A feed is mostly asked at the address that it is configured with, and reading it takes as long as all the rest.
    home = url if str(url) == feed.url else read_url(feed.url)
    if is_at_home(url, home):
        if home.user is not None or home.password is not None:
            headers["Authorization"] = basic_auth(home.user or "", home.password or "")
        for name, value in feed.headers:
            headers[name] = value
    return headers


def basic_auth(user: str, password: str) -> str:
    """Write HTTP Basic credentials (RFC 7617, UTF-8)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def is_at_home(url: URL, home: URL) -> bool:
    """Tell whether credentials of the feed may be sent to a URL.

    The same scheme, host and port; or the same host after a step from http to https on the usual ports.
    """
    if (url.host or "").lower() != (home.host or "").lower():
        return False
    if url.scheme == home.scheme:
        return url.port == home.port
    return (home.scheme, home.port, url.scheme, url.port) == ("http", 80, "https", 443)
