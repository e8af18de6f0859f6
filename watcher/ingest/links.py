"""A link as an entry gives it to a link as an item carries it.

In: a URL, mostly absolute. Out: an absolute http(s) URL that opens the same article and is equal for equal articles,
or None. Pure; called by `normalize`.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

_MAX_CHARS = 4_096
"""Longer ones are data in disguise; browsers and receivers cut them anyway."""

# Names of query parameters that say how a reader came, never what is read. Additions need that certainty: a name that
# any site uses to choose the article ("id", "p", "ref", "source", "pk") does not belong here.
_TRACKING_PREFIXES = (
    "utm_",
    "mtm_",
    "hsa_",
    "_hs",
    "wt_",
    "wt.",
    "oly_",
    "vero_",
    "at_custom",
    "at_bbc",
    "at_ptr",
    "at_link",
)
# fmt: off
_TRACKING = frozenset({
    "at_campaign", "at_campaign_type", "at_creation", "at_format", "at_medium",  # AT Internet: BBC, French press
    "xtor", "xtref", "xts",
    "ns_campaign", "ns_fee", "ns_linkname", "ns_mchannel", "ns_source",  # Comscore
    "pk_campaign", "pk_content", "pk_kwd", "pk_medium", "pk_source",  # Matomo
    "_ga", "_gl", "dclid", "gbraid", "gclid", "gclsrc", "wbraid",  # Google
    "fbclid", "igsh", "igshid", "li_fat_id", "msclkid", "ttclid", "twclid", "yclid", "ysclid",
    "mc_cid", "mc_eid", "mkt_tok", "s_cid", "s_kwcid", "wtmc",  # mailings and shop systems
    "cmpid", "echobox", "emc", "feedname", "feedtype", "ftag", "icid", "ito", "ncid", "ocid", "smid", "spm",
    "sr_share", "taid", "__twitter_impression", "guccounter", "guce_referrer", "guce_referrer_sig",
})
# fmt: on
# Parameters whose name may mean something else: taken off only with these values.
_TRACKING_VALUES = {
    name: frozenset({"rss", "rss2", "rssfeed", "rss_feed", "feed", "feeds", "atom", "homepage-rss"})
    for name in ("ref", "source", "src", "from", "partner", "via", "origin", "traffic_source", "campaign")
}
_TRACKING_FRAGMENT = re.compile(
    r"(?:xtor|utm_\w+|at_\w+|ref|echobox|intcid|ito)=|(?:rss|feed|ref-rss)$", re.IGNORECASE
)

_SETTLED = re.compile(r"https?://[a-z0-9.-]+(?:/[A-Za-z0-9/_.~+-]*)?")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile(r"\s")
_EDGES = " \t\r\n\f\v\x00\ufeff\u200b\xa0"
_LINE_BREAKS = re.compile(r"[\t\r\n]+\s*")


def clean_link(raw: str | None, *, base: str) -> str | None:
    """Make a link absolute and clean.

    Args:
        raw: as the entry has it; may be relative, padded, or no link at all.
        base: the address that relative links are read from.

    Returns:
        The http(s) URL without user information, default port, tracking parameters or tracking fragment. What is
        left stays as it is written and in its order. None for anything that is not such a URL (`javascript:`,
        `data:`, `mailto:`, empty, longer than 4,096 characters).
    """
    text = _LINE_BREAKS.sub("", (raw or "").strip(_EDGES))
    if not text or len(text) > _MAX_CHARS:
        return None
    if is_settled(text):
        return text
    try:
        parts = urlsplit(urljoin(base, text))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    cleaned = parts._replace(
        netloc=_place(host, port, parts.scheme),
        query=_without_tracking(parts.query),
        fragment="" if _TRACKING_FRAGMENT.match(parts.fragment) else parts.fragment,
    )
    return _SPACE.sub(lambda space: quote(space[0]), _UNSEEN.sub("", cleaned.geturl()))


def is_settled(link: str) -> bool:
    """Tell whether a link is as it will be: absolute, with nothing in it to be cleaned or put together in another way.

    Most are, and taking them apart to put them together again takes most of the time of reading one.
    """
    return _SETTLED.fullmatch(link) is not None


def absolute(raw: str | None, *, base: str) -> str | None:
    """Make an address absolute that is to be fetched, and leave it as it is otherwise; None for what is no http(s)."""
    text = (raw or "").strip(_EDGES)
    if not text or len(text) > _MAX_CHARS:
        return None
    try:
        url = urljoin(base, text)
        return url if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname else None
    except ValueError:
        return None


def is_front_page(url: str) -> bool:
    """Tell whether a URL is a site's front page, which many entries may link to."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query and not parts.fragment


def _place(host: str, port: int | None, scheme: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    is_usual = port is None or (scheme, port) in (("http", 80), ("https", 443))
    return shown if is_usual else f"{shown}:{port}"


def _without_tracking(query: str) -> str:
    if not query:
        return query
    kept = [pair for pair in query.split("&") if not _is_tracking(pair)]
    return "&".join(kept)


def _is_tracking(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = name.lower().removeprefix("amp;")  # escaped once too often: `&amp;amp;utm_source=…`
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    return value.lower() in _TRACKING_VALUES.get(name, ())
