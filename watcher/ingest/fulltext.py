"""The text of an article out of its web page.

In: a fetched page. Out: plain text, as `normalize` gives it. Called in worker processes, for feeds with
`full_text: true`. The time and the size of what is read are bounded: pages are hostile, and what a library does with
one grows faster than the page.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType

from watcher.errors import FetchError
from watcher.ingest.charset import decode
from watcher.ingest.plaintext import Markup, plain_text
from watcher.ingest.tangle import overloaded_tag_at
from watcher.types import Fetched, FetchProblem

MAX_ARTICLE_CHARS = 200_000
"""Longer than any report; a book that stands where an article should is cut here."""

_MAX_TAGS = 30_000
"""Of one page. The longest real articles have a third of it; at ten times as many the extraction takes seconds."""
_TIME_LIMIT = timedelta(seconds=5)
_INNER_CHARS = 3_000_000


class _TooLongError(BaseException):
    """Time is up. No `Exception`: the library must not take it for one of its own and go on."""


def article_text(page: Fetched, *, time_limit: timedelta = _TIME_LIMIT) -> str:
    """Extract what the page was written for, without navigation, comments and advertisements.

    Args:
        page: as fetched.
        time_limit: how long the extraction may take; must run in the main thread of its process.

    Returns:
        Paragraphs, one a line, as the page has them.

    Raises:
        FetchError: there is no article in it (`EMPTY`), or it cannot be read within the bounds (`MALFORMED`).
    """
    text = decode(page.body, page.headers.get("content-type", "")).text
    is_overloaded = overloaded_tag_at(text) is not None
    if is_overloaded or text.count("<") > _MAX_TAGS or len(text) > _INNER_CHARS:
        raise _refused("the page is too large or too entangled to look for an article in it", page)
    try:
        with _limited(time_limit):
            found = _extract(text)
    except _TooLongError as error:
        raise _refused(
            f"no article was found in the page within {time_limit.total_seconds():g} s", page
        ) from error
    except RecursionError as error:
        raise _refused("the page is nested too deeply", page) from error
    article = plain_text(Markup(text=found, is_html=False), limit=MAX_ARTICLE_CHARS)
    if not article:
        raise FetchError(
            FetchProblem.EMPTY,
            "the page holds no article text; it may be made by scripts, or behind a wall",
            feed_id=page.feed_id,
            retryable=False,
        )
    return article


def _extract(text: str) -> str:
    # Imported here: it takes most of a second, and only services with full text need it.
    import trafilatura

    return (
        trafilatura.extract(
            text, include_comments=False, include_tables=True, include_links=False, deduplicate=False
        )
        or ""
    )


def _refused(detail: str, page: Fetched) -> FetchError:
    return FetchError(FetchProblem.MALFORMED, detail, feed_id=page.feed_id, retryable=False)


@contextmanager
def _limited(limit: timedelta) -> Iterator[None]:
    """Interrupt what runs inside after a time; a library in C hears the alarm only when it comes back (see `workers`)."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, limit.total_seconds())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
