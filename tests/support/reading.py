"""Reading short texts as items, for tests of what is found in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from watcher.text.analyse import Analyser
from watcher.text.document import Document
from watcher.text.gazetteer import ExtraPlace, Gazetteer
from watcher.text.tokens import Tokenizer
from watcher.types import Item


def item_of(title: str, body: str = "", **facts: str) -> Item:
    """Make an item of a title and a body."""
    return Item(
        feed_id="feed",
        key="key",
        guid=None,
        url=facts.pop("url", None),
        title=title,
        summary=body,
        content="",
        seen_at=datetime(2026, 1, 1, tzinfo=UTC),
        **facts,  # type: ignore[arg-type]  # only text facts are passed
    )


@cache
def analyser(extra: tuple[ExtraPlace, ...] = ()) -> Analyser:
    """Make an analyser with the shipped places, once for the whole run."""
    return Analyser(Gazetteer.load(extra), Tokenizer())


def read(title: str, body: str = "", *, language: str, extra: Sequence[ExtraPlace] = ()) -> Document:
    """Read a title and a body in a language that the feed declares."""
    return analyser(tuple(extra)).read(item_of(title, body, language=language))


def places(
    title: str, body: str = "", *, language: str = "en", extra: Sequence[ExtraPlace] = ()
) -> list[tuple[str, str]]:
    """Give the mentions of a text as pairs of what is written and the country."""
    return [(one.text, one.place.country) for one in read(title, body, language=language, extra=extra).places]
