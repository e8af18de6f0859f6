"""From the bytes of an answer to items: the parser, which knows nothing of HTTP but its headers.

In: `Fetched`. Out: `ParsedFeed`, or a `FetchError` where nothing can be read. Called by `novelty` for polls and by
the commands that preview a feed. Nothing here opens a file or a connection, whatever the document says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watcher.errors import FetchError
from watcher.ingest.charset import Decoded, decode
from watcher.ingest.entries import said, xml_entry
from watcher.ingest.feedxml import MAX_ENTRIES, FeedXml, read_xml
from watcher.ingest.identity import digest
from watcher.ingest.jsonfeed import NotJsonFeedError, read_json
from watcher.ingest.links import absolute, clean_link
from watcher.ingest.normalize import Source, language_code, short, to_items
from watcher.ingest.prolog import root_name
from watcher.ingest.timetable import read_timetable
from watcher.ingest.tombstones import deleted_ids
from watcher.ingest.webpage import advertised_feed, is_web_page
from watcher.types import Fetched, FetchProblem, ParsedFeed

_ROOT = re.compile(r"<(?:\?xml|rss|feed|rdf:RDF|channel)(?=[\s>/])", re.IGNORECASE)
_BLANK = " \t\r\n\f\v\ufeff\u200b\xa0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A parsed document, and what `novelty` must know to leave entries out of it next time.

    Attributes:
        feed: what was parsed.
        places: for each entry of the document, the item that it became (an index into `feed.items`).
        is_separable: every entry stood alone between two marks (see `split`).
        setting: a digest of all that an entry's reading depends on besides its own bytes: bases, languages,
            namespaces, entities, the feed's site. None where the entries depend on each other.
    """

    feed: ParsedFeed
    places: tuple[int, ...]
    is_separable: bool
    setting: str | None


def parse(fetched: Fetched, *, seen_at: datetime, repeats_guids: bool = False) -> ParsedFeed:
    """Read a feed: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1.

    Args:
        fetched: an answer with a body.
        seen_at: when its items count as first seen; future dates are clamped to it.
        repeats_guids: what the feed's state says; see `FeedState`.

    Returns:
        The feed's items in its own order. `problem` is MALFORMED where the document had to be repaired, was cut off,
        or is so long that only its first entries (5,000) were read.

    Raises:
        FetchError: EMPTY, NOT_A_FEED, or MALFORMED with nothing readable.
    """
    return read(fetched, seen_at=seen_at, repeats_guids=repeats_guids).feed


def read(fetched: Fetched, *, seen_at: datetime, repeats_guids: bool) -> Reading:
    """Do as `parse` does, and say how the entries stand to each other."""
    decoded = decode(fetched.body, fetched.headers.get("content-type", ""))
    text = decoded.text.strip(_BLANK)
    if not text:
        raise _failure(
            fetched, FetchProblem.EMPTY, "the answer is empty: the feed has no content at all", True
        )
    if text[0] in "{[":
        return _parse_json(fetched, text, decoded, seen_at, repeats_guids)
    if is_web_page(text):
        raise _failure(fetched, FetchProblem.NOT_A_FEED, advertised_feed(text, url=fetched.url))
    return _parse_xml(fetched, text, decoded, seen_at, repeats_guids)


def _parse_json(
    fetched: Fetched, text: str, decoded: Decoded, seen_at: datetime, repeats_guids: bool
) -> Reading:
    try:
        feed = read_json(text, max_entries=MAX_ENTRIES)
    except NotJsonFeedError as error:
        kind = FetchProblem.MALFORMED if error.is_damaged else FetchProblem.NOT_A_FEED
        raise _failure(fetched, kind, error.detail, error.is_damaged) from error
    source = Source(
        feed_id=fetched.feed_id,
        url=fetched.url,
        site=feed.home_page_url,
        seen_at=seen_at,
        language=language_code(feed.language),
    )
    made = to_items(feed.entries, source, repeats_guids=repeats_guids)
    problem, detail = _problem(
        decoded.repair, error=None, is_cut=False, is_over=feed.total > MAX_ENTRIES, read=len(made.items)
    )
    parsed = ParsedFeed(
        title=short(feed.title),
        url=clean_link(feed.home_page_url, base=fetched.url),
        language=source.language,
        items=made.items,
        format=feed.version,
        repeats_guids=made.repeats_guids,
        problem=problem,
        problem_detail=detail,
        ahead=made.ahead,
        older_page=absolute(feed.next_url, base=fetched.url),
    )
    setting = digest(fetched.url, parsed.url, feed.author, feed.language, feed.version)
    return Reading(feed=parsed, places=made.places, is_separable=True, setting=setting)


def _parse_xml(
    fetched: Fetched, text: str, decoded: Decoded, seen_at: datetime, repeats_guids: bool
) -> Reading:
    junk, text = _without_junk(text)
    document = _read(fetched, text)
    if not document.version and not document.entries:
        raise _failure(fetched, FetchProblem.NOT_A_FEED, _what_it_is(text))
    if not document.entries and document.error is not None:
        raise _failure(
            fetched, FetchProblem.MALFORMED, f"no entry of the XML can be read ({document.error})", True
        )
    feed = document.feed
    source = Source(
        feed_id=fetched.feed_id,
        url=fetched.url,
        site=said(feed, "link"),
        seen_at=seen_at,
        language=language_code(said(feed, "language")),
    )
    is_atom = document.version.startswith("atom")
    entries = [xml_entry(entry, is_atom=is_atom) for entry in document.entries]
    made = to_items(entries, source, repeats_guids=repeats_guids)
    problem, detail = _problem(
        decoded.repair or junk,
        error=document.error,
        is_cut=document.is_cut,
        is_over=document.is_over,
        read=len(made.items),
    )
    parsed = ParsedFeed(
        title=short(said(feed, "title")),
        url=clean_link(said(feed, "link"), base=fetched.url),
        language=source.language,
        items=made.items,
        format=document.version or "xml",
        repeats_guids=made.repeats_guids,
        timetable=read_timetable(feed, text),
        problem=problem,
        problem_detail=detail,
        ahead=made.ahead,
        older_page=_older_page(feed.get("links"), base=fetched.url),
        is_partial=document.is_partial,
        deleted=deleted_ids(text),
    )
    return Reading(
        feed=parsed,
        places=made.places,
        is_separable=[mark.entries for mark in document.marks] == list(range(len(entries) + 1)),
        setting=_setting(fetched, parsed, document),
    )


def _setting(fetched: Fetched, parsed: ParsedFeed, document: FeedXml) -> str | None:
    standings = {mark.standing for mark in document.marks}
    if len(standings) != 1 or (standing := standings.pop()) is None:
        return None
    return digest(fetched.url, parsed.url, parsed.format, repr(document.entities), standing)


def _read(fetched: Fetched, text: str) -> FeedXml:
    try:
        return read_xml(text, url=fetched.url, language=fetched.headers.get("content-language"))
    except (
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        # feedparser gives up on some damaged documents with errors of its own workings.
        detail = f"the feed cannot be read: {type(error).__name__} while parsing"
        raise _failure(fetched, FetchProblem.MALFORMED, detail, True) from error


def _older_page(links: Any, *, base: str) -> str | None:
    """Give the page of older entries that a feed names: an archive, else the next page (RFC 5005, sections 3 and 4)."""
    found = {link.get("rel"): link.get("href") for link in reversed(links if isinstance(links, list) else [])}
    return absolute(found.get("prev-archive") or found.get("next"), base=base)


def _without_junk(text: str) -> tuple[str | None, str]:
    """Cut off what stands before the document: warnings of PHP, debug output."""
    if text.startswith("<") and not text.startswith("<br"):
        return None, text
    start = _ROOT.search(text[:65_536])
    if start is None:
        return None, text
    return "there is text before the XML, which was passed over", text[start.start() :]


def _what_it_is(text: str) -> str:
    root = root_name(text)
    if root is None:
        return "the answer is neither XML nor JSON: check the address"
    return f"the answer is XML with the root <{root}>, which is no feed format: check the address"


def _problem(
    repair: str | None, *, error: str | None, is_cut: bool, is_over: bool, read: int
) -> tuple[FetchProblem | None, str | None]:
    """Say what was wrong with a document whose items could be read, the most telling first."""
    if is_over:
        return FetchProblem.MALFORMED, f"the feed is too long: only its first {read} entries were read"
    if is_cut:
        return FetchProblem.MALFORMED, "the feed breaks off inside an entry; those before it were read"
    if repair is not None:
        return FetchProblem.MALFORMED, repair
    if error is not None:
        return (
            FetchProblem.MALFORMED,
            f"the XML is not well-formed ({error}); its entries were read all the same",
        )
    return None, None


def _failure(fetched: Fetched, problem: FetchProblem, detail: str, retryable: bool = False) -> FetchError:
    return FetchError(problem, detail, feed_id=fetched.feed_id, status=fetched.status, retryable=retryable)
