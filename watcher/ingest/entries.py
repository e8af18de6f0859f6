"""An entry as feedparser understood it to an entry as items are made of.

In: one of feedparser's entries. Out: `Entry`. Pure; called by `parse`.
"""

from __future__ import annotations

import time
from typing import Any

from watcher.ingest.dates import entry_date
from watcher.ingest.normalize import Entry
from watcher.ingest.plaintext import NO_TEXT, Markup, decode_entities, looks_like_markup

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def xml_entry(entry: Any, *, is_atom: bool) -> Entry:
    """Take from feedparser's entry what an item is made of.

    Args:
        entry: of `FeedXml.entries`.
        is_atom: the document is Atom, where plain text is marked as such.
    """
    # Past feedparser's own `get`, which gives `published` for a missing `updated`, with a deprecation warning.
    updated = _text(dict.get(entry, "updated"))
    updated_parsed = _time(dict.get(entry, "updated_parsed"))
    contents = _list(entry.get("content")) or [{}]
    return Entry(
        guid=said(entry, "id"),
        link=said(entry, "link"),
        title=_markup(entry.get("title"), entry.get("title_detail"), is_atom=is_atom),
        summary=_markup(entry.get("summary"), entry.get("summary_detail"), is_atom=is_atom),
        content=_markup(contents[0].get("value"), contents[0], is_atom=is_atom),
        author=_author(entry),
        categories=tuple(tag["term"] or tag["label"] or "" for tag in _list(entry.get("tags"))),
        language=_language(entry),
        published=entry_date(_time(entry.get("published_parsed")), said(entry, "published")),
        updated=entry_date(updated_parsed, updated),
        published_raw=said(entry, "published") or updated,
    )


def _markup(text: Any, detail: Any, *, is_atom: bool) -> Markup:
    """Say how a text is to be read.

    Atom says itself what is HTML. RSS does not, and feedparser's guess is cautious: a text that it takes for plain
    is HTML all the same when it holds a tag that HTML knows. Entities are decoded either way: publishers that escape
    once too often are many, writers who mean the six characters `&nbsp;` are few.
    """
    if not isinstance(text, str):
        return NO_TEXT
    kind = _dict(detail).get("type") or "text/html"
    if kind in _HTML_TYPES:
        return Markup(text=text)
    if not is_atom and looks_like_markup(text):
        return Markup(text=text)
    return Markup(text=decode_entities(text), is_html=False)


def _author(entry: Any) -> str | None:
    """Give the names of all authors; else what feedparser takes for the author."""
    names = [author.get("name") for author in _list(entry.get("authors")) if author.get("name")]
    return ", ".join(dict.fromkeys(names)) if len(names) > 1 else said(entry, "author")


def _language(entry: Any) -> str | None:
    """Give the language that an entry's own texts are marked with; feedparser hands down that of the feed."""
    details = (entry.get("title_detail"), entry.get("summary_detail"), *_list(entry.get("content")))
    return next((detail["language"] for detail in map(_dict, details) if detail.get("language")), None)


# An element that feedparser knows nothing of is kept under its name, which may be one of these: `<summary_detail>`.


def said(mapping: Any, name: str) -> str | None:
    """Give a text that a feed or an entry has; None where it has none, or has something else under this name."""
    return _text(mapping.get(name))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _time(value: Any) -> time.struct_time | None:
    return value if isinstance(value, time.struct_time) else None
