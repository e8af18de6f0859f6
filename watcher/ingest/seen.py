"""What is remembered of a feed's document from one poll to the next: which entries it had, and what they stood in.

Packed into bytes for the store: 41 for each entry. Pure; used by `novelty`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watcher.ingest import timetable
from watcher.types import ParsedFeed

MAX_SEEN = 2_000
"""Entries that are remembered, the first ones; the others are parsed each time. 80 KB a feed at most."""

_VERSION = b"\x02"
_HEAD = struct.Struct("<8s16sI")
_ENTRY = struct.Struct("<8s8s8s8s8sB")
_NONE = bytes(8)
_IS_BY_TEXT, _IS_OWN = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEntry:
    """One entry that was parsed: 8-byte digests of its item's key and of what may identify it.

    `guid` and `url` are None where it has none, and where the site's front page is its link. `is_by_text` says that
    its key is made of its text. `is_own` is False where another entry of the document has its link, or its text: its
    key may then change when that other one is gone.
    """

    key: bytes
    guid: bytes | None
    url: bytes | None
    text: bytes
    is_by_text: bool
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A document as it was at the last poll.

    Attributes:
        frame: a digest of all of it but its entries, with the address that it came from.
        setting: see `parse.Reading`.
        facts: what the document said of itself, as `ParsedFeed` has it.
        entries: by the digest of their bytes.
    """

    frame: bytes
    setting: str
    facts: Mapping[str, Any]
    entries: Mapping[bytes, SeenEntry]

    def pack(self) -> bytes:
        """Give the bytes to store."""
        facts = json.dumps(dict(self.facts)).encode()
        rows = (
            _ENTRY.pack(mark, seen.key, seen.guid or _NONE, seen.url or _NONE, seen.text, _flags(seen))
            for mark, seen in self.entries.items()
        )
        head = _HEAD.pack(self.frame, bytes.fromhex(self.setting), len(facts))
        return b"".join((_VERSION, head, facts, *rows))


def unpack(packed: bytes) -> Seen | None:
    """Read what `pack` gave; None for nothing, or for what another version packed."""
    if packed[:1] != _VERSION:
        return None
    frame, setting, facts_bytes = _HEAD.unpack_from(packed, 1)
    start = 1 + _HEAD.size
    end = start + facts_bytes
    return Seen(
        frame=frame,
        setting=setting.hex(),
        facts=json.loads(packed[start:end]),
        entries={
            mark: SeenEntry(
                key=key,
                guid=None if guid == _NONE else guid,
                url=None if url == _NONE else url,
                text=text,
                is_by_text=bool(flags & _IS_BY_TEXT),
                is_own=bool(flags & _IS_OWN),
            )
            for mark, key, guid, url, text, flags in _ENTRY.iter_unpack(packed[end:])
        },
    )


def _flags(entry: SeenEntry) -> int:
    return _IS_BY_TEXT * entry.is_by_text | _IS_OWN * entry.is_own


def facts_of(feed: ParsedFeed) -> dict[str, Any]:
    """Give what a document says of itself, for `Seen.facts`."""
    return {
        "title": feed.title,
        "url": feed.url,
        "language": feed.language,
        "format": feed.format,
        "timetable": timetable.pack(feed.timetable),
    }


def unchanged(seen: Seen, *, repeats_guids: bool, memory: bytes, kept: bytes) -> ParsedFeed:
    """Give the parsed feed of a document that has no entry but seen ones, in the frame that it had."""
    facts = dict(seen.facts)
    said = timetable.unpack(facts.pop("timetable"))
    return ParsedFeed(
        **facts,
        items=(),
        timetable=said,
        repeats_guids=repeats_guids,
        memory=memory,
        kept=kept,
    )
