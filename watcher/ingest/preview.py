"""A parsed feed as `feeds preview --json` prints it: the outside contract's shape.

In: `ParsedFeed`. Out: plain data for JSON. Pure; called by the command line.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from watcher.types import Item, ParsedFeed


def preview(parsed: ParsedFeed, url: str) -> dict[str, Any]:
    """Give a feed and its items as the service would see them.

    Args:
        parsed: the feed.
        url: where it was read from (an address or a path).

    Returns:
        `feed` with url, site, title, language, format, problem and problem_detail; `items` with the keys of the
        contract, and `article` where it was fetched. An item's id is its guid, else its link, else its key. Dates are ISO 8601 with offset, or None.
    """
    return {
        "feed": {
            "url": url,
            "site": parsed.url,
            "title": parsed.title,
            "language": parsed.language,
            "format": parsed.format,
            "problem": parsed.problem.value if parsed.problem else None,
            "problem_detail": parsed.problem_detail,
        },
        "items": [_item(item) for item in parsed.items],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.guid or item.url or item.key,
        "title": item.title,
        "url": item.url,
        "author": item.author,
        "published": _iso(item.published),
        "updated": _iso(item.updated),
        "summary": item.summary,
        "content": item.content,
        "language": item.language,
        "categories": list(item.categories),
        **({"article": item.article} if item.article else {}),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
