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
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from xml.sax.xmlreader import AttributesNSImpl, InputSource

from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.sanitizer import replace_doctype

from watcher.ingest.expat import Expat
from watcher.ingest.plainrules import MAX_AUTHOR_CHARS
from watcher.ingest.prolog import read_prolog

MAX_ENTRIES = 5_000
"""Per document, the first ones: ten times the longest real feeds, and some seconds of parsing."""
MAX_ELEMENTS = 300_000
"""Per document; an element costs about 15 µs. Ten MiB of real feed have well under 250,000."""
MAX_TEXTS = 2_000_000
"""Runs of text per document: the loose parser hands over a run of `<` one by one. 10 MiB of real feed have 400,000."""
_MAX_ATTRIBUTES = 200
_MAX_NAMESPACES = 100
_MAX_TAGS = 200
_MAX_AUTHORS = 50
MAX_EXPANSION_CHARS = 1_000_000
"""What entities of the document's own may add to it in all."""
_MAX_DOCTYPE_CHARS = 8_192
"""Longer ones are dropped, with their entities: feedparser's patterns are quadratic in them."""

_ROOT_END = re.compile(r"</(?:rss|feed|rdf:RDF|channel|RDF)\s*>", re.IGNORECASE)
_ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)\b", re.IGNORECASE)

MARK = "watcher-entry"
"""Target of a processing instruction that asks the parser how it stands there; feedparser passes over them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How feedparser stood at one mark.

    `entries` is how many it had begun. `standing` is all that an entry takes over from what comes before it (bases,
    languages, namespaces, flags): equal standings on both sides of an entry show that those after it do not depend on
    it. None where the parser stood inside an entry or a text.
    """

    entries: int
    standing: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedXml:
    """What feedparser made of a document.

    `version` is its name of the format, empty for none. `error` says why the document is not well-formed, None when
    it is. `entries` are feedparser's, or of those read past it (see `plainentries`) what `entries` asks for, under the same
    names. `is_partial` says that its end is missing, `is_cut` that it broke off inside an entry, which then is not among
    the entries. `is_over` says that reading stopped at a bound. `entities` are those of the document's own. `marks` are what stood at each `MARK`.
    """

    version: str
    feed: Any
    entries: list[Any]
    error: str | None
    is_cut: bool
    is_partial: bool
    is_over: bool
    entities: dict[str, str]
    marks: tuple[Mark, ...]


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

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.bounded_marks: list[Mark] = []

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> Any:
        self.bounded_elements += 1
        if self.bounded_elements > MAX_ELEMENTS:
            raise _Enough
        result = super().unknown_starttag(tag, attrs[:_MAX_ATTRIBUTES])  # type: ignore[misc]
        if len(self.entries) > MAX_ENTRIES:
            raise _Enough
        return result

    def handle_data(self, text: str, escape: int = 1) -> None:
        self.bounded_texts += 1
        if self.bounded_texts > MAX_TEXTS:
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
            context[key] = text[:MAX_AUTHOR_CHARS]
        if len(context.get(f"{key}s", ())) <= _MAX_AUTHORS:
            super()._sync_author_detail(key)  # type: ignore[misc]


# fmt: off
_STANDING = (
    "version", "baseuri", "lang", "depth", "basestack", "langstack", "namespacemap", "namespaces_in_use", "decls",
    "svgOK", "hasContent", "infeed", "intextinput", "inimage", "inauthor", "incontributor", "inpublisher",
    "_summaryKey",
)
# fmt: on
"""feedparser's state that outlives an entry, but for what the next entry's start resets."""
_OF_FEED = ("title", "link", "language", "ttl")
_CONTEXTS = ("image", "textinput")
_MAX_STANDING_CHARS = 10_000
"""It is written out at every mark."""


class _Strict(_Bounded, StrictFeedParser):  # type: ignore[misc]
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.bounded_prefixes: list[tuple[str | None, str | None]] = []
        self.bounded_outer: list[tuple[dict[str, str], dict[str, str]]] = []
        self.bounded_stood: tuple[list[Any], str] | None = None

    def startPrefixMapping(self, prefix: str | None, uri: str | None) -> None:  # noqa: N802
        self.bounded_prefixes.append((prefix, uri))
        self.bounded_outer.append((self.namespacemap.copy(), self.namespaces_in_use.copy()))
        super().startPrefixMapping(prefix, uri)

    def endPrefixMapping(self, prefix: str | None) -> None:  # noqa: N802
        # feedparser lets a namespace that an entry declares reach into those after it (Blogger's `media`).
        super().endPrefixMapping(prefix)
        self.bounded_prefixes.pop()
        self.namespacemap, self.namespaces_in_use = self.bounded_outer.pop()

    def processingInstruction(self, target: str, data: str) -> None:  # noqa: N802, ARG002
        if target == MARK:
            standing = self._standing() if self._is_as_before() else None
            self.bounded_marks.append(Mark(entries=len(self.entries), standing=standing))

    def has_room(self, elements: int, texts: int) -> bool:
        """Tell whether an entry of so many elements and runs of text is far from every bound."""
        return (
            len(self.entries) < MAX_ENTRIES
            and self.bounded_elements + elements <= MAX_ELEMENTS
            and self.bounded_texts + texts <= MAX_TEXTS
        )

    def count(self, elements: int, texts: int) -> None:
        """Count what was read past feedparser."""
        self.bounded_elements += elements
        self.bounded_texts += texts

    def _is_as_before(self) -> bool:
        # Once the standing has changed, what it changed to is of no use any more.
        marks = self.bounded_marks
        return not marks or (marks[-1].standing is not None and marks[-1].standing == marks[0].standing)

    def _standing(self) -> str | None:
        if self.inentry or self.insource or self.incontent or self.sourcedata or self.contentparams:
            return None
        feed: dict[str, Any] = self.feeddata
        said = [dict.get(feed, name) for name in _OF_FEED] + [name in feed for name in _CONTEXTS]
        now = [*(getattr(self, name) for name in _STANDING), self.bounded_prefixes, said]
        # To compare takes a fraction of what writing out does, and an entry seldom changes anything.
        if self.bounded_stood is None or self.bounded_stood[0] != now:
            self.bounded_stood = (deepcopy(now), repr(now))
        standing = self.bounded_stood[1]
        return standing if len(standing) <= _MAX_STANDING_CHARS else None

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
        What was read: by feedparser's strict parser, or, where the document is not well-formed, by its loose one. What
        stands after a whole document, such as a script that a proxy puts there, is no part of it.
    """
    data, version, entities = _prepare(text)
    parser: Any = _Strict(url, language, "utf-8")
    error, is_whole, is_over = _run_strict(parser, data)
    if not is_whole:
        parser = _Loose(url, language, "utf-8", entities)
        is_over = _run_loose(parser, data.decode("utf-8"))
    is_partial = not (is_whole or is_over or _ROOT_END.search(text[-4_096:]))
    is_cut = is_partial and bool(parser.inentry)
    entries = parser.entries[:-1] if is_cut else parser.entries
    return FeedXml(
        version=version or parser.version or "",
        feed=parser.feeddata,
        entries=entries[:MAX_ENTRIES],
        error=error,
        is_cut=is_cut,
        is_partial=is_partial,
        is_over=is_over,
        entities=entities,
        marks=tuple(parser.bounded_marks),
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
    return (root, version, {}) if growth > MAX_EXPANSION_CHARS else (data, version, entities)


def _run_strict(parser: Any, data: bytes) -> tuple[str | None, bool, bool]:
    """Run the strict parser; give what is wrong (None: nothing), whether it read all entries, whether a bound was met."""
    # DOCTYPE is gone or harmless by now, and external entities are off: nothing is fetched, nothing grows.
    sax = Expat(parser)
    sax.setFeature(xml.sax.handler.feature_namespaces, True)
    sax.setFeature(xml.sax.handler.feature_external_ges, False)
    sax.setErrorHandler(parser)
    source = InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        sax.parse(source)
    except _Enough:
        return None, True, True
    except xml.sax.SAXException as error:
        end = sax.end_of_root()
        return _words(parser.exc or error), end is not None and not _ENTRY.search(data, end), False
    return None, True, False


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
