"""Dates of an entry to aware UTC, doubts included.

In: feedparser's parsed tuple and the raw text, or an ISO string. Out: an aware datetime, or None where the feed says
nothing that can be true. Pure; called by `parse` and `normalize`.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

from feedparser.datetimes import _parse_date as parse_any_date

_FIRST_CREDIBLE = datetime(1971, 1, 1, tzinfo=UTC)
"""Before it lie the zero of Unix time (with any zone's offset), year 1 and other empty fields printed as dates."""

# Zone names that feedparser reads as UTC, where only one meaning is in use in feeds. Hours east.
_ZONES = {
    "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "bst": 1, "msk": 3,
    "wat": 1, "cat": 2, "eat": 3, "sast": 2, "trt": 3, "gst": 4, "pkt": 5, "jst": 9, "kst": 9, "aest": 10,
    "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip
_LAST_WORD = re.compile(r"\d\s*([A-Za-z]{3,4})\s*$")
_SHORT_OFFSET = re.compile(r"\s(?:GMT|UTC)\s?([+-])(\d{1,2})(?::?(\d\d))?\s*$", re.IGNORECASE)
_MAX_CHARS = 100


def entry_date(parsed: time.struct_time | None, raw: str | None) -> datetime | None:
    """Give a date of an XML entry.

    Args:
        parsed: what feedparser made of it, in UTC; None when it could not read it.
        raw: the text in the feed.

    Returns:
        feedparser's reading, except that a zone it does not know ("CET", "GMT+1", "UTC-3") is honoured where it
        read UTC or nothing. None when nothing could be read.
    """
    raw = (raw or "")[:_MAX_CHARS]
    if parsed is None or _SHORT_OFFSET.search(raw):
        return _with_short_offset(raw)
    moment = _from_tuple(parsed)
    zone = _LAST_WORD.search(raw)
    if moment is None or zone is None:
        return moment
    return _shifted(moment, -_ZONES.get(zone[1].lower(), 0))


def iso_date(text: str) -> datetime | None:
    """Read an RFC 3339 date, as JSON Feed has them, or whatever else a date may look like."""
    text = text.strip()[:_MAX_CHARS]
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return entry_date(parse_any_date(text), text)


def credible(moment: datetime | None, *, seen_at: datetime) -> datetime | None:
    """Bound a date to what can be true: a future one becomes `seen_at`, one before 1971 is no date."""
    if moment is None or moment < _FIRST_CREDIBLE:
        return None
    return min(moment, seen_at)


def _from_tuple(parsed: time.struct_time) -> datetime | None:
    year, month, day, hour, minute, second = parsed[:6]
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)  # 60 is a leap second
    except (ValueError, OverflowError):
        return None


def _with_short_offset(raw: str) -> datetime | None:
    if (found := _SHORT_OFFSET.search(raw)) is None:
        return None
    sign, hours, minutes = found.groups()
    offset = f" {sign}{int(hours):02d}{minutes or '00'}"
    parsed = parse_any_date(raw[: found.start()] + offset)
    return _from_tuple(parsed) if parsed else None


def _shifted(moment: datetime, hours: int) -> datetime | None:
    try:
        return moment + timedelta(hours=hours)
    except OverflowError:
        return None
