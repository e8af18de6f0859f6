"""Whether we still hear all that a feed says: a decision after every poll.

In: what is remembered of the feed, what the poll saw, and when. Out: the troubles that begin and end, each with its
reason, and what the next decision needs. Pure; called by the pipeline, which stores it with everything else that the
poll gave.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.errors import FetchError
from watcher.ingest.habit import Habit
from watcher.ingest.rebind import is_storm
from watcher.types import FeedState, FetchProblem, TroubleKind

_ANSWERLESS = frozenset({TroubleKind.FAILING, TroubleKind.BLOCKED, TroubleKind.RETIRED, TroubleKind.EMPTIED})
"""Of these a feed has one at a time."""
_BLOCKING = frozenset({FetchProblem.FORBIDDEN, FetchProblem.BLOCKED, FetchProblem.UNAUTHORIZED})
_EMPTYING = frozenset({FetchProblem.EMPTY, FetchProblem.MALFORMED})
_LONGEST_REASON = 300
_UNWATCHED = timedelta(hours=6)
"""Overdue by more than this, a feed was not looked at: the service was down, or the clock was set on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a poll saw in an answer that was understood.

    `is_changed` is False for a 304 and for the same bytes: then there is nothing else to say. Of the `entries` of the
    document, `known` were seen before; `rebound` came under new ids, and `new` are news, of which `ahead` are dated in
    the future. `is_read_back` says that older pages were read until one had an entry that was known.
    """

    now: datetime
    is_changed: bool = False
    entries: int = 0
    known: int = 0
    rebound: int = 0
    new: int = 0
    ahead: int = 0
    is_read_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A trouble that begins; `since` may lie before the poll that showed it."""

    kind: TroubleKind
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a poll says of its feed's coverage. `habit` is None where it stays as it is stored."""

    troubles: frozenset[TroubleKind]
    silent_after: datetime | None
    turnover: timedelta | None
    begun: tuple[Begun, ...] = ()
    ended: frozenset[TroubleKind] = frozenset()
    habit: Habit | None = None


def is_gap(state: FeedState, *, entries: int, known: int) -> bool:
    """Tell whether items may have been lost between two documents: the feed is live, and they share no entry.

    Of a document with one entry nothing can be told.
    """
    return state.filled and state.last_new_item_at is not None and entries > 1 and known == 0


def after_answer(state: FeedState, seen: Sighting, habit: Habit) -> Coverage:
    """Decide what an answer means for coverage.

    Args:
        state: before the poll.
        seen: what the answer held.
        habit: of the feed; only looked at where something new was seen.

    Time in which nobody looked makes no feed silent, and is no habit: a clock that jumps ahead by a day must not have
    people told that all their feeds are.
    """
    overdue = seen.now - state.due_at
    if state.silent_after is not None and overdue > _UNWATCHED:
        state = replace(state, silent_after=state.silent_after + overdue)
    gap = seen.is_changed and is_gap(state, entries=seen.entries, known=seen.known + seen.rebound)
    learnt = _learnt(state, seen, habit) if seen.new else None
    patience = learnt.patience(now=seen.now) if learnt is not None else None
    silent_after = state.silent_after
    if seen.new:
        silent_after = None if patience is None else seen.now + patience
    begun = tuple(one for one in _beginnings(state, seen, gap) if one.kind not in state.troubles)
    ended = frozenset(kind for kind in state.troubles if _is_over(kind, seen, gap))
    return Coverage(
        troubles=(state.troubles - ended) | {one.kind for one in begun},
        silent_after=silent_after,
        turnover=_turnover(state, seen, gap),
        begun=begun,
        ended=ended,
        habit=learnt,
    )


def after_failure(
    state: FeedState, error: FetchError, *, failures: int, since: datetime, now: datetime
) -> Coverage:
    """Decide what a failed poll means for coverage: nothing for the first one, which may be chance.

    Args:
        state: before the poll.
        error: how it failed.
        failures: in a row, with this one.
        since: when the first of them was.
        now: the end of this poll.
    """
    kind = _kind_of(state, error)
    if kind is None or kind in state.troubles or failures < 2:
        return _unchanged(state)
    ended = state.troubles & _ANSWERLESS
    return Coverage(
        troubles=(state.troubles - ended) | {kind},
        silent_after=state.silent_after,
        turnover=state.turnover,
        begun=(Begun(kind=kind, since=now if ended else since, reason=error.detail[:_LONGEST_REASON]),),
        ended=ended,
    )


def sooner(due_at: datetime, turnover: timedelta | None, *, now: datetime, least: timedelta) -> datetime:
    """Give when a feed is due that outruns its polls: at twice the speed of its document, never under `least`."""
    return due_at if turnover is None else min(due_at, now + max(turnover / 2, least))


def _unchanged(state: FeedState) -> Coverage:
    return Coverage(troubles=state.troubles, silent_after=state.silent_after, turnover=state.turnover)


def _learnt(state: FeedState, seen: Sighting, habit: Habit) -> Habit | None:
    """Learn the pause that has just ended; None where it says nothing of the feed."""
    last, looked = state.last_new_item_at, state.last_success_at
    if last is None or looked is None:
        return None  # the archive of a first poll: no pause ends with it
    pause, unwatched = seen.now - last, seen.now - looked
    if pause <= timedelta(0) or unwatched > max(pause / 2, _UNWATCHED):
        return habit  # nobody looked while it ended
    return habit.after(pause - _put_off(state, habit, last), at=seen.now)


def _put_off(state: FeedState, habit: Habit, last: datetime) -> timedelta:
    """Give by how much the end of our patience was moved since the last new item: for as long nobody looked."""
    patience = habit.patience(now=last)
    if patience is None or state.silent_after is None:
        return timedelta(0)
    return max(state.silent_after - (last + patience), timedelta(0))


def _beginnings(state: FeedState, seen: Sighting, gap: bool) -> Iterator[Begun]:
    now = seen.now
    has_had_items = state.last_new_item_at is not None
    if seen.is_changed and seen.entries == 0 and has_had_items:
        yield Begun(kind=TroubleKind.EMPTIED, since=now, reason="the feed answers, but has no entry any more")
    elif (
        not seen.new and has_had_items and state.silent_after is not None and now >= state.silent_after
        and TroubleKind.EMPTIED not in state.troubles
    ):  # fmt: skip
        assert state.last_new_item_at is not None
        pause = words(now - state.last_new_item_at)
        reason = f"nothing new for {pause}, which is beyond this feed's habit"
        yield Begun(kind=TroubleKind.SILENT, since=state.last_new_item_at, reason=reason)
    if gap and not seen.is_read_back and state.last_success_at is not None:
        reason = (
            f"none of its {seen.entries} entries was there at the last poll, {words(now - state.last_success_at)} "
            "before: what came and went in between was not seen"
        )
        yield Begun(kind=TroubleKind.OVERFLOW, since=now, reason=reason)
    if is_storm(rebound=seen.rebound, new=seen.rebound + seen.new):
        reason = f"{seen.rebound} known entries came back under other ids; nothing was alerted for that"
        yield Begun(kind=TroubleKind.STORM, since=now, reason=reason)
    if _is_skewed(seen):
        reason = f"{seen.ahead} of {seen.new} new entries are dated in the future; they count as of now"
        yield Begun(kind=TroubleKind.SKEWED, since=now, reason=reason)


def _is_over(kind: TroubleKind, seen: Sighting, gap: bool) -> bool:
    match kind:
        case TroubleKind.FAILING | TroubleKind.BLOCKED | TroubleKind.RETIRED:
            return True
        case TroubleKind.EMPTIED:
            return seen.entries > 0
        case TroubleKind.SILENT:
            return seen.new > 0
        case TroubleKind.OVERFLOW:
            return seen.is_changed and seen.entries > 0 and not gap
        case TroubleKind.STORM:
            return seen.is_changed and not is_storm(rebound=seen.rebound, new=seen.rebound + seen.new)
        case TroubleKind.SKEWED:
            return seen.new > 0 and not _is_skewed(seen)
        case _:
            return False  # no trouble of a feed


def _is_skewed(seen: Sighting) -> bool:
    return seen.new > 0 and 2 * seen.ahead > seen.new


def _turnover(state: FeedState, seen: Sighting, gap: bool) -> timedelta | None:
    if state.last_success_at is None or not seen.is_changed:
        return state.turnover
    elapsed = seen.now - state.last_success_at
    if gap:
        return elapsed if state.turnover is None else min(state.turnover, elapsed)
    # As long apart as then, and nothing was lost: the feed has calmed down.
    is_calm = state.turnover is not None and elapsed >= state.turnover and seen.entries > 0
    return None if is_calm else state.turnover


def _kind_of(state: FeedState, error: FetchError) -> TroubleKind | None:
    problem = error.problem
    if problem is FetchProblem.RATE_LIMITED:
        return None  # asked to wait, and waiting
    if problem is FetchProblem.GONE:
        return TroubleKind.RETIRED
    if problem in _BLOCKING:
        return TroubleKind.BLOCKED
    if problem in _EMPTYING and state.last_new_item_at is not None:
        return TroubleKind.EMPTIED
    return TroubleKind.FAILING


def words(span: timedelta) -> str:
    """Give a span of time as people say it, in its largest unit: `3 days`, `90 minutes`."""
    seconds = max(0, int(span.total_seconds()))
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}s"
    return "1 minute" if 60 <= seconds < 120 else f"{seconds} seconds"
