"""Items as people hand them to `scan` and `explain`: one JSON object each → `Item`.

The keys are those of the outside contract: `id`, `title`, `summary` or `body`, and optionally `lang`, `published`,
`url`, `author`. Texts are taken as they are, so that offsets in the output are offsets in the input.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from watcher.ingest.identity import digest
from watcher.ingest.normalize import fold_for_hash
from watcher.types import Item

_MILLISECONDS_FROM = 1e11  # as seconds this is the year 5138
_TEXT_KEYS = ("title", "summary", "body", "lang", "language", "url", "author")


def read_item(text: str, *, key: str, now: datetime) -> Item:
    """Read an item from JSON text.

    Args:
        text: a JSON object.
        key: what tells the item from others where it has no id.
        now: when it is seen, if it does not say when it was published.

    Raises:
        ValueError: it is no such object; the message says what is wrong.
    """
    try:
        data = json.loads(text)
    except RecursionError:
        raise ValueError("not valid JSON: nested too deep") from None
    except ValueError as error:
        raise ValueError(f"not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise ValueError("expected a JSON object")
    return make_item(data, key=key, now=now)


def make_item(data: dict[str, Any], *, key: str, now: datetime) -> Item:
    """Make an item of the contract's keys (see `read_item`)."""
    for name in _TEXT_KEYS:
        if not isinstance(data.get(name), str | None):
            raise ValueError(f'"{name}" must be a text')
    if not isinstance(data.get("id"), str | int | None):
        raise ValueError('"id" must be a text or a number')
    title, summary, body = (data.get(name) or "" for name in ("title", "summary", "body"))
    if not title and not summary and not body:
        raise ValueError('the item has no text: give "title", "summary" or "body"')
    given = data.get("id")
    published = _moment(data.get("published"))
    item_id = str(given) if given is not None else None
    return Item(
        feed_id="",
        key=item_id or key,
        guid=item_id,
        url=data.get("url"),
        title=title,
        summary=summary,
        content=body,
        seen_at=published or now,
        author=data.get("author"),
        language=data.get("lang") or data.get("language"),
        published=published,
        text_hash=digest(fold_for_hash(title), fold_for_hash(max(body, summary, key=len))),
    )


def _moment(value: object) -> datetime | None:
    """Read ISO 8601, an RFC 5322 date, or seconds or milliseconds since 1970; without a zone it is UTC."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS_FROM else value, UTC)
        if isinstance(value, str):
            moment = _parsed(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise ValueError(f'"published" is not a date: {value!r:.60}')


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)
