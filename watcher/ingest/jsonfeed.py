"""JSON Feed 1.0 and 1.1 to entries, tolerant of wrong types.

In: text of a JSON document. Out: the feed's own fields and its entries. Pure; called by `parse`. Format:
https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watcher.ingest.dates import iso_date
from watcher.ingest.normalize import Entry
from watcher.ingest.plaintext import Markup

_VERSION_MARK = "jsonfeed.org/version/"


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFeed:
    """What a JSON Feed says of itself, and its entries; `total` counts all of them, read or not."""

    version: str
    title: str | None
    home_page_url: str | None
    language: str | None
    author: str | None
    entries: tuple[Entry, ...]
    total: int
    next_url: str | None = None


class NotJsonFeedError(Exception):
    """The document is no JSON Feed; the text says what it is instead. `is_damaged` means that it is not JSON."""

    def __init__(self, detail: str, *, is_damaged: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.is_damaged = is_damaged


def read_json(text: str, *, max_entries: int) -> JsonFeed:
    """Read a JSON Feed.

    Args:
        text: of the document.
        max_entries: how many are read; the rest is only counted.

    Raises:
        NotJsonFeedError: it is not JSON, or not a feed. An entry of the wrong type is skipped, a field of the wrong
            type is left out.
    """
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise NotJsonFeedError("the JSON is nested too deeply", is_damaged=True) from error
    except ValueError as error:  # also: a number of more than 4,300 digits
        raise NotJsonFeedError(f"the JSON cannot be read: {error}"[:200], is_damaged=True) from error
    if not isinstance(document, dict) or _VERSION_MARK not in str(document.get("version", ""))[:200]:
        raise NotJsonFeedError("the answer is JSON, but not a JSON Feed: it has no `version` of jsonfeed.org")
    listed = document.get("items")
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    author = _author(document)
    return JsonFeed(
        version="json11" if str(document["version"]).rstrip("/").endswith("1.1") else "json10",
        title=_text(document, "title"),
        home_page_url=_text(document, "home_page_url"),
        language=_text(document, "language"),
        author=author,
        entries=tuple(_entry(item, author) for item in items[:max_entries]),
        total=len(items),
        next_url=_text(document, "next_url"),
    )


def _entry(item: Mapping[str, Any], feed_author: str | None) -> Entry:
    html, plain = _text(item, "content_html"), _text(item, "content_text")
    content = Markup(text=html) if html else Markup(text=plain or "", is_html=False)
    published, updated = _text(item, "date_published"), _text(item, "date_modified")
    tags = item.get("tags")
    return Entry(
        guid=_id(item),
        link=_text(item, "url") or _text(item, "external_url"),
        title=Markup(text=_text(item, "title") or "", is_html=False),
        summary=Markup(text=_text(item, "summary") or "", is_html=False),
        content=content,
        author=_author(item) or feed_author,
        categories=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        language=_text(item, "language"),
        published=iso_date(published) if published else None,
        updated=iso_date(updated) if updated else None,
        published_raw=published,
    )


def _text(mapping: Mapping[str, Any], name: str) -> str | None:
    """Give a field that is text; one of another type is as good as absent."""
    value = mapping.get(name)
    return value if isinstance(value, str) else None


def _id(item: Mapping[str, Any]) -> str | None:
    """Give an item's id; version 1.0 allows numbers."""
    value = item.get("id")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else _text(item, "id")


def _author(mapping: Mapping[str, Any]) -> str | None:
    """Give the names of `authors` (1.1), else of `author` (1.0)."""
    listed = mapping.get("authors")
    people = listed[:20] if isinstance(listed, list) else [mapping.get("author")]
    names = [_text(person, "name") for person in people if isinstance(person, dict)]
    return ", ".join(name for name in names if name) or None
