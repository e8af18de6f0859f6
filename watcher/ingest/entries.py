"""An entry as feedparser understood it to an entry as items are made of.

In: one of feedparser's entries. Out: `Entry`. Pure; called by `parse`.
"""

from __future__ import annotations

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
    updated = dict.get(entry, "updated")
    updated_parsed = dict.get(entry, "updated_parsed")
    contents = entry.get("content") or [{}]
    return Entry(
        guid=entry.get("id"),
        link=entry.get("link"),
        title=_markup(entry.get("title"), entry.get("title_detail"), is_atom=is_atom),
        summary=_markup(entry.get("summary"), entry.get("summary_detail"), is_atom=is_atom),
        content=_markup(contents[0].get("value"), contents[0], is_atom=is_atom),
        author=_author(entry),
        categories=tuple(tag["term"] or tag["label"] or "" for tag in entry.get("tags", ())),
        language=_language(entry),
        published=entry_date(entry.get("published_parsed"), entry.get("published")),
        updated=entry_date(updated_parsed, updated),
        published_raw=entry.get("published") or updated,
    )


def _markup(text: Any, detail: Any, *, is_atom: bool) -> Markup:
    """Say how a text is to be read.

    Atom says itself what is HTML. RSS does not, and feedparser's guess is cautious: a text that it takes for plain
    is HTML all the same when it holds a tag that HTML knows. Entities are decoded either way: publishers that escape
    once too often are many, writers who mean the six characters `&nbsp;` are few.
    """
    if not isinstance(text, str):
        return NO_TEXT
    kind = (detail or {}).get("type") or "text/html"
    if kind in _HTML_TYPES:
        return Markup(text=text)
    if not is_atom and looks_like_markup(text):
        return Markup(text=text)
    return Markup(text=decode_entities(text), is_html=False)


def _author(entry: Any) -> str | None:
    """Give the names of all authors; else what feedparser takes for the author."""
    names = [author.get("name") for author in entry.get("authors", ()) if author.get("name")]
    return ", ".join(dict.fromkeys(names)) if len(names) > 1 else entry.get("author")


def _language(entry: Any) -> str | None:
    """Give the language that an entry's own texts are marked with; feedparser hands down that of the feed."""
    details = (entry.get("title_detail"), entry.get("summary_detail"), *entry.get("content", ()))
    return next((detail["language"] for detail in details if detail and detail.get("language")), None)
