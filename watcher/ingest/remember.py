"""What a feed's state becomes after a poll.

Pure: the old state, the outcome and the next due time go in, the new state comes out. Called by the pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from watcher.errors import FetchError
from watcher.ingest import rhythm
from watcher.ingest.coverage import Coverage
from watcher.ingest.schedule import counts_as_failure
from watcher.types import Feed, FeedState, Fetched, FetchProblem, Item, ParsedFeed, Validators


def with_habits(
    state: FeedState, parsed: ParsedFeed | None, new_items: Sequence[Item], *, now: datetime
) -> FeedState:
    """Give the state with what an answer tells of the feed's times, for the schedule.

    Args:
        state: before the poll.
        parsed: what the answer held; None when it was the same as last time, and says what it said then.
        new_items: those that were not stored before. Those of a first poll are an archive: watching begins with it.
        now: when the answer came.
    """
    if parsed is not None:
        state = replace(state, timetable=parsed.timetable)
    if not (state.rhythm and state.filled):
        return replace(state, rhythm=rhythm.pack(rhythm.begin(now)))
    learnt = rhythm.unpack(state.rhythm) if new_items else None
    if learnt is None:
        return state
    after = state.last_success_at or learnt.at
    learnt = rhythm.learn(learnt, [item.dated for item in new_items], after=after, now=now)
    return replace(state, rhythm=rhythm.pack(learnt))


def after_answer(
    state: FeedState,
    fetched: Fetched,
    parsed: ParsedFeed | None,
    *,
    body_hash: str | None,
    has_new: bool,
    due_at: datetime,
    coverage: Coverage | None = None,
) -> FeedState:
    """Give the state after an answer that was understood.

    Args:
        state: before the poll.
        fetched: the answer.
        parsed: what it held; None when it was the same as last time (304, or the same body).
        body_hash: of the answer's body; None for a 304.
        has_new: whether it brought items that were not stored before.
        due_at: when to poll next.
        coverage: what the answer means for coverage; None for nothing.
    """
    now = fetched.fetched_at
    # The validators of a document that broke off are those of all of it: a 304 would then hide the rest for good.
    is_partial = parsed is not None and parsed.is_partial
    return replace(
        state,
        due_at=due_at,
        validators=state.validators if is_partial else _renewed(state.validators, fetched),
        body_hash=state.body_hash if is_partial else body_hash or state.body_hash,
        last_poll_at=now,
        last_success_at=now,
        last_new_item_at=now if has_new else state.last_new_item_at,
        filled=True,
        repeats_guids=state.repeats_guids or (parsed is not None and parsed.repeats_guids),
        failures=0,
        **_moved(state, fetched),
        **_problem(state, parsed, now),
        **_covered(coverage),
    )


def after_failure(
    state: FeedState, feed: Feed, error: FetchError, *, now: datetime, due_at: datetime
) -> FeedState:
    """Give the state after a poll that gave nothing; validators stay, because no item was lost.

    A feed that fails at an address it moved to is asked at its configured address next time.
    """
    return replace(
        state,
        url=feed.url,
        moved_to=None,
        due_at=due_at,
        last_poll_at=now,
        failures=state.failures + counts_as_failure(error),
        problem=error.problem,
        problem_detail=error.detail,
        problem_since=state.problem_since if state.problem is not None else now,
    )


def _covered(coverage: Coverage | None) -> dict[str, Any]:
    if coverage is None:
        return {}
    return {
        "troubles": coverage.troubles,
        "silent_after": coverage.silent_after,
        "turnover": coverage.turnover,
    }


def during_outage(state: FeedState, *, now: datetime, due_at: datetime) -> FeedState:
    """Give the state after a poll that our own network kept from its feed: nothing is held against it."""
    return replace(state, last_poll_at=now, due_at=due_at)


def _moved(state: FeedState, fetched: Fetched) -> dict[str, Any]:
    # A permanent redirect is believed when it is seen twice: a captive portal or a broken deploy shows one once.
    target = fetched.permanent_url
    if target is None or target == state.url:
        return {"moved_to": None}
    if target == state.moved_to:
        return {"url": target, "moved_to": None}
    return {"moved_to": target}


def _renewed(old: Validators, fetched: Fetched) -> Validators:
    """A 304 may leave validators out, and then the old ones stand; a 200 replaces both, also by nothing."""
    new = fetched.validators
    if not fetched.is_not_modified:
        return new
    kept = Validators(etag=new.etag or old.etag, last_modified=new.last_modified or old.last_modified)
    return old if kept == old else kept


def _problem(state: FeedState, parsed: ParsedFeed | None, now: datetime) -> dict[str, Any]:
    if parsed is None:
        # Unchanged: a damaged document stays damaged, and a failure is over.
        kept = state.problem is FetchProblem.MALFORMED
        return {} if kept else {"problem": None, "problem_detail": None, "problem_since": None}
    if parsed.problem is None:
        return {"problem": None, "problem_detail": None, "problem_since": None}
    since = state.problem_since if state.problem is parsed.problem else now
    return {"problem": parsed.problem, "problem_detail": parsed.problem_detail, "problem_since": since}
