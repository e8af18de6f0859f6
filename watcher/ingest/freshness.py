"""What a server says about time: how long its answer stays fresh, and when to come back.

In: response headers (lower-case names) and the feed's own timetable. Out: durations, None where nothing was said. Pure;
called by `fetch` (errors) and by the poller (for `schedule`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from watcher.ingest.timetable import next_update
from watcher.types import Timetable

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})")
_VOID = re.compile(r"(?:^|[\s,])(?:no-cache|no-store)(?:$|[\s,])")
_SECONDS = re.compile(r"([0-9]+)(?:\.0*([0-9]*))?")
"""Some servers send fractions, which the standard does not know: they are rounded up."""
_EPOCH_FROM = 1_000_000_000
"""X-RateLimit-Reset above this is a Unix time, below it a number of seconds: both are in use."""
_EPOCH_MILLISECONDS_FROM = 1_000_000_000_000


def freshness(headers: Mapping[str, str], *, timetable: Timetable, now: datetime) -> timedelta | None:
    """Give how long the answer need not be asked for again.

    Args:
        headers: of a 200 or 304, names in lower case.
        timetable: what the feed itself says, in this answer or in the last one that said it.
        now: when the answer came.

    Returns:
        The longest of max-age less Age (RFC 9111, 4.2), Expires less Date, ttl (RSS 2.0) and the time to the next
        update (RSS 1.0 syndication module); None when nothing is said. `no-cache` and `no-store` void the headers.
    """
    said = [timetable.ttl, next_update(timetable, now)]
    control = headers.get("cache-control", "").lower()
    if _VOID.search(control) is None:
        said += [_max_age(control, headers), _expires(headers)]
    return max((span for span in said if span is not None and span > timedelta(0)), default=None)


def retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Give how long a 429 or 503 asks to be left alone.

    Args:
        headers: of the answer, names in lower case.
        now: our time, used where the answer has no Date of its own.

    Returns:
        Retry-After (seconds or a date, RFC 9110, 10.2.3), else X-RateLimit-Reset (see `rate_limit_reset`), else None.
        A date counts from the answer's Date, so that a wrong clock on either side cancels out. Never negative.
    """
    value = headers.get("retry-after", "").strip()
    if (found := _SECONDS.fullmatch(value)) is not None:
        return _seconds(found[1]) + timedelta(seconds=bool(found[2]))
    if (when := http_date(value)) is not None:
        return max(timedelta(0), when - _server_time(headers, now))
    return rate_limit_reset(headers, now=now)


def rate_limit_reset(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Give how long it is until a server's budget of requests is full again: X-RateLimit-Reset or RateLimit-Reset.

    No standard says what X-RateLimit-Reset counts: seconds (Reddit), Unix time (GitHub), Unix time in milliseconds and
    dates are in use. Times count from the answer's Date.
    """
    value = (headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or "").strip()
    try:
        reset = float(value)
        if reset >= _EPOCH_MILLISECONDS_FROM:
            reset /= 1000
        if reset >= _EPOCH_FROM:
            reset -= _server_time(headers, now).timestamp()
        return timedelta(seconds=max(0.0, reset))
    except (ValueError, OverflowError):
        when = http_date(value) or _iso_date(value)
        return None if when is None else max(timedelta(0), when - _server_time(headers, now))


def rate_limit_remaining(headers: Mapping[str, str]) -> int | None:
    """Give how many requests a server still allows until the reset; None where it does not say."""
    value = (headers.get("x-ratelimit-remaining") or headers.get("ratelimit-remaining") or "").strip()
    try:
        return max(0, int(float(value)))
    except (ValueError, OverflowError):
        return None


def http_date(value: str) -> datetime | None:
    """Read an HTTP date as aware UTC; None when it is none."""
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def _max_age(control: str, headers: Mapping[str, str]) -> timedelta | None:
    found = _MAX_AGE.search(control)
    if found is None:
        return None
    age = headers.get("age", "").strip()
    spent = _seconds(age) if age.isascii() and age.isdigit() else timedelta(0)
    return _seconds(found[1]) - spent


def _expires(headers: Mapping[str, str]) -> timedelta | None:
    if "expires" not in headers:
        return None
    expires, date = (http_date(headers.get(name, "")) for name in ("expires", "date"))
    return expires - date if expires is not None and date is not None else None


def _server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    return http_date(headers.get("date", "")) or now


def _iso_date(value: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _seconds(digits: str) -> timedelta:
    """Make a duration of decimal digits, however many; a hundred years is as good as more."""
    return timedelta(seconds=min(int(digits[:12]), 100 * 366 * 86_400))
