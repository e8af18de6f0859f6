"""Entries of a document, whatever format they came in, to items.

In: `Entry` values of one document, in its order. Out: frozen `Item`s with identity, clean links, plain text, bounded
dates and hashes. Pure; called by `parse`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.ingest.dates import credible
from watcher.ingest.identity import Marks, digest, identify
from watcher.ingest.links import clean_link, is_front_page
from watcher.ingest.plaintext import NO_TEXT, Markup, plain_text
from watcher.native.prose import one_line, scrub
from watcher.types import Item

AHEAD = timedelta(minutes=10)
"""A date further in the future than this is wrong: clocks of servers are a minute or two off."""
MAX_TITLE_CHARS = 1_000
"""Far over any headline; some feeds put the whole text there, and alerts show titles whole."""
MAX_TEXT_CHARS = 1_000_000
"""Of summary and of content: a long book. Matching time grows with it."""
MAX_NAME_CHARS = 200
"""Of an author or a category."""
MAX_CATEGORIES = 100
MAX_GUID_CHARS = 2_000
"""A guid is stored with every item; longer ones are cut there, and told apart by their hash."""

_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as its format gives it, before any cleaning. Dates are aware UTC, None where absent or unreadable."""

    guid: str | None = None
    link: str | None = None
    title: Markup = NO_TEXT
    summary: Markup = NO_TEXT
    content: Markup = NO_TEXT
    author: str | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    published_raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The document that entries stand in: `url` is the base of relative links, `site` the page it belongs to."""

    feed_id: str
    url: str
    site: str | None
    seen_at: datetime
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Itemized:
    """The items of one document, each key once, and which of them each entry became (an index into `items`).

    `repeats_guids` says that guids of this feed identify nothing. `ahead` are the keys of those that are dated well
    after they were seen.
    """

    items: tuple[Item, ...]
    places: tuple[int, ...]
    repeats_guids: bool
    ahead: frozenset[str] = frozenset()


def to_items(entries: Sequence[Entry], source: Source, *, repeats_guids: bool) -> Itemized:
    """Make items of the entries of one document.

    Args:
        entries: in the document's order.
        source: where they stand.
        repeats_guids: this feed is known to give one guid to several entries.

    Returns:
        The items, in the same order: entries with equal guid, link, texts and date are one item, different ones
        never are.
    """
    distinct: dict[str, Item] = {}
    wholes = []
    early = set()
    for entry in entries:
        item = _cleaned(entry, source)
        wholes.append(_whole(item))
        distinct.setdefault(wholes[-1], item)
        dated = entry.published or entry.updated
        if dated is not None and dated - source.seen_at > AHEAD:
            early.add(wholes[-1])
    links = Counter(item.url for item in distinct.values())
    site = clean_link(source.site, base=source.url)
    shared = {url for url, count in links.items() if url and (count > 1 or url == site or is_front_page(url))}
    marks = [
        Marks(
            guid=item.guid,
            link=None if item.url in shared else item.url,
            text=text_of(item),
            whole=whole,
        )
        for whole, item in distinct.items()
    ]
    found = identify(marks, repeats_guids=repeats_guids)
    items = tuple(
        replace(item, key=key, is_url_shared=item.url in shared, is_guid_shared=found.repeats_guids)
        for key, item in zip(found.keys, distinct.values(), strict=True)
    )
    order = {whole: place for place, whole in enumerate(distinct)}
    return Itemized(
        items=items,
        places=tuple(order[whole] for whole in wholes),
        repeats_guids=found.repeats_guids,
        ahead=frozenset(items[order[whole]].key for whole in early),
    )


def text_of(item: Item) -> str:
    """Digest an item's texts, which identify it where nothing better does."""
    return digest(item.title, item.content, item.summary)


def language_code(tag: str | None) -> str | None:
    """Give the language of a tag such as `fr-TN` or `en_us`, in lower case; None for what is no tag."""
    found = _LANGUAGE.match((tag or "").strip())
    return found[0].lower() if found else None


def fold_for_hash(text: str) -> str:
    """Fold case, width, accents and white space, so that equal reports of different feeds hash alike."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text)))
    return one_line(text.casefold())


def short(text: str | None, *, limit: int = MAX_NAME_CHARS) -> str | None:
    """Clean a name or label: entities decoded, one line, bounded; None when nothing is left."""
    return one_line(plain_text(Markup(text=text or ""), limit=limit)) or None


def _cleaned(entry: Entry, source: Source) -> Item:
    title = one_line(plain_text(entry.title, limit=MAX_TITLE_CHARS))
    summary = plain_text(entry.summary, limit=MAX_TEXT_CHARS)
    content = summary if entry.content == entry.summary else plain_text(entry.content, limit=MAX_TEXT_CHARS)
    body = content if len(content) >= len(summary) else summary
    guid = scrub(entry.guid or "").strip()[:MAX_GUID_CHARS]
    return Item(
        feed_id=source.feed_id,
        key="",
        guid=guid or None,
        url=clean_link(entry.link, base=source.url),
        title=title,
        summary=summary,
        content=content,
        seen_at=source.seen_at,
        author=short(entry.author),
        categories=_categories(entry.categories),
        language=language_code(entry.language) or source.language,
        published=credible(entry.published, seen_at=source.seen_at),
        updated=credible(entry.updated, seen_at=source.seen_at),
        published_raw=one_line(scrub(entry.published_raw or ""))[:MAX_NAME_CHARS] or None,
        content_hash=digest(title, summary, content),
        text_hash=digest(fold_for_hash(title), fold_for_hash(body)) if title or body else "",
    )


def _whole(item: Item) -> str:
    """Digest everything that makes two entries of a document different."""
    return digest(item.guid, item.url, item.title, item.summary, item.content, item.published_raw)


def _categories(labels: Iterable[str]) -> tuple[str, ...]:
    """Clean categories; the first of each stays."""
    found = dict.fromkeys(name for label in labels if (name := short(label)) is not None)
    return tuple(found)[:MAX_CATEGORIES]
