"""What a document holds: items, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from watcher.types.feeds import FetchProblem, Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed, cleaned: plain text, absolute link, aware dates.

    `key` identifies the entry inside its feed (from guid, else link, else text). `guid` is the publisher's id as
    written. `published` is clamped to `seen_at` when it lies in the future; `published_raw` keeps what the feed
    said. `content_hash` changes when title, summary or content change; `text_hash` is over the folded title and
    body only and is equal for equal texts of different feeds. `is_url_shared` says that `url` is not this entry's
    own: several entries of the document have it, or it is the site's front page. `is_guid_shared` says that this
    feed gives one guid to several entries. Neither then proves that two items are one report. `article` is the text
    of the page that `url` leads to, empty where it was not fetched.
    """

    feed_id: str
    key: str
    guid: str | None
    url: str | None
    title: str
    summary: str
    content: str
    seen_at: datetime
    author: str | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    published_raw: str | None = None
    content_hash: str = ""
    text_hash: str = ""
    is_url_shared: bool = False
    is_guid_shared: bool = False
    article: str = ""

    @property
    def body(self) -> str:
        """What rules call `body`: the longer of content and summary, and the article where that is longer still.

        What the feed itself said stays in it: an article that does not hold the summary stands behind it.
        """
        own = self.content if len(self.content) >= len(self.summary) else self.summary
        if len(self.article) <= len(own):
            return own
        return self.article if own.rstrip(" .…[]") in self.article else f"{own}\n\n{self.article}"

    @property
    def dated(self) -> datetime | None:
        """When it was published; where a feed says only when it was changed (Atom, RSS 1.0), that."""
        return self.published or self.updated


class FullParse(StrEnum):
    """Why a document was parsed whole, though entries of it may have been seen before."""

    FIRST = "first"
    NO_ENTRIES = "no_entries"
    SCATTERED = "scattered"
    TOO_LONG = "too_long"
    DAMAGED = "damaged"
    INSEPARABLE = "inseparable"
    DEPENDENT = "dependent"
    SETTING_CHANGED = "setting_changed"
    IDENTITY_SHARED = "identity_shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A parsed document: what it says of itself, and its items.

    After a poll, `items` are those of entries that were not seen at the last one; `kept` are the short keys (see
    `ingest.identity.short_key`) of the items of the others, one after another, `memory` is what the next poll must be
    given, to be stored with the items, and `full_parse` says why all entries were parsed, None when they were not.

    `problem` is set when the document was damaged but items were still read (`MALFORMED`); a document from which
    nothing can be read raises `FetchError` instead. `timetable` is what the feed says of the times at which it changes.
    `ahead` are the keys of items that are dated well after they were seen. `older_page` is where the feed says that
    its older entries are (RFC 5005), unchecked. `is_partial` says that the end of the document was missing: there may
    be more. `deleted` are the publisher's ids of entries that it says are deleted.
    """

    title: str | None
    url: str | None
    language: str | None
    items: tuple[Item, ...]
    format: str
    repeats_guids: bool = False
    timetable: Timetable = field(default_factory=Timetable)
    problem: FetchProblem | None = None
    problem_detail: str | None = None
    kept: bytes = b""
    memory: bytes = b""
    full_parse: FullParse | None = None
    ahead: frozenset[str] = frozenset()
    older_page: str | None = None
    is_partial: bool = False
    deleted: tuple[str, ...] = ()


class ArticleState(StrEnum):
    """Where the article of an item stands: `short` says that its page holds no more than the feed gave."""

    WAITING = "waiting"
    FETCHED = "fetched"
    SHORT = "short"
    FAILED = "failed"
