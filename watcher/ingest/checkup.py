"""What is wrong with a feed that answers, or will be: findings that a person can act on.

In: the feed, the answer and what was read in it. Out: findings. Pure; called by `feeds check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.ingest.mask import masked
from watcher.types import Feed, Fetched, ParsedFeed, Validators

STALE_AFTER = timedelta(days=90)


class FindingKind(StrEnum):
    """What is wrong; an error's class stands for itself."""

    MOVED = "moved"
    REDIRECTED = "redirected"
    INSECURE = "insecure"
    MALFORMED = "malformed"
    EMPTY = "empty"
    NO_DATES = "no_dates"
    STALE = "stale"
    NO_IDS = "no_ids"
    NO_LINKS = "no_links"
    NO_VALIDATORS = "no_validators"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and what to do about it."""

    kind: FindingKind
    detail: str


def findings(feed: Feed, fetched: Fetched, parsed: ParsedFeed, *, now: datetime) -> tuple[Finding, ...]:
    """Say what is wrong with a feed that could be read.

    Args:
        feed: as configured.
        fetched: the answer.
        parsed: what was read in it, whole.
        now: the time of the check.
    """
    return (*_of_address(feed, fetched), *_of_document(parsed, now), *_of_server(fetched))


def works_securely(url: str) -> Finding:
    """Say that a feed that is asked over http answers over https, too."""
    return Finding(kind=FindingKind.INSECURE, detail=f"https works: use {masked(url)}")


def _of_address(feed: Feed, fetched: Fetched) -> Iterator[Finding]:
    if fetched.permanent_url is not None and fetched.permanent_url != feed.url:
        yield Finding(
            kind=FindingKind.MOVED, detail=f"it has moved for good: use {_shown(fetched.permanent_url)}"
        )
    elif fetched.permanent_url is None and fetched.url != feed.url:
        yield Finding(kind=FindingKind.REDIRECTED, detail=f"it redirects to {_shown(fetched.url)}")


def _of_document(parsed: ParsedFeed, now: datetime) -> Iterator[Finding]:
    if parsed.problem is not None:
        yield Finding(kind=FindingKind.MALFORMED, detail=parsed.problem_detail or parsed.problem.value)
    items = parsed.items
    if not items:
        yield Finding(kind=FindingKind.EMPTY, detail="there are no entries in it")
        return
    dates = [item.dated for item in items if item.dated is not None]
    if not dates:
        yield Finding(
            kind=FindingKind.NO_DATES, detail="no entry has a date: rules with max_age take all for new"
        )
    elif now - max(dates) > STALE_AFTER:
        yield Finding(
            kind=FindingKind.STALE, detail=f"the newest entry is of {max(dates):%Y-%m-%d}: is it still kept?"
        )
    if parsed.repeats_guids or all(item.guid is None for item in items):
        yield Finding(
            kind=FindingKind.NO_IDS, detail="entries have no ids of their own: links or texts stand in"
        )
    if all(item.url is None for item in items):
        yield Finding(kind=FindingKind.NO_LINKS, detail="no entry has a link")


def _of_server(fetched: Fetched) -> Iterator[Finding]:
    if fetched.validators == Validators():
        yield Finding(
            kind=FindingKind.NO_VALIDATORS,
            detail="the server gives neither ETag nor Last-Modified: every poll loads all of it",
        )


def _shown(url: str) -> str:
    """Give an address that a server chose: what a parameter there means is not for its name to say."""
    return masked(url.partition("?")[0]) + ("?…" if "?" in url else "")
