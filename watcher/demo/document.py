"""A feed of the demo as it looks at one moment: some entries not there yet, some edited, all dates fresh.

In: the text of a seed file (our own, well-formed). Out: the bytes that a server of this feed would give. Pure; called
by `server`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from html import unescape
from typing import Any

_ENTRY = re.compile(r"[ \t]*<(item|entry)[\s>].*?</\1>\n?", re.DOTALL)
_IDS = (
    re.compile(r'rdf:about="([^"]+)"'),
    re.compile(r"<(?:guid|id)\b[^>]*>([^<]+)<"),
    re.compile(r"<link>([^<]+)<"),
)
_LISTED = re.compile(r'[ \t]*<rdf:li rdf:resource="([^"]+)"/>\n?')
_DATE = re.compile(r"(<(pubDate|lastBuildDate|dc:date|published|updated)>)([^<]+)(?=</\2>)")
_JSON_DATES = ("date_published", "date_modified")

_MEDIA_TYPES = {
    ".xml": "application/rss+xml",
    ".rdf": "application/rdf+xml",
    ".atom": "application/atom+xml",
    ".json": "application/feed+json",
}
SUFFIXES = frozenset(_MEDIA_TYPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedDocument:
    """A seed file: a whole feed with all entries that it will ever have; `entries` gives an entry's text by its id."""

    name: str
    text: str
    entries: Mapping[str, str]

    @property
    def feed(self) -> str:
        """The feed's id: the file's name without its suffix."""
        return self.name.rpartition(".")[0]

    @property
    def is_json(self) -> bool:
        return self.name.endswith(".json")

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES["." + self.name.rpartition(".")[2]]

    def at(self, *, hidden: Collection[str], edited: Mapping[str, str], shift: timedelta) -> bytes:
        """Give the document as served.

        Args:
            hidden: ids of the entries that have not appeared yet.
            edited: the new text of entries that were edited, by id.
            shift: what is added to every date.
        """
        render = _render_json if self.is_json else _render_xml
        return render(self, hidden, edited, shift).encode()


def read_document(name: str, text: str) -> SeedDocument:
    """Find the entries of a seed file; the suffix of `name` tells JSON Feed from XML."""
    return SeedDocument(
        name=name, text=text, entries=_json_entries(text) if name.endswith(".json") else _xml_entries(text)
    )


def _xml_entries(text: str) -> dict[str, str]:
    return {_xml_id(found[0]): found[0] for found in _ENTRY.finditer(text)}


def _xml_id(entry: str) -> str:
    found = next(match for pattern in _IDS if (match := pattern.search(entry)))
    return unescape(found[1]).strip()


def _json_entries(text: str) -> dict[str, str]:
    return {str(item["id"]): json.dumps(item, ensure_ascii=False) for item in json.loads(text)["items"]}


def _render_xml(
    document: SeedDocument, hidden: Collection[str], edited: Mapping[str, str], shift: timedelta
) -> str:
    def entry(found: re.Match[str]) -> str:
        entry_id = _xml_id(found[0])
        return "" if entry_id in hidden else edited.get(entry_id, found[0])

    text = _ENTRY.sub(entry, document.text)
    text = _LISTED.sub(lambda found: "" if unescape(found[1]) in hidden else found[0], text)
    return _DATE.sub(lambda found: found[1] + shift_date(found[3], shift), text)


def _render_json(
    document: SeedDocument, hidden: Collection[str], edited: Mapping[str, str], shift: timedelta
) -> str:
    whole: dict[str, Any] = json.loads(document.text)
    shown = {entry_id: text for entry_id, text in document.entries.items() if entry_id not in hidden}
    whole["items"] = [_shifted(json.loads(edited.get(key, text)), shift) for key, text in shown.items()]
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _shifted(item: dict[str, Any], shift: timedelta) -> dict[str, Any]:
    return item | {key: shift_date(item[key], shift) for key in _JSON_DATES if key in item}


def shift_date(written: str, shift: timedelta) -> str:
    """Move a date, keeping its form (RFC 822 or RFC 3339) and its zone.

    Raises:
        ValueError: it is neither.
    """
    written = written.strip()
    if written[:4].isdigit():
        moved = datetime.fromisoformat(written) + shift
        return moved.isoformat(timespec="seconds").replace("+00:00", "Z")
    return format_datetime(parsedate_to_datetime(written) + shift)
