"""Parses of a polled document what was not there at the last poll.

In: an answer and the memory that the last poll left. Out: `ParsedFeed` with the items of new and changed entries, and
the memory for the next poll. Pure; called by the workers. What it gives for those entries is what parsing the whole
document gives for them, identity included; where that is not certain, the whole document is parsed, and the result
says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.errors import FetchError
from watcher.ingest.identity import short_key
from watcher.ingest.links import is_front_page
from watcher.ingest.normalize import text_of
from watcher.ingest.parse import Reading, parse, read
from watcher.ingest.seen import MAX_SEEN, Seen, SeenEntry, facts_of, unchanged, unpack
from watcher.ingest.split import Pieces, hash_of, split
from watcher.types import Fetched, FullParse, ParsedFeed

_WHOLE_NEXT_TIME = b"\xff"
"""Memory of a document that no marks can be put into: so as not to parse it twice each time, they are not tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One document to read; `frame` is that of `pieces` at this address."""

    fetched: Fetched
    seen_at: datetime
    repeats_guids: bool
    pieces: Pieces
    hashes: tuple[bytes, ...]
    frame: bytes


def parse_new(
    fetched: Fetched, *, seen_at: datetime, repeats_guids: bool = False, memory: bytes = b""
) -> ParsedFeed:
    """Read what is new in a feed.

    Args:
        fetched: an answer with a body.
        seen_at: when its new items count as first seen.
        repeats_guids: what the feed's state says; see `FeedState`.
        memory: `ParsedFeed.memory` of the last poll whose items were stored; empty for none.

    Returns:
        As `parse` does; `items` leaves out those of entries that the memory has, and `kept` names them.

    Raises:
        FetchError: as `parse` does.
    """
    whole = _Whole(fetched=fetched, seen_at=seen_at, repeats_guids=repeats_guids)
    if memory == _WHOLE_NEXT_TIME:
        return whole.parse(FullParse.INSEPARABLE)
    pieces = split(fetched.body, fetched.headers.get("content-type", ""))
    if isinstance(pieces, FullParse):
        return whole.parse(pieces)
    task = _Task(
        fetched=fetched,
        seen_at=seen_at,
        repeats_guids=repeats_guids,
        pieces=pieces,
        hashes=tuple(hash_of(entry) for entry in pieces.entries),
        frame=_frame(fetched, pieces),
    )
    seen = unpack(memory)
    kept = _still_there(task, seen)
    reason = FullParse.FIRST
    if seen is not None and kept:
        if _has_lost_company(seen, kept):
            reason = FullParse.IDENTITY_SHARED
        elif len(kept) == len(set(task.hashes)) and task.frame == seen.frame:
            return _nothing_new(task, seen, kept)
        else:
            found = _parse_rest(task, seen, kept)
            if isinstance(found, ParsedFeed):
                return found
            reason = found
    return _parse_all(task, reason) or whole.parse(FullParse.INSEPARABLE, memory=_WHOLE_NEXT_TIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """The document as it is, without marks."""

    fetched: Fetched
    seen_at: datetime
    repeats_guids: bool

    def parse(self, reason: FullParse, *, memory: bytes = b"") -> ParsedFeed:
        """Parse it; one that is damaged is parsed so next time too."""
        feed = parse(self.fetched, seen_at=self.seen_at, repeats_guids=self.repeats_guids)
        if feed.problem is not None:
            return replace(feed, full_parse=FullParse.DAMAGED, memory=_WHOLE_NEXT_TIME)
        return replace(feed, full_parse=reason, memory=memory)


def _frame(fetched: Fetched, pieces: Pieces) -> bytes:
    language = fetched.headers.get("content-language", "")
    return hash_of(f"{fetched.url} {language} ".encode("utf-8", "surrogatepass") + pieces.frame)


def _still_there(task: _Task, seen: Seen | None) -> dict[bytes, SeenEntry]:
    if seen is None:
        return {}
    return {mark: seen.entries[mark] for mark in task.hashes if mark in seen.entries}


def _has_lost_company(seen: Seen, kept: Mapping[bytes, SeenEntry]) -> bool:
    """Tell whether an entry is gone whose link or text another one had: the other's key may have become its own."""
    return any(not entry.is_own for mark, entry in seen.entries.items() if mark not in kept)


def _nothing_new(task: _Task, seen: Seen, kept: Mapping[bytes, SeenEntry]) -> ParsedFeed:
    memory = replace(seen, entries=kept)
    return unchanged(seen, repeats_guids=task.repeats_guids, memory=memory.pack(), kept=_keys(kept))


def _parse_rest(task: _Task, seen: Seen, kept: Mapping[bytes, SeenEntry]) -> ParsedFeed | FullParse:
    """Parse all but the kept entries; gives the reason where that cannot be shown to be enough."""
    new = [mark for mark in task.hashes if mark not in kept]
    try:
        reading = _read(task, kept)
    except FetchError:
        return FullParse.DAMAGED
    if (reason := _doubt(reading, len(new))) is not None:
        return reason
    if reading.setting != seen.setting:
        return FullParse.SETTING_CHANGED
    if _is_shared(task, reading.feed, kept.values()):
        return FullParse.IDENTITY_SHARED
    entries = {**kept, **_seen(new, reading)}
    # In the order of the document: where there are too many to remember, the first ones are kept.
    ordered = {mark: entries[mark] for mark in task.hashes if mark in entries}
    return replace(reading.feed, kept=_keys(kept), memory=_packed(task, reading, ordered))


def _parse_all(task: _Task, reason: FullParse) -> ParsedFeed | None:
    """Parse all entries, with marks between them; None where the marks did not stand between entries."""
    try:
        reading = _read(task, {})
    except FetchError:
        return None
    doubt = _doubt(reading, len(task.hashes))
    if doubt in (FullParse.DAMAGED, FullParse.INSEPARABLE):
        return None
    if doubt is not None:
        return replace(reading.feed, full_parse=doubt)
    memory = _packed(task, reading, _seen(task.hashes, reading))
    return replace(reading.feed, full_parse=reason, memory=memory)


def _read(task: _Task, kept: Mapping[bytes, SeenEntry]) -> Reading:
    body = task.pieces.body([mark not in kept for mark in task.hashes])
    return read(replace(task.fetched, body=body), seen_at=task.seen_at, repeats_guids=task.repeats_guids)


def _doubt(reading: Reading, entries: int) -> FullParse | None:
    """Say why entries cannot be left out of a document, None where they can."""
    if reading.feed.problem is not None:
        return FullParse.DAMAGED
    if not reading.is_separable or len(reading.places) != entries:
        return FullParse.INSEPARABLE
    return FullParse.DEPENDENT if reading.setting is None else None


def _is_shared(task: _Task, feed: ParsedFeed, kept: Iterable[SeenEntry]) -> bool:
    """Tell whether an identity of one item depends on another that is not on its side of the division.

    A guid, link or text of a new entry that a kept one has changes the keys of both (see `identity`).
    """
    if feed.repeats_guids != task.repeats_guids:
        return True
    new = _seen_entries(feed)
    old = list(kept)
    if not task.repeats_guids and _meet((one.guid for one in new), (one.guid for one in old)):
        return True
    if _meet((one.url for one in new), (one.url for one in old)):
        return True
    by_text = [one.text for one in new if one.is_by_text]
    old_by_text = [one.text for one in old if one.is_by_text]
    return _meet(by_text, (one.text for one in old)) or _meet((one.text for one in new), old_by_text)


def _meet(some: Iterable[bytes | None], others: Iterable[bytes | None]) -> bool:
    return bool((set(some) & set(others)) - {None})


def _seen(hashes: Sequence[bytes], reading: Reading) -> dict[bytes, SeenEntry]:
    entries = _seen_entries(reading.feed)
    return {mark: entries[place] for mark, place in zip(hashes, reading.places, strict=True)}


def _seen_entries(feed: ParsedFeed) -> list[SeenEntry]:
    """Give what is remembered of each item."""
    urls = [None if _is_of_all(item.url, feed) else item.url for item in feed.items]
    texts = [text_of(item) for item in feed.items]
    url_counts, text_counts = Counter(urls), Counter(texts)
    by_text = [item.key.startswith(("text:", "whole:")) for item in feed.items]
    # A text that two have matters to both as soon as one of them goes by it, and then it matters that the other is there.
    telling = {text for text, is_by_text in zip(texts, by_text, strict=True) if is_by_text}
    entries = []
    for item, url, text, is_by_text in zip(feed.items, urls, texts, by_text, strict=True):
        has_company = (url is not None and url_counts[url] > 1) or (text in telling and text_counts[text] > 1)
        entries.append(
            SeenEntry(
                key=short_key(item.key),
                guid=None if item.guid is None else short_key(item.guid),
                url=None if url is None else short_key(url),
                text=short_key(text),
                is_by_text=is_by_text,
                is_own=not has_company,
            )
        )
    return entries


def _is_of_all(url: str | None, feed: ParsedFeed) -> bool:
    """Tell whether a link changes nobody's identity whoever else has it: none, or the front page."""
    return url is None or url == feed.url or is_front_page(url)


def _packed(task: _Task, reading: Reading, entries: Mapping[bytes, SeenEntry]) -> bytes:
    assert reading.setting is not None, "only what stands for itself is remembered"
    first = dict(list(entries.items())[:MAX_SEEN])
    return Seen(frame=task.frame, setting=reading.setting, facts=facts_of(reading.feed), entries=first).pack()


def _keys(kept: Mapping[bytes, SeenEntry]) -> bytes:
    return b"".join(dict.fromkeys(entry.key for entry in kept.values()))
