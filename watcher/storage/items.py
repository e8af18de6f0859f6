"""Items and their matches in the store.

In go parsed items and what the rules said of them, out comes which of them are new. Called by the pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from watcher.ingest.identity import short_key
from watcher.ingest.rebind import Stored
from watcher.storage.sql import insert_new, insert_or_replace
from watcher.storage.tables import items, matches, story_items
from watcher.types import Evidence, Item, Match, MatchOutcome, Severity, Span

T = TypeVar("T")

_BATCH = 500  # parameters of one IN list: far below what either database takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store holds under an item's key."""

    item_id: int
    content_hash: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMatch:
    """A match as it was recorded, with the item that it is of."""

    item_id: int
    rule: str
    rule_version: str
    severity: Severity
    outcome: MatchOutcome
    matched_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastItem:
    """A stored item with its row id and the story that it is in, None for none."""

    item_id: int
    item: Item
    story_id: str | None


def _marked(mark: ColumnElement[Any], *columns: Column[Any]) -> Select[Any]:
    """Put together a query for the items of one feed that have one of some marks."""
    is_marked = mark.in_(bindparam("marks", expanding=True))
    return select(*columns).where(items.c.feed_id == bindparam("feed"), is_marked)


_STORED = (
    items.c.id, items.c.key, items.c.url, items.c.title, items.c.published, items.c.seen_at,
    items.c.content_hash, items.c.text_hash,
)  # fmt: skip
# Made once: each poll with news asks these, and to put one together takes longer than to answer it.
_KNOWN = _marked(items.c.key, items.c.key, items.c.id, items.c.content_hash, items.c.seen_at)
_IDS = _marked(items.c.key, items.c.key, items.c.id)
_ANY = select(items.c.id).where(items.c.feed_id == bindparam("feed")).limit(1)
_OF_LINK = _marked(items.c.url_key, *_STORED)
_OF_TEXT = _marked(items.c.text_hash, *_STORED)


class ItemRows:
    """The `items` and `matches` tables inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, feed_id: str, keys: Sequence[str]) -> dict[str, Known]:
        """Give what is stored under these keys of one feed."""
        found: dict[str, Known] = {}
        for some in _batches(keys):
            for row in self._connection.execute(_KNOWN, {"feed": feed_id, "marks": some}):
                found[row.key] = Known(item_id=row.id, content_hash=row.content_hash, seen_at=row.seen_at)
        return found

    def has_any(self, feed_id: str) -> bool:
        """Tell whether anything is stored of a feed: of one that was never looked at nothing need be looked up."""
        return self._connection.execute(_ANY, {"feed": feed_id}).first() is not None

    def alike(self, feed_id: str, new: Sequence[Item]) -> Sequence[Stored]:
        """Give the stored items of a feed that have the link or the text of one of these."""
        found: dict[int, Stored] = {}
        for some in _batches(new):
            urls = [short_key(item.url) for item in some if item.url is not None]
            texts = [item.text_hash for item in some if item.text_hash]
            # Two queries: an OR over two indexes is not always answered from both.
            for query, marks in ((_OF_LINK, urls), (_OF_TEXT, texts)):
                for row in (
                    self._connection.execute(query, {"feed": feed_id, "marks": marks}) if marks else ()
                ):
                    found[row.id] = Stored(
                        item_id=row.id,
                        key=row.key,
                        url=row.url,
                        title=row.title,
                        published=row.published,
                        seen_at=row.seen_at,
                        content_hash=row.content_hash,
                        text_hash=row.text_hash,
                    )
        return list(found.values())

    def rebind(self, item_id: int, item: Item) -> None:
        """Let a stored item go by the id that its feed now gives it."""
        self._connection.execute(
            update(items).where(items.c.id == item_id).values(key=item.key, guid=item.guid)
        )

    def add(self, new: Sequence[Item]) -> dict[str, int]:
        """Store items of one feed and give their row ids by key; a key that is taken keeps its row."""
        if not new:
            return {}
        insert_new(self._connection, items, [_columns(item) for item in new])
        found: dict[str, int] = {}
        for some in _batches([item.key for item in new]):
            rows = self._connection.execute(_IDS, {"feed": new[0].feed_id, "marks": some})
            found.update(map(tuple, rows))
        return found

    def edit(self, item_id: int, item: Item, *, at: datetime) -> None:
        """Replace what an item says; when it was first seen stays."""
        values = _columns(item)
        for fixed in ("feed_id", "key", "seen_at", "revision"):
            del values[fixed]
        self._connection.execute(
            update(items)
            .where(items.c.id == item_id)
            .values(**values, changed_at=at, revision=items.c.revision + 1)
        )

    def keep_article(self, item_id: int, text: str) -> None:
        """Keep the text of the page that an item links to; nothing else of the item changes."""
        self._connection.execute(update(items).where(items.c.id == item_id).values(article=text))

    def articles(self, item_ids: Sequence[int]) -> dict[int, str]:
        """Give the articles that are kept for these items, by row id."""
        found: dict[int, str] = {}
        for some in _batches(item_ids):
            query = select(items.c.id, items.c.article).where(
                items.c.id.in_(some), items.c.article.is_not(None)
            )
            found |= {row.id: row.article for row in self._connection.execute(query)}
        return found

    def matched_rules(self, item_id: int) -> frozenset[str]:
        """Give the rules that already matched an item and still do."""
        query = select(matches.c.rule).where(matches.c.item_id == item_id, matches.c.withdrawn_at.is_(None))
        return frozenset(self._connection.scalars(query))

    def save_matches(
        self, found: Iterable[tuple[int, Sequence[tuple[Match, MatchOutcome]]]], *, at: datetime
    ) -> None:
        """Record what the rules said of items, by row id; a rule that said it before is brought up to date."""
        rows = [
            {
                "item_id": item_id,
                "rule": match.rule,
                "rule_version": match.rule_version,
                "severity": int(match.severity),
                "outcome": outcome.value,
                "evidence": [evidence_to_json(e) for e in match.evidence],
                "matched_at": at,
                "withdrawn_at": None,
            }
            for item_id, said in found
            for match, outcome in said
        ]
        insert_or_replace(self._connection, matches, rows, key=("item_id", "rule"))

    def withdraw_matches(self, item_id: int, rules: Iterable[str], *, at: datetime) -> None:
        """Mark matches that an edit of the item has ended."""
        self._connection.execute(
            update(matches)
            .where(matches.c.item_id == item_id, matches.c.rule.in_(list(rules)))
            .values(withdrawn_at=at)
        )

    def get(self, item_id: int) -> Item | None:
        """Give one stored item; None when there is none (or no longer one) with that id."""
        row = self._connection.execute(select(items).where(items.c.id == item_id)).one_or_none()
        return None if row is None else _item(row)

    def matches_of(self, item_id: int) -> Sequence[StoredMatch]:
        """Give what is recorded of the rules that matched an item."""
        rows = self._connection.execute(
            select(matches).where(matches.c.item_id == item_id).order_by(matches.c.rule)
        )
        return [
            StoredMatch(
                item_id=row.item_id,
                rule=row.rule,
                rule_version=row.rule_version,
                severity=Severity(row.severity),
                outcome=MatchOutcome(row.outcome),
                matched_at=row.matched_at,
                withdrawn_at=row.withdrawn_at,
            )
            for row in rows
        ]

    def page(self, *, since: datetime, before: PastItem | None = None, limit: int) -> Sequence[PastItem]:
        """Give the newest items first seen since a moment, newest first.

        Args:
            since: items first seen earlier are left out.
            before: the last item of the page before this one; None for the first page.
            limit: at most so many: whoever reads a whole period asks page after page, each in its own transaction.
        """
        query = (
            select(items, story_items.c.story_id)
            .outerjoin(story_items, story_items.c.item_id == items.c.id)
            .where(items.c.seen_at >= since)
            .order_by(items.c.seen_at.desc(), items.c.id.desc())
            .limit(limit)
        )
        if before is not None:
            seen_at = before.item.seen_at
            same_moment = and_(items.c.seen_at == seen_at, items.c.id < before.item_id)
            query = query.where(or_(items.c.seen_at < seen_at, same_moment))
        return [
            PastItem(item_id=row.id, item=_item(row), story_id=row.story_id)
            for row in self._connection.execute(query)
        ]

    def count_since(self, moment: datetime) -> int:
        """Count the items first seen since a moment."""
        query = select(func.count()).select_from(items).where(items.c.seen_at >= moment)
        return int(self._connection.execute(query).scalar_one())

    def first_seen_by_feed(self) -> dict[str, datetime]:
        """Give, for each feed, when the oldest of its stored items was first seen."""
        query = select(items.c.feed_id, func.min(items.c.seen_at).label("first")).group_by(items.c.feed_id)
        return {row.feed_id: row.first for row in self._connection.execute(query)}

    def count(self) -> int:
        """Count stored items."""
        return int(self._connection.execute(select(func.count()).select_from(items)).scalar_one())

    def counts_by_feed(self) -> dict[str, int]:
        """Count stored items by feed id."""
        query = select(items.c.feed_id, func.count().label("n")).group_by(items.c.feed_id)
        return {row.feed_id: row.n for row in self._connection.execute(query)}

    def older_than(self, moment: datetime) -> Iterator[tuple[int, str, str]]:
        """Give (row id, feed id, key) of the items first seen before `moment`."""
        query = select(items.c.id, items.c.feed_id, items.c.key).where(items.c.seen_at < moment)
        for row in self._connection.execute(query):
            yield row.id, row.feed_id, row.key

    def forget(self, item_ids: Sequence[int]) -> None:
        """Delete items with their matches and their places in stories."""
        for some in _batches(item_ids):
            self._connection.execute(delete(items).where(items.c.id.in_(some)))


def evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    """Give evidence in the shape of the outside contract: field, start, end, text, path."""
    span = evidence.span
    return {
        "field": span.field,
        "start": span.start,
        "end": span.end,
        "text": evidence.text,
        "path": evidence.path,
    }


def evidence_from_json(data: dict[str, Any]) -> Evidence:
    """Read evidence back from its stored shape."""
    span = Span(field=data["field"], start=data["start"], end=data["end"])
    return Evidence(span=span, text=data["text"], path=data["path"])


def _batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _columns(item: Item) -> dict[str, Any]:
    return {
        "feed_id": item.feed_id,
        "key": item.key,
        "guid": item.guid,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "content": item.content,
        "author": item.author,
        "categories": list(item.categories),
        "language": item.language,
        "published": item.published,
        "published_raw": item.published_raw,
        "updated": item.updated,
        "seen_at": item.seen_at,
        "revision": 1,
        "content_hash": item.content_hash,
        "text_hash": item.text_hash,
        "url_key": None if item.url is None else short_key(item.url),
        "article": item.article or None,
    }


def _item(row: Row[Any]) -> Item:
    return Item(
        feed_id=row.feed_id,
        key=row.key,
        guid=row.guid,
        url=row.url,
        title=row.title,
        summary=row.summary,
        content=row.content,
        author=row.author,
        categories=tuple(row.categories),
        language=row.language,
        published=row.published,
        published_raw=row.published_raw,
        updated=row.updated,
        seen_at=row.seen_at,
        content_hash=row.content_hash,
        text_hash=row.text_hash,
        article=row.article or "",
    )
