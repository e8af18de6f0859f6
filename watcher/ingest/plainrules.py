"""What feedparser makes of each element that plain entries are made of.

In: an element's attributes and text, feedparser's parser as it stood before the entry. Out: what `entries` asks for, under
feedparser's names. Pure; used by `plainentries`. Each rule is one of feedparser's, for the cases that it is certain of.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from feedparser.datetimes import _parse_date as parse_date
from feedparser.mixin import _cp1252 as windows_controls
from feedparser.mixin import _FeedParserMixin
from feedparser.util import FeedParserDict

from watcher.ingest.links import is_settled

MAX_AUTHOR_CHARS = 200
"""feedparser looks for an address in it with a regex whose cost grows with the square of its length."""
_MAX_TAGS = 100
"""Far below the bounds on both ways: entries with more are left to feedparser."""
_MAX_AUTHORS = 20

_CONTROLS = re.compile("[\x80-\x9f]")
_ENTITY_LEFT = re.compile("&([A-Za-z0-9_]+);")
_BASE = "http://www.w3.org/XML/1998/namespace base xml"
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang xml"
_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html"}
_READABLE = frozenset({"text/plain", "text/html"})
_PAGES = frozenset({"html", "xhtml", "text/html", "application/xhtml+xml"})
_LINK_ATTRIBUTES = frozenset({"href", "rel", "type", "title", "length", "hreflang"})
_TEXT_ATTRIBUTES = frozenset({"type", _BASE, _LANGUAGE})
"""The base matters to links in the text, which `links` makes absolute by the document's."""
_TAG_ATTRIBUTES = frozenset({"term", "scheme", "label", "domain"})


class NotPlainError(Exception):
    """There is something in the entry that only feedparser can judge."""


class PlainEntry:
    """One entry as it grows; `said` has what `entries` asks for, under feedparser's names."""

    __slots__ = (
        "_depths",
        "_is_atom",
        "_parser",
        "has_content",
        "is_guid_link",
        "said",
        "title_depth",
    )

    def __init__(self, parser: Any) -> None:
        self._parser = parser
        self._is_atom = parser.version.startswith("atom")
        self._depths: dict[str, int] = {}
        self.said: dict[str, Any] = {}
        self.has_content = False
        self.is_guid_link: bool | int = 0
        self.title_depth = -1

    def title(self, attributes: Mapping[str, str], text: str, depth: int) -> None:
        """Keep the first title that is not empty."""
        value = self._keep_title(attributes, text, depth)
        if value:
            self.title_depth = depth

    def media_title(self, attributes: Mapping[str, str], text: str, depth: int) -> None:
        """Keep the title of a picture until there is one of the entry."""
        self._keep_title(attributes, text, depth)

    def _keep_title(self, attributes: Mapping[str, str], text: str, depth: int) -> str:
        detail = self._detail(attributes, text, "text/plain")
        if not -1 < self.title_depth <= depth:
            self._keep("title", detail, depth)
        return str(detail["value"])

    def description(self, attributes: Mapping[str, str], text: str, depth: int) -> None:
        self._summarize(attributes, text, depth, "text/html")

    def summary(self, attributes: Mapping[str, str], text: str, depth: int) -> None:
        self._summarize(attributes, text, depth, "text/plain")

    def _summarize(self, attributes: Mapping[str, str], text: str, depth: int, usual: str) -> None:
        """Keep a summary; a second one counts as content, unless there is some."""
        if "summary" in self.said and not self.has_content:
            self.content(attributes, text, depth)
        else:
            self._keep("summary", self._detail(attributes, text, usual), depth)

    def content(self, attributes: Mapping[str, str], text: str, _depth: int) -> None:
        self._keep_content(self._detail(attributes, text, "text/plain"))

    def content_encoded(self, attributes: Mapping[str, str], text: str, _depth: int) -> None:
        self._keep_content(self._detail(attributes, text, "text/html"))

    def _keep_content(self, detail: dict[str, Any]) -> None:
        self.has_content = True
        self.said.setdefault("content", []).append(detail)
        self.said.setdefault("summary", detail["value"])

    def _detail(self, attributes: Mapping[str, str], text: str, usual: str) -> dict[str, Any]:
        kind, language = usual, self._parser.lang
        if attributes:
            if not attributes.keys() <= _TEXT_ATTRIBUTES:
                raise NotPlainError
            kind = attributes.get("type", usual).lower()
            kind = _TYPES.get(kind, kind)
            if kind not in _READABLE:
                raise NotPlainError
            language = attributes.get(_LANGUAGE, language)
        value = text.strip()
        is_plain = kind == "text/plain" and not self._is_atom
        if is_plain and ("</" in value or "&" in value) and self._parser.looks_like_html(value):
            kind = "text/html"
        return {
            "type": kind,
            "language": language.replace("_", "-") if language else None,
            "value": _repaired(value),
        }

    def _keep(self, name: str, detail: dict[str, Any], depth: int) -> None:
        """Keep a text, unless there is one that stands less deep."""
        if depth <= self._depths.get(name, depth):
            self._depths[name] = depth
            self.said[name] = detail["value"]
        self.said[f"{name}_detail"] = detail

    def link(self, attributes: Mapping[str, str], text: str, _depth: int) -> None:
        """Keep the last link to the article: the text of the element in RSS, an attribute of it in Atom."""
        if attributes:
            self._linked(attributes, text)
            return
        link = _repaired(self._resolved(text.strip()))
        self.said["link"] = _ENTITY_LEFT.sub(r"&\1", link.replace("&amp;", "&")) if "&" in link else link

    def _linked(self, attributes: Mapping[str, str], text: str) -> None:
        if text or not attributes.get("href") or not attributes.keys() <= _LINK_ATTRIBUTES:
            raise NotPlainError
        if attributes.get("rel", "alternate").lower() != "alternate":
            return
        kind = attributes.get("type", "text/html").lower()
        if kind in _PAGES:
            self.said["link"] = self._parser.resolve_uri(attributes["href"])

    def guid(self, attributes: Mapping[str, str], text: str, _depth: int) -> None:
        """Keep the id, which is the link too where it does not say that it is none, and none came before it."""
        self.is_guid_link = True
        if attributes:
            (name, said), *more = attributes.items()
            if more or name.lower() != "ispermalink":
                raise NotPlainError
            self.is_guid_link = said == "true"
        value = text.strip()
        self.said["id"] = value = _repaired(self._resolved(value) if self.is_guid_link else value)
        if self.is_guid_link:
            self.said.setdefault("link", value)

    def published(self, attributes: Mapping[str, str], text: str, _depth: int) -> None:
        self._date("published", attributes, text)

    def updated(self, attributes: Mapping[str, str], text: str, _depth: int) -> None:
        self._date("updated", attributes, text)

    def _date(self, name: str, attributes: Mapping[str, str], text: str) -> None:
        expect_none(attributes)
        self.said[name] = value = _repaired(text.strip())
        self.said[f"{name}_parsed"] = parse_date(value)

    def category(self, attributes: Mapping[str, str], text: str, _depth: int) -> None:
        """Add a category: its attributes are one, and its text names it, or is another."""
        if not attributes.keys() <= _TAG_ATTRIBUTES:
            raise NotPlainError
        tags = self.said.setdefault("tags", [])
        if len(tags) >= _MAX_TAGS:
            raise NotPlainError
        said = attributes.get
        _add_tag(tags, said("term"), said("scheme", said("domain")), said("label"))
        if value := _repaired(text.strip()):
            if tags and not tags[-1]["term"]:
                tags[-1]["term"] = value
            else:
                _add_tag(tags, value, None, None)

    def author(self, attributes: Mapping[str, str], text: str, _depth: int) -> None:
        """Add an author who is a text."""
        expect_none(attributes)
        authors = self.said.setdefault("authors", [])
        name = _repaired(text.strip())
        if len(authors) >= _MAX_AUTHORS:
            raise NotPlainError
        self.said["author"] = name = name[:MAX_AUTHOR_CHARS]
        authors.append(_named(name))

    def person(self, attributes: Mapping[str, str], person: Mapping[str, str], text: str) -> None:
        """Keep the one author who is a person."""
        if attributes or text.strip() or "authors" in self.said:
            raise NotPlainError  # of several, feedparser mixes the names
        name, email = person.get("name"), person.get("email")
        self.said["author"] = f"{name} ({email})" if name and email else name or email or ""
        self.said["authors"] = [dict(person)]

    def image(self, attributes: Mapping[str, str], _text: str, _depth: int) -> None:
        """Pass over the address of a picture; a title that follows it counts again."""
        expect_none(attributes)
        self.title_depth = -1

    def source(self, attributes: Mapping[str, str], _text: str, _depth: int) -> None:
        """Pass over the feed that an entry is taken from; a title that follows it counts again."""
        if not attributes.keys() <= {"url"}:
            raise NotPlainError
        self.title_depth = -1

    def _resolved(self, link: str) -> str:
        return link if not link or is_settled(link) else str(self._parser.resolve_uri(link))


RULES: Mapping[str, Callable[[PlainEntry, Mapping[str, str], str, int], None]] = {
    "title": PlainEntry.title,
    "media_title": PlainEntry.media_title,
    "description": PlainEntry.description,
    "media_description": PlainEntry.description,
    "summary": PlainEntry.summary,
    "content": PlainEntry.content,
    "content_encoded": PlainEntry.content_encoded,
    "link": PlainEntry.link,
    "guid": PlainEntry.guid,
    "id": PlainEntry.guid,
    "pubdate": PlainEntry.published,
    "published": PlainEntry.published,
    "updated": PlainEntry.updated,
    "dc_date": PlainEntry.updated,
    "category": PlainEntry.category,
    "dc_subject": PlainEntry.category,
    "dc_creator": PlainEntry.author,
    "source": PlainEntry.source,
    "image": PlainEntry.image,
}


def expect_none(attributes: Mapping[str, str]) -> None:
    """Expect an element without attributes."""
    if attributes:
        raise NotPlainError


class _Author:
    """Stands in for feedparser's parser where it finds the name and the address in the text of an author."""

    def __init__(self, text: str) -> None:
        self._context = FeedParserDict(author=text, authors=[FeedParserDict()])

    def _get_context(self) -> FeedParserDict:
        return self._context


def _named(author: str) -> dict[str, str]:
    """Give the person whom feedparser sees in the text of an author."""
    if "@" not in author:
        return {"name": author} if author else {}
    seen: Any = _Author(author)
    _FeedParserMixin._sync_author_detail(seen)
    return dict(seen._get_context()["authors"][0])


def _add_tag(
    tags: list[dict[str, str | None]], term: str | None, scheme: str | None, label: str | None
) -> None:
    if term or scheme or label:
        tag = {"term": term, "scheme": scheme, "label": label}
        if tag not in tags:
            tags.append(tag)


def _repaired(text: str) -> str:
    """Undo what feedparser undoes in every text: UTF-8 that was taken for Latin-1, and controls of windows-1252."""
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(windows_controls) if _CONTROLS.search(text) else text
