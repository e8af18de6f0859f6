"""When an article is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watcher.errors import FetchError
from watcher.ingest.revisit import LONGEST_WAIT, after_failure
from watcher.types import FetchProblem

NOW = datetime(2026, 8, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("problem", "retryable", "asked", "attempts", "wait"),
    [
        (FetchProblem.TIMEOUT, True, None, 1, MINUTE),
        (FetchProblem.TIMEOUT, True, None, 2, 4 * MINUTE),
        (FetchProblem.HTTP_5XX, True, None, 3, 16 * MINUTE),
        (FetchProblem.HTTP_5XX, True, None, 4, None),
        (FetchProblem.FORBIDDEN, False, None, 1, None),
        (FetchProblem.GONE, False, None, 1, None),
        (FetchProblem.NOT_FOUND, False, None, 1, MINUTE),
        (FetchProblem.RATE_LIMITED, True, 30 * MINUTE, 1, 30 * MINUTE),
        (FetchProblem.RATE_LIMITED, True, 1000 * LONGEST_WAIT, 1, LONGEST_WAIT),
    ],
)
def test_it_is_tried_a_few_times_further_and_further_apart(
    problem: FetchProblem, retryable: bool, asked: timedelta | None, attempts: int, wait: timedelta | None
) -> None:
    error = FetchError(problem, "x", retryable=retryable, retry_after=asked)
    again = after_failure(attempts, error, most=4, now=NOW)
    assert again.at == (None if wait is None else NOW + wait)
