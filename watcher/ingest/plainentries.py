"""Entries made of what nearly all entries are made of, read at a fraction of what feedparser takes for them.

In: what the XML parser said of one entry, and feedparser's parser as it stood before it. Out: what feedparser would make
of it, or nothing where that is not certain; then feedparser is to read it. Pure; called by `expat`. feedparser remains the
reference: `plainrules` says how it treats each element, and tests hold both to the same entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from feedparser.urls import make_safe_absolute_uri
from feedparser.util import FeedParserDict

from watcher.ingest.plainrules import RULES, NotPlainError, PlainEntry

Event = tuple[str, Mapping[str, str]] | str | None
"""An element begins (its name as expat gives it, its attributes), a run of text, or an element ends."""

_USERLAND = "backend.userland.com/rss"
"""In a namespace: feedparser takes it for RSS."""
_XLINK = "http://www.w3.org/1999/xlink"
"""feedparser hands its declaration on as an attribute."""

_UNHEARD = frozenset({
    "enclosure", "media_thumbnail", "media_credit", "media_rating", "media_restriction", "media_license", "media_player",
    "dc_language", "dc_publisher",
})  # fmt: skip
"""Elements that feedparser keeps in a way of their own, where nobody looks for anything."""
_SEEN_THROUGH = frozenset({"media_content", "media_group"})
"""What stands in these counts as if it stood in the entry."""
_TAKEN = frozenset({
    "id", "link", "links", "title", "title_detail", "summary", "summary_detail", "content", "author", "authors",
    "author_detail", "tags", "published", "published_parsed", "updated", "updated_parsed", "guidislink", "contributors",
    "source", *FeedParserDict.keymap,
})  # fmt: skip
"""Keys of an entry that mean something: an element of such a name, that feedparser knows nothing of, overwrites one."""


class PlainEntries:
    """Reads the plain entries of one document.

    Args:
        parser: feedparser's strict parser, which reads all else of the document.
    """

    def __init__(self, parser: Any) -> None:
        self._parser = parser
        self._names: dict[str, str] = {}
        self._namespaces: tuple[dict[Any, str], dict[str, str]] = ({}, {})
        self._base: str | None = None

    def can_begin(self) -> bool:
        """Tell whether the parser stands where nothing that came before reaches into the next entry."""
        parser = self._parser
        if (
            parser.inentry or parser.insource or parser.incontent or parser.inauthor or parser.incontributor
            or parser.inpublisher or parser.svgOK or parser._summaryKey or parser.decls or parser.contentparams
            or parser.sourcedata
        ):  # fmt: skip
            return False
        if self._base != parser.baseuri:
            # feedparser puts the base together with itself at each element.
            if parser.baseuri and make_safe_absolute_uri(parser.baseuri, parser.baseuri) != parser.baseuri:
                return False
            self._base = parser.baseuri
        return True

    def may_declare(self, prefix: str | None, namespace: str | None) -> bool:
        """Tell whether an element may declare a namespace: that changes the names of none that are read here."""
        parser, lower = self._parser, (namespace or "").lower()
        if not lower or not parser.version or _USERLAND in lower or lower == _XLINK:
            return False
        known_as = parser._matchnamespaces.get(lower)
        return prefix is None or known_as == prefix == parser.namespacemap.get(prefix, prefix)

    def read(self, events: Sequence[Event]) -> bool:
        """Read one entry and leave the parser as feedparser would; False where that is its own matter.

        Args:
            events: all that stands between the entry's begin and end.
        """
        parser = self._parser
        namespaces = (parser.namespacemap, parser.namespaces_in_use)
        if self._namespaces != namespaces:
            self._namespaces = (dict(namespaces[0]), dict(namespaces[1]))
            self._names.clear()
        entry = PlainEntry(parser)
        try:
            self._read_all(entry, iter(events))
        except NotPlainError:
            return False
        parser.entries.append(entry.said)
        parser.intextinput = parser.inimage = 0
        parser.guidislink = entry.is_guid_link
        parser.title_depth = entry.title_depth
        return True

    def _read_all(self, entry: PlainEntry, events: Iterator[Event]) -> None:
        depth = self._parser.depth + 2
        for event in events:
            if event is None:
                depth -= 1
            elif not isinstance(event, str):
                name, attributes = event
                key = self._names.get(name) or self._name(name)
                rule = RULES.get(key)
                if rule is not None:
                    rule(entry, attributes, _text(events), depth)
                elif key in _SEEN_THROUGH:
                    _expect_bare(attributes)
                    depth += 1
                elif key == "author":
                    self._read_author(entry, attributes, events)
                else:
                    self._pass_over(key, attributes, events)

    def _pass_over(self, key: str, attributes: Mapping[str, str], events: Iterator[Event]) -> None:
        """Pass over an element that changes nothing that is asked for, with all such elements inside it."""
        within = 1
        self._expect_unheard(key, attributes)
        for event in events:
            if event is None:
                within -= 1
                if not within:
                    return
            elif not isinstance(event, str):
                within += 1
                name, inner = event
                self._expect_unheard(self._names.get(name) or self._name(name), inner)

    def _expect_unheard(self, key: str, attributes: Mapping[str, str]) -> None:
        _expect_bare(attributes)
        if key in _UNHEARD:
            return
        if key in _TAKEN or hasattr(self._parser, f"_start_{key}") or hasattr(self._parser, f"_end_{key}"):
            raise NotPlainError

    def _read_author(self, entry: PlainEntry, attributes: Mapping[str, str], events: Iterator[Event]) -> None:
        """Read an author, who is a text in RSS and a person with a name and an address in Atom."""
        pieces, person = [], {}
        for event in events:
            if event is None:
                break
            if isinstance(event, str):
                pieces.append(event)
                continue
            name, inner = event
            key = self._names.get(name) or self._name(name)
            if key not in ("name", "email", "uri"):
                self._pass_over(key, inner, events)
            elif inner or key in person:
                raise NotPlainError
            else:
                person[key] = _text(events).strip()
        if person:
            entry.person(attributes, person, "".join(pieces))
        else:
            entry.author(attributes, "".join(pieces), 0)

    def _name(self, name: str) -> str:
        """Give the name that feedparser looks a rule up by: that of the namespace, as it knows it, and of the element."""
        parser = self._parser
        # Namespace, element and prefix as expat puts them together, the first and the last where there are any.
        namespace, local, *more = name.split() if " " in name else ("", name)
        local, lower = local.lower(), namespace.lower()
        if len(more) > 1 or _USERLAND in lower:
            raise NotPlainError
        prefix = parser._matchnamespaces.get(lower)
        if prefix is None:
            known = parser.namespaces_in_use.items()
            prefix = next((known_as for known_as, uri in known if known_as and uri == namespace), "")
        prefix = prefix.lower()
        prefix = parser.namespacemap.get(prefix, prefix) if prefix else ""
        self._names[name] = key = f"{prefix}_{local}" if prefix else local
        return key


def _text(events: Iterator[Event]) -> str:
    """Take the text of an element that has nothing else inside."""
    text = next(events)
    if text is None:
        return ""
    if isinstance(text, str) and (more := next(events)) is None:
        return text
    if not isinstance(text, str):
        raise NotPlainError
    pieces = [text]
    while more is not None:
        if not isinstance(more, str):
            raise NotPlainError
        pieces.append(more)
        more = next(events)
    return "".join(pieces)


def _expect_bare(attributes: Mapping[str, str]) -> None:
    """Expect attributes that mean nothing outside their element: no base, no language, none of a namespace."""
    for name in attributes:
        if " " in name or name.lower() in ("base", "lang", "xmlns"):
            raise NotPlainError
