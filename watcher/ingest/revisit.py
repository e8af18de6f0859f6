"""When an article that could not be fetched is tried again: a decision, with its reason.

In: how often it was tried, and what went wrong. Out: the next time, or that it was given up. Pure; called by
`articles`. The feed is not concerned: what happens to an article is recorded on the article alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.errors import FetchError
from watcher.types import FetchProblem

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
BETWEEN_EDITS = timedelta(hours=1)
"""An entry that is edited with every poll does not have its page fetched with every poll."""

_OFTEN_TRANSIENT = frozenset({FetchProblem.NOT_FOUND})
"""A feed is often published a moment before the article that it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit:
    """What becomes of an article: `at` is when it is tried again, None when it is given up."""

    at: datetime | None


def after_failure(attempts: int, error: FetchError, *, most: int, now: datetime) -> Revisit:
    """Decide about an article that was not got.

    Args:
        attempts: how often it was tried, this time included.
        error: what went wrong.
        most: how often it is tried at all.
        now: the end of this attempt.

    Returns:
        Four times the wait after each attempt, from a minute; longer where the server asks for it.
    """
    is_hopeless = not error.retryable and error.problem not in _OFTEN_TRANSIENT
    if is_hopeless or attempts >= most:
        return Revisit(at=None)
    backoff = min(FIRST_WAIT * 4 ** (attempts - 1), LONGEST_WAIT)
    asked = min(error.retry_after or timedelta(0), LONGEST_WAIT)
    return Revisit(at=now + max(backoff, asked))
