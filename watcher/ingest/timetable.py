"""What a feed says of the times at which it changes: ttl, the syndication module, skipHours and skipDays.

In: the feed's own elements as read, and the head of its text. Out: a `Timetable`, which is kept with the feed because an
unchanged answer does not say it again. Pure; called by `parse`, `storage.feeds` and `freshness`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from watcher.ingest.dates import iso_date
from watcher.types import Timetable

_MAX_TTL = timedelta(days=31)
_HEAD_CHARS = 65_536
"""Where skipHours and skipDays are looked for: they stand before the items."""
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIPPED = re.compile(r"<(skipHours|skipDays)\s*>([^&]{0,2000}?)</\1\s*>", re.IGNORECASE)
_VALUE = re.compile(r"<(?:hour|day)\s*>\s*(\w{1,9})\s*<", re.IGNORECASE)
_HOUR = timedelta(hours=1)
_SILENT = Timetable()


def read_timetable(feed: Mapping[str, Any], text: str) -> Timetable:
    """Read what a document says.

    Args:
        feed: the elements of its head, under feedparser's names.
        text: the document.

    Returns:
        `ttl` as RSS 2.0 gives it, in minutes; the period of the syndication module (RSS 1.0) divided by its
        frequency, with the moment that it counts from; hours and weekdays (Monday is 0) that RSS 2.0 says may be
        skipped, in GMT. What cannot be read is left out. All hours, or all days, cannot be meant.
    """
    hours, days = _skipped(text[:_HEAD_CHARS])
    return Timetable(
        ttl=_ttl(feed.get("ttl")),
        update_every=_update_every(feed),
        update_base=_base(feed.get("sy_updatebase")),
        skip_hours=hours if len(hours) < 24 else frozenset(),
        skip_days=days if len(days) < 7 else frozenset(),
    )


def skipped_until(timetable: Timetable, at: datetime, *, no_later_than: datetime) -> datetime:
    """Give the first moment from `at` on at which the timetable lets the feed be asked, or `no_later_than`."""
    while at < no_later_than and (at.hour in timetable.skip_hours or at.weekday() in timetable.skip_days):
        at = at.replace(minute=0, second=0, microsecond=0) + _HOUR
    return min(at, no_later_than)


def next_update(timetable: Timetable, now: datetime) -> timedelta | None:
    """Give how long it is until the syndication module's next update; None when it says nothing.

    With `updateBase` the updates are a whole number of periods after it; without, one period from now.
    """
    every, base = timetable.update_every, timetable.update_base
    if every is None or base is None:
        return every
    return every - (now - base) % every


def pack(timetable: Timetable) -> str | None:
    """Give the text that is stored; None for a feed that says nothing."""
    if timetable == _SILENT:
        return None
    base = timetable.update_base
    return json.dumps(
        {
            "ttl": _seconds(timetable.ttl),
            "every": _seconds(timetable.update_every),
            "base": base.isoformat() if base else None,
            "hours": sorted(timetable.skip_hours),
            "days": sorted(timetable.skip_days),
        }
    )


def unpack(text: str | None) -> Timetable:
    """Read what `pack` gave."""
    if text is None:
        return _SILENT
    said = json.loads(text)
    return Timetable(
        ttl=_span(said["ttl"]),
        update_every=_span(said["every"]),
        update_base=datetime.fromisoformat(said["base"]) if said["base"] else None,
        skip_hours=frozenset(said["hours"]),
        skip_days=frozenset(said["days"]),
    )


def _ttl(text: Any) -> timedelta | None:
    digits = str(text or "").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        return None
    return min(timedelta(minutes=int(digits)), _MAX_TTL)


def _update_every(feed: Mapping[str, Any]) -> timedelta | None:
    period, frequency = (str(feed.get(f"sy_update{key}") or "").strip() for key in ("period", "frequency"))
    if not (period or frequency):
        return None
    span = _PERIODS.get(period.lower() or "daily")  # the module's own default
    times = int(frequency) if frequency.isascii() and frequency.isdigit() and len(frequency) <= 6 else 1
    return None if span is None else span / max(1, times)


def _base(text: Any) -> datetime | None:
    return iso_date(str(text)) if text else None


def _skipped(head: str) -> tuple[frozenset[int], frozenset[int]]:
    if "<skip" not in head.lower():
        return frozenset(), frozenset()
    found: dict[str, frozenset[int]] = {}
    for block in _SKIPPED.finditer(head):
        read = _hours if block[1].lower() == "skiphours" else _days
        found.setdefault(block[1].lower(), frozenset(read(_VALUE.findall(block[2]))))
    return found.get("skiphours", frozenset()), found.get("skipdays", frozenset())


def _hours(words: list[str]) -> Iterator[int]:
    # RSS 0.91 counts from 1 to 24, RSS 2.0 from 0 to 23.
    return (
        int(word) % 24
        for word in words
        if word.isascii() and word.isdigit() and len(word) < 3 and int(word) <= 24
    )


def _days(words: list[str]) -> Iterator[int]:
    return (_DAYS.index(word.lower()) for word in words if word.lower() in _DAYS)


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
