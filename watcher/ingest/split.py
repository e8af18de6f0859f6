"""A feed document in pieces: what stands before its entries, each entry, what stands after them.

In: the bytes of a body. Out: `Pieces`, from which a document of fewer entries can be put together, or the reason why
the document must be parsed whole. Pure; called by `novelty`. Where the pieces lie is a fast guess by byte search; that
the guess is right is shown by the parser, which must meet a mark between each two entries.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import compress
from typing import Any, Protocol

from watcher.ingest.charset import decode
from watcher.ingest.feedxml import MARK, MAX_ELEMENTS, MAX_ENTRIES, MAX_EXPANSION_CHARS, MAX_TEXTS
from watcher.types import FullParse

HASH_BYTES = 8

_ENTRY = re.compile(rb"<((?:[\w.-]+:)?(?:item|entry))(?=[\s>/])")
_SPACE = re.compile(rb"\s*")
# Elements after the entries may depend on the last of them in feedparser; closing tags and comments do not.
_TRAILER = re.compile(rb"(?>\s++|</[\w:.-]++\s*+>|<!--(?s:.*?)-->)*+")
_MARK = f"<?{MARK}?>".encode()
# What changes at every poll without a change of anything that an entry's reading depends on.
_DATES = re.compile(rb"(<(?:lastBuildDate|pubDate|updated|dc:date)>)[\w :,.+-]*(?=</)")


class Pieces(Protocol):
    """A document in pieces.

    `entries` are the bytes of each, in the document's order. `frame` is a digest of everything else but its dates.
    """

    @property
    def entries(self) -> Sequence[bytes]: ...

    @property
    def frame(self) -> bytes: ...

    def body(self, wanted: Sequence[bool]) -> bytes:
        """Put together a document of some entries; `wanted` says of each whether it is in it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlPieces:
    """Pieces of RSS, RDF or Atom, in UTF-8."""

    header: bytes
    entries: tuple[bytes, ...]
    trailer: bytes

    @property
    def frame(self) -> bytes:
        return hash_of(_DATES.sub(rb"\1", self.header) + _MARK + self.trailer)

    def body(self, wanted: Sequence[bool]) -> bytes:
        return b"".join(
            (self.header, _MARK, *(entry + _MARK for entry in compress(self.entries, wanted)), self.trailer)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonPieces:
    """Pieces of a JSON Feed; `document` is all of it but its items."""

    document: dict[str, Any]
    entries: tuple[bytes, ...]

    @property
    def frame(self) -> bytes:
        return hash_of(json.dumps(self.document).encode())

    def body(self, wanted: Sequence[bool]) -> bytes:
        head = json.dumps(self.document).encode()[:-1]
        return head + b', "items": [' + b",".join(compress(self.entries, wanted)) + b"]}"


def split(body: bytes, content_type: str = "") -> Pieces | FullParse:
    """Take a document apart.

    Args:
        body: as it came.
        content_type: the HTTP header, for its charset.

    Returns:
        Its pieces, recoded to UTF-8 where it is in another encoding; or why it must be parsed whole. Bytes that look
        like pieces need not be any: what is put together of them is parsed with marks, and only believed where the
        parser met each of them between two entries.
    """
    text = _utf8(body, content_type)
    if text is None:
        return FullParse.DAMAGED
    if text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return _split_json(text)
    return _split_xml(text)


def hash_of(entry: bytes) -> bytes:
    """Give what an entry's bytes are known by."""
    return blake2b(entry, digest_size=HASH_BYTES).digest()


def _utf8(body: bytes, content_type: str) -> bytes | None:
    """Give a body in UTF-8, None where it cannot be had without repairs."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        # Encodings with escape sequences or with zeros are valid UTF-8 too.
        if b"\x1b" not in body and b"\0" not in body[:4]:
            return body
    decoded = decode(body, content_type)
    return None if decoded.repair else decoded.text.encode("utf-8")


def _split_json(text: bytes) -> Pieces | FullParse:
    decoded = decode(text)
    try:
        document = json.loads(decoded.text.strip())
    except (ValueError, RecursionError):
        return FullParse.DAMAGED
    if decoded.repair:
        return FullParse.DAMAGED
    items = document.pop("items", None) if isinstance(document, dict) else None
    # The parser passes over items that are no objects, and so does this.
    listed = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    if not listed or not document:
        return FullParse.NO_ENTRIES
    if len(listed) > MAX_ENTRIES:
        return FullParse.TOO_LONG
    return JsonPieces(document=document, entries=tuple(json.dumps(item).encode() for item in listed))


def _split_xml(text: bytes) -> Pieces | FullParse:
    first = _ENTRY.search(text)
    if first is None:
        return FullParse.NO_ENTRIES
    opening, closing = b"<" + first[1], b"</" + first[1]
    entries = []
    start = first.start()
    while True:
        close = text.find(closing, start)
        end = text.find(b">", close) + 1
        if close < 0 or end == 0:
            return FullParse.DAMAGED
        entries.append(text[start:end])
        start = _after_space(text, end)
        if not text.startswith(opening, start):
            break
    pieces = XmlPieces(header=text[: first.start()], entries=tuple(entries), trailer=text[end:])
    if not _TRAILER.fullmatch(pieces.trailer) or _MARK[:-2] in text:
        return FullParse.SCATTERED
    return FullParse.TOO_LONG if _is_too_long(text, pieces) else pieces


def _after_space(text: bytes, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _is_too_long(text: bytes, pieces: XmlPieces) -> bool:
    """Tell whether the whole document may meet one of the parser's bounds, which fewer entries would not."""
    if len(pieces.entries) > MAX_ENTRIES:
        return True
    if len(text) > MAX_ELEMENTS and text.count(b"<") > MAX_ELEMENTS:
        return True
    if len(text) > MAX_TEXTS and len(text) // 1024 + sum(map(text.count, _TEXT_ENDS)) * 2 > MAX_TEXTS:
        return True
    return _growth(text, pieces.header) > MAX_EXPANSION_CHARS


_TEXT_ENDS = (b"<", b"&", b"\n", b"\r", b"]")
"""Where the XML parser may end a run of text; also every 64 KiB of input."""


def _growth(text: bytes, header: bytes) -> int:
    """Bound what the document's own entities may add to it."""
    start = header.find(b"<!ENTITY")
    if start < 0:
        return 0
    end = header.find(b">", header.rfind(b"<!ENTITY"))
    return (end - start if end > start else len(header)) * text.count(b"&")
