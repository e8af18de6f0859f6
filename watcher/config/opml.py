"""OPML, the format in which feed readers hand lists of feeds to each other: read, and written.

What is read has the shape of a YAML file of feeds, places included, so that the same checks apply to both. Folders
and `category` become tags. Ids are made from titles, except in what this program wrote itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from watcher.config.quantity import format_duration
from watcher.config.source import Source, read_bytes
from watcher.errors import Problem
from watcher.native.prose import scrub
from watcher.types import Feed

_NAMESPACE = "urn:watcher:opml"
_MAX_DEPTH = 50
_MAX_TAGS = 50
"""Of one feed: more is no person's order, and every feed inside of a folder carries its name."""
_MAX_TAG_CHARS = 100
_LANGUAGE = re.compile("[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class _Mark:
    line: int
    column: int


class _Reader:
    """Collects the outlines that are feeds; a feed in two folders is one feed with two tags."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_opml = False
        self.feeds: dict[str, tuple[dict[str, Any], _Mark]] = {}
        self._ids: set[str] = set()
        self._folders: list[str | None] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.EntityDeclHandler = self._refuse_entity

    def feed(self, data: bytes) -> None:
        self._parser.Parse(data, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name.lower() == "opml":
            self.is_opml = True
        if name.lower() != "outline":
            return
        known = {key.lower(): value.strip() for key, value in attributes.items()}
        if url := known.get("xmlurl"):
            self._add(url, known)
            self._folders.append(None)
        elif len(self._folders) >= _MAX_DEPTH:
            raise ValueError(f"folders are nested more than {_MAX_DEPTH} deep")
        else:
            self._folders.append(known.get("text") or known.get("title"))

    def _end(self, name: str) -> None:
        if name.lower() == "outline":
            self._folders.pop()

    def _add(self, url: str, known: dict[str, str]) -> None:
        mark = _Mark(self._parser.CurrentLineNumber - 1, self._parser.CurrentColumnNumber)
        given = known.get(f"{_NAMESPACE} id")
        text = known.get("text")
        # A reader shows `text` of every feed: `_outline` writes the id there for a feed without a title.
        title = known.get("title") or (text if text != given else None) or ""
        if url not in self.feeds:
            self.feeds[url] = ({"id": given or self._id(title, url), "url": url, "tags": []}, mark)
        entry, _ = self.feeds[url]
        if title:
            entry.setdefault("title", title)
        language = known.get("language", "").lower().partition("-")[0]
        if _LANGUAGE.fullmatch(language):
            entry.setdefault("language", language)
        if known.get(f"{_NAMESPACE} fulltext") == "true":
            entry.setdefault("full_text", True)
        if interval := known.get(f"{_NAMESPACE} interval"):
            entry.setdefault("interval", interval)
        categories = (_tag(category) for category in known.get("category", "").split(",")[:_MAX_TAGS])
        folders = (_tag(folder) for folder in self._folders if folder)
        tags = dict.fromkeys((*entry["tags"], *folders, *categories))
        # Bounded as a whole: one feed may stand in any number of folders.
        entry["tags"] = [tag for tag in tags if tag][:_MAX_TAGS]

    def _id(self, title: str, url: str) -> str:
        made = slug(title, url)
        if made in self._ids:
            made += "-" + blake2b(url.encode(), digest_size=3).hexdigest()
        self._ids.add(made)
        return made

    def _refuse_entity(self, *_: object) -> None:
        raise ValueError("entity declarations are not allowed")


def read_opml(path: Path) -> Source:
    """Read an OPML file as if it were a YAML file of feeds; what is wrong with it is in the `problems`."""
    data = read_bytes(path)
    return parse_opml(path, data) if isinstance(data, bytes) else data


def parse_opml(path: Path, data: bytes) -> Source:
    """Read the bytes of an OPML file (see `read_opml`); `path` is for messages."""
    reader = _Reader(path)
    problems: list[Problem] = []
    try:
        reader.feed(data)
    except expat.ExpatError as error:
        message = f"not well-formed OPML: {expat.errors.messages[error.code]}"
        problems.append(Problem(message=message, path=path, line=error.lineno, column=error.offset + 1))
    except ValueError as error:
        problems.append(Problem(message=f"cannot be read as OPML: {error}", path=path))
    if not problems and not reader.is_opml:
        problems.append(Problem(message="this is not OPML", path=path, line=1, column=1))
    return _source(path, data, reader, problems)


def write_opml(feeds: Iterable[Feed], *, title: str = "watcher feeds") -> str:
    """Write feeds as OPML 2.0: a folder for the first tag of each, all tags as `category`.

    Headers and logins are left out: they are secrets.
    """
    folders: dict[str, list[Feed]] = {}
    for feed in feeds:
        folders.setdefault(min(feed.tags, default=""), []).append(feed)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:watcher="{_NAMESPACE}">',
        f"  <head><title>{_escaped(title)}</title></head>",
        "  <body>",
    ]
    for folder, inside in sorted(folders.items()):
        if folder:
            lines.append(f"    <outline text={_quoted(folder)}>")
        lines.extend(("      " if folder else "    ") + _outline(feed) for feed in inside)
        if folder:
            lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def slug(title: str | None, url: str) -> str:
    """Make an id from a feed's title, or from its address where the title has no Latin letters."""
    try:
        parts = urlsplit(url)
        address = f"{parts.hostname or ''} {parts.path}"
    except ValueError:
        address = url
    return _words(title or "") or _words(address) or "feed"


def _source(path: Path, data: bytes, reader: _Reader, problems: list[Problem]) -> Source:
    entries = [entry for entry, _ in reader.feeds.values()]
    places = [mark for _, mark in reader.feeds.values()]
    top = {"feeds": entries}
    marks: dict[int, Any] = {id(top): {"feeds": (_Mark(0, 0), _Mark(0, 0))}, id(entries): places}
    marks |= {
        id(entry): dict.fromkeys(entry, (mark, mark)) for entry, mark in zip(entries, places, strict=True)
    }
    return Source(
        path=path,
        value=None if problems else top,
        problems=tuple(problems),
        digest=blake2b(data, digest_size=16).digest(),
        marks=marks,
    )


def _outline(feed: Feed) -> str:
    attributes = {
        "type": "rss",
        "text": feed.title or feed.id,
        "title": feed.title,
        "xmlUrl": feed.url,
        "language": feed.language,
        "category": ",".join(sorted(feed.tags)),
        "watcher:id": feed.id,
        "watcher:fullText": "true" if feed.full_text else None,
        "watcher:interval": format_duration(feed.interval) if feed.interval else None,
    }
    return f"<outline {' '.join(f'{name}={_quoted(value)}' for name, value in attributes.items() if value)}/>"


def _quoted(text: str) -> str:
    """Write an attribute's value, without the characters that XML has no way to write."""
    return quoteattr(scrub(text))


def _tag(name: str) -> str:
    """Make a tag of a folder's name: no commas or controls, bounded, no slashes or spaces at its ends."""
    one_line = "".join(" " if one == "," or ord(one) < 32 else one for one in name)
    return one_line.strip(" /")[:_MAX_TAG_CHARS].strip(" /")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", plain))[:60].strip("-")
