"""RSS and Atom text to feedparser's entries, within bounds.

In: clean text of an XML document and its address. Out: feedparser's feed and entries as it means them. Pure; called
by `parse`. feedparser's own two parsers are driven here instead of through `feedparser.parse`, which has no bounds
(an author of 50 kB, a tag of 50,000 attributes or 20,000 namespaces each cost it ten seconds and more), decodes
bytes by guesses, and tries its input as a file name.
"""

from __future__ import annotations

import io
import re
import xml.sax
import xml.sax.handler
from dataclasses import dataclass
from typing import Any
from xml.sax.xmlreader import AttributesNSImpl, InputSource

from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.sanitizer import replace_doctype

from watcher.ingest.prolog import read_prolog

MAX_ENTRIES = 5_000
"""Per document, the first ones: ten times the longest real feeds, and some seconds of parsing."""
_MAX_ELEMENTS = 300_000
"""Per document; an element costs about 15 µs. Ten MiB of real feed have well under 250,000."""
_MAX_TEXTS = 2_000_000
"""Runs of text per document: the loose parser hands over a run of `<` one by one. 10 MiB of real feed have 400,000."""
_MAX_ATTRIBUTES = 200
_MAX_NAMESPACES = 100
_MAX_TAGS = 200
_MAX_AUTHORS = 50
_MAX_AUTHOR_CHARS = 200
"""feedparser looks for an address in it with a regex whose cost grows with the square of its length."""
_MAX_EXPANSION_CHARS = 1_000_000
"""What entities of the document's own may add to it in all."""
_MAX_DOCTYPE_CHARS = 8_192
"""Longer ones are dropped, with their entities: feedparser's patterns are quadratic in them."""

_ROOT_END = re.compile(r"</(?:rss|feed|rdf:RDF|channel|RDF)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedXml:
    """What feedparser made of a document.

    `version` is its name of the format, empty for none. `error` says why the document is not well-formed, None when
    it is. `is_cut` says that it broke off inside an entry, which then is not among the entries. `is_over` says that
    reading stopped at a bound.
    """

    version: str
    feed: Any
    entries: list[Any]
    error: str | None
    is_cut: bool
    is_over: bool


class _Enough(Exception):  # noqa: N818  (no error: a way out of the parser)
    """Reading has reached a bound."""


class _Bounded:
    """Bounds on what feedparser keeps and does; mixed in before its parsers."""

    entries: list[Any]
    namespaces_in_use: dict[str, str]
    # Names of their own: feedparser's classes share one namespace of attributes with this one.
    bounded_elements = 0
    bounded_texts = 0
    # Both would be half of the cost. Text is made of markup and links are made absolute by `normalize`.
    resolve_relative_uris = False
    sanitize_html = False

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> Any:
        self.bounded_elements += 1
        if self.bounded_elements > _MAX_ELEMENTS:
            raise _Enough
        result = super().unknown_starttag(tag, attrs[:_MAX_ATTRIBUTES])  # type: ignore[misc]
        if len(self.entries) > MAX_ENTRIES:
            raise _Enough
        return result

    def handle_data(self, text: str, escape: int = 1) -> None:
        self.bounded_texts += 1
        if self.bounded_texts > _MAX_TEXTS:
            raise _Enough
        super().handle_data(text, escape)  # type: ignore[misc]

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        if len(self.namespaces_in_use) < _MAX_NAMESPACES:
            super().track_namespace(prefix, uri)  # type: ignore[misc]

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        if len(self._get_context().get("tags", ())) < _MAX_TAGS:  # type: ignore[attr-defined]
            super()._add_tag(term, scheme, label)  # type: ignore[misc]

    def _sync_author_detail(self, key: str = "author") -> None:
        context = self._get_context()  # type: ignore[attr-defined]
        if isinstance(text := context.get(key), str):
            context[key] = text[:_MAX_AUTHOR_CHARS]
        if len(context.get(f"{key}s", ())) <= _MAX_AUTHORS:
            super()._sync_author_detail(key)  # type: ignore[misc]


class _Strict(_Bounded, StrictFeedParser):  # type: ignore[misc]
    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802  (named by xml.sax)
        # Looking up each attribute by its qualified name is quadratic in the standard library.
        super().startElementNS(
            name, qname, attrs if len(attrs) <= _MAX_ATTRIBUTES else AttributesNSImpl({}, {})
        )


class _Loose(_Bounded, LooseFeedParser):  # type: ignore[misc]
    pass


def read_xml(text: str, *, url: str, language: str | None = None) -> FeedXml:
    """Parse an RSS, RDF or Atom document.

    Args:
        text: the document, without characters that XML forbids.
        url: its address, the base of relative links.
        language: what the server says it is in (Content-Language), if anything.

    Returns:
        What was read: by feedparser's strict parser, or, where the document is not well-formed, by its loose one.
    """
    data, version, entities = _prepare(text)
    parser: Any = _Strict(url, language, "utf-8")
    error, is_over = _run_strict(parser, data)
    if error is not None:
        parser = _Loose(url, language, "utf-8", entities)
        is_over = _run_loose(parser, data.decode("utf-8"))
    is_cut = (
        error is not None and bool(parser.inentry) and not is_over and not _ROOT_END.search(text[-4_096:])
    )
    entries = parser.entries[:-1] if is_cut else parser.entries
    return FeedXml(
        version=version or parser.version or "",
        feed=parser.feeddata,
        entries=entries[:MAX_ENTRIES],
        error=error,
        is_cut=is_cut,
        is_over=is_over,
    )


def _prepare(text: str) -> tuple[bytes, str | None, dict[str, str]]:
    """Give the document with nothing before its root but a tamed DOCTYPE, the format that this names, its entities.

    feedparser keeps entities of plain text only, so none grows by another. What is left to bound is one long entity
    used many times, and the time of its patterns on a long DOCTYPE.
    """
    prolog = read_prolog(text)
    root = text[prolog.end :].encode("utf-8")
    if not prolog.doctype or len(prolog.doctype) > _MAX_DOCTYPE_CHARS:
        return root, None, {}
    version, data, entities = replace_doctype(prolog.doctype.encode("utf-8") + b"\n" + root)
    growth = sum(len(value) * root.count(f"&{name};".encode()) for name, value in entities.items())
    return (root, version, {}) if growth > _MAX_EXPANSION_CHARS else (data, version, entities)


def _run_strict(parser: Any, data: bytes) -> tuple[str | None, bool]:
    """Run the strict parser; give what is wrong with the document (None: nothing) and whether a bound was met."""
    # DOCTYPE is gone or harmless by now, and external entities are off: nothing is fetched, nothing grows.
    sax = xml.sax.make_parser()  # noqa: S317
    sax.setFeature(xml.sax.handler.feature_namespaces, True)
    sax.setFeature(xml.sax.handler.feature_external_ges, False)
    sax.setContentHandler(parser)
    sax.setErrorHandler(parser)
    source = InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        sax.parse(source)
    except _Enough:
        return None, True
    except xml.sax.SAXException as error:
        return _words(parser.exc or error), False
    return None, False


def _run_loose(parser: Any, text: str) -> bool:
    try:
        parser.feed(text)
    except _Enough:
        return True
    return False


def _words(error: Exception) -> str:
    """Give an XML error as `line 3, column 14: mismatched tag`."""
    if isinstance(error, xml.sax.SAXParseException):
        return f"line {error.getLineNumber()}, column {error.getColumnNumber()}: {error.getMessage()}"
    return " ".join(str(error).split())[:200]
