"""Feeds in the store: which are due, who is polling them, and what the last poll left to remember.

In go the configured feeds and the outcome of polls, out come due feeds under a lease. Called by the poller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Update, bindparam, delete, func, or_, select, update

from watcher.ingest import timetable
from watcher.ingest.identity import KEY_BYTES, short_key
from watcher.storage.sql import insert_or_replace
from watcher.storage.tables import EPOCH, feed_problems, feeds, habits, seen_entries, subscriptions
from watcher.types import Feed, FeedState, FetchProblem, TroubleKind, Validators

_MICROSECOND = timedelta(microseconds=1)

listed_key = short_key
"""The form of an item's key in the `listed` column."""


_CLOCK_SLACK = timedelta(minutes=2)
"""By how much the clocks of two machines that work on one database may differ."""
LONGEST_LEASE = timedelta(minutes=10)
"""More than a poll or an article is leased for, and the difference of two clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """What a poll changes of its feed.

    `listed` are the short keys of the document's items, one after another; `seen` is what its parser is given at the
    next poll; `habit` are the feed's pauses (see `ingest.habit`). None leaves each as it is.
    """

    state: FeedState
    title: str | None = None
    listed: bytes | None = None
    seen: bytes | None = None
    habit: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """What is remembered of a feed before and after a poll that brought nothing."""

    before: FeedState
    after: FeedState

    @property
    def is_only_later(self) -> bool:
        """Tell whether nothing differs but times: so it is with nearly all polls."""
        return _LASTING(self.before) == _LASTING(self.after)


class FeedRows:
    """The `feeds` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def configure(self, configured: Iterable[Feed], *, now: datetime) -> None:
        """Make the table agree with the configuration.

        New feeds are due at once; feeds that are no longer configured rest, with their memory kept; a feed whose
        configured address changed starts at the new one without the old one's validators.
        """
        known = {
            row.id: row
            for row in self._connection.execute(select(feeds.c.id, feeds.c.configured_url, feeds.c.is_active))
        }
        wanted = {feed.id: feed for feed in configured}
        gone = [feed_id for feed_id, row in known.items() if row.is_active and feed_id not in wanted]
        if gone:
            self._connection.execute(
                update(feeds)
                .where(feeds.c.id.in_(gone))
                .values(is_active=False, lease_owner=None, lease_until=None)
            )
        added = [_first_row(feed, now) for feed in wanted.values() if feed.id not in known]
        if added:
            self._connection.execute(feeds.insert(), added)
        for feed in wanted.values():
            row = known.get(feed.id)
            if row is None:
                continue
            if row.configured_url != feed.url:
                self._move(feed, now)
            elif not row.is_active:
                self._connection.execute(
                    update(feeds).where(feeds.c.id == feed.id).values(is_active=True, due_at=now)
                )

    def forget(self, *, before: datetime) -> None:
        """Forget feeds that are no longer configured and were last polled before a moment, and all that is known of them."""
        last = func.coalesce(feeds.c.last_poll_at, feeds.c.due_at)
        query = select(feeds.c.id).where(~feeds.c.is_active, last < before)
        gone = self._connection.scalars(query).all()
        for table in (seen_entries, habits, feed_problems, subscriptions):
            self._connection.execute(delete(table).where(table.c.feed_id.in_(gone)))
        self._connection.execute(delete(feeds).where(feeds.c.id.in_(gone)))

    def _move(self, feed: Feed, now: datetime) -> None:
        self._connection.execute(delete(seen_entries).where(seen_entries.c.feed_id == feed.id))
        self._connection.execute(
            update(feeds)
            .where(feeds.c.id == feed.id)
            .values(
                configured_url=feed.url,
                url=feed.url,
                moved_to=None,
                # Another site's archive is no news; a feed that only changed its address is known by its items.
                is_filled=False,
                is_active=True,
                due_at=now,
                etag=None,
                last_modified=None,
                body_hash=None,
                failures=0,
                problem=None,
                problem_detail=None,
                problem_since=None,
            )
        )

    def lease_due(self, *, owner: str, now: datetime, until: datetime, limit: int) -> Sequence[FeedState]:
        """Take up to `limit` feeds due at `now`, most overdue first; a lease that has ended is free again."""
        is_free = or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= now)
        due = select(*_STATE).where(feeds.c.is_active, feeds.c.due_at <= now, is_free)
        rows = self._connection.execute(
            due.order_by(feeds.c.due_at).limit(limit).with_for_update(skip_locked=True)
        ).all()
        if rows:
            self._connection.execute(
                update(feeds)
                .where(feeds.c.id.in_([row.id for row in rows]))
                .values(lease_owner=owner, lease_until=until)
            )
        return [_state(row) for row in rows]

    def forgive(self, states: Iterable[FeedState]) -> None:
        """Put back how feeds stood before a failure that was not theirs."""
        for state in states:
            standing = {name: value for name, value in _columns(state).items() if name in _STANDING}
            self._connection.execute(update(feeds).where(feeds.c.id == state.feed_id).values(standing))

    def due_ids(self, now: datetime) -> list[str]:
        """Give the ids of the active feeds that are due."""
        query = select(feeds.c.id).where(feeds.c.is_active, feeds.c.due_at <= now)
        return list(self._connection.scalars(query))

    def make_due(self, times: Iterable[tuple[str, datetime]]) -> None:
        """Make feeds due at another time; leases stay."""
        rows = [{"feed": feed_id, "at": at} for feed_id, at in times]
        if rows:
            self._connection.execute(
                update(feeds).where(feeds.c.id == bindparam("feed")).values(due_at=bindparam("at")), rows
            )

    def put_off(self, later: Iterable[tuple[str, datetime]]) -> None:
        """Make feeds due at another time, and give back their leases."""
        rows = [{"feed": feed_id, "at": at} for feed_id, at in later]
        if rows:
            self._connection.execute(
                update(feeds)
                .where(feeds.c.id == bindparam("feed"))
                .values(due_at=bindparam("at"), lease_owner=None, lease_until=None),
                rows,
            )

    def release(self, *, owners: Sequence[str]) -> None:
        """Free what these owners hold: they have stopped."""
        self._connection.execute(
            update(feeds).where(feeds.c.lease_owner.in_(owners)).values(lease_owner=None, lease_until=None)
        )

    def owners(self) -> frozenset[str]:
        """Give everybody who holds a lease."""
        query = select(feeds.c.lease_owner).where(feeds.c.lease_owner.is_not(None)).distinct()
        return frozenset(self._connection.scalars(query))

    def pull_back(self, *, now: datetime, horizon: timedelta) -> int:
        """Make due what a clock has put out of reach that has jumped back since.

        That is a feed due further ahead than any schedule would put it, and one that was last polled in the future:
        its due time counts from then. Leases beyond any that is given end, too: whoever held one may be gone.
        """
        self._connection.execute(
            update(feeds)
            .where(feeds.c.lease_until > now + LONGEST_LEASE)
            .values(lease_owner=None, lease_until=None)
        )
        is_out_of_reach = or_(feeds.c.due_at > now + horizon, feeds.c.last_poll_at > now + _CLOCK_SLACK)
        result = self._connection.execute(
            update(feeds).where(feeds.c.is_active, feeds.c.due_at > now, is_out_of_reach).values(due_at=now)
        )
        return int(result.rowcount)

    def next_due_at(self) -> datetime | None:
        """When the next active feed is due; None when there is none."""
        query = select(feeds.c.due_at).where(feeds.c.is_active).order_by(feeds.c.due_at).limit(1)
        found: datetime | None = self._connection.execute(query).scalar()
        return found

    def record(self, poll: PollRecord) -> None:
        """Write what a poll left to remember, and give back the lease."""
        state = poll.state
        said = {"new_title": poll.title, "new_listed": poll.listed}
        self._connection.execute(_RECORD_ALL, [_recorded(state) | said])
        if poll.seen is not None:
            row = {"feed_id": state.feed_id, "packed": poll.seen}
            insert_or_replace(self._connection, seen_entries, [row], key=["feed_id"])
        if poll.habit is not None:
            row = {"feed_id": state.feed_id, "packed": poll.habit}
            insert_or_replace(self._connection, habits, [row], key=["feed_id"])

    def record_unchanged(self, polls: Iterable[Unchanged]) -> None:
        """Write what polls that brought nothing left to remember, and give back their leases."""
        later, others = [], []
        for poll in polls:
            if poll.is_only_later:
                later.append(_recorded_times(poll.after))
            else:
                others.append(_recorded(poll.after))
        if later:
            self._connection.execute(_RECORD_TIMES, later)
        if others:
            self._connection.execute(_RECORD, others)

    def state(self, feed_id: str) -> FeedState | None:
        """Give what is remembered of one feed; None when it was never configured."""
        row = self._connection.execute(select(*_STATE).where(feeds.c.id == feed_id)).one_or_none()
        return None if row is None else _state(row)

    def seen(self, feed_id: str) -> bytes:
        """Give what the last poll left for the parser; empty for nothing."""
        packed: bytes | None = self._connection.execute(_SEEN, {"feed": feed_id}).scalar()
        return packed or b""

    def habit(self, feed_id: str) -> bytes:
        """Give what is known of the feed's pauses; empty for nothing."""
        packed: bytes | None = self._connection.execute(_HABIT, {"feed": feed_id}).scalar()
        return packed or b""

    def listed(self, feed_id: str) -> frozenset[bytes]:
        """Give the short keys of the items in the feed's last parsed document."""
        row = self._connection.execute(select(feeds.c.listed).where(feeds.c.id == feed_id)).one_or_none()
        packed: bytes = row.listed if row is not None and row.listed else b""
        return frozenset(packed[i : i + KEY_BYTES] for i in range(0, len(packed), KEY_BYTES))

    def all(self) -> Sequence[tuple[FeedState, str | None]]:
        """Give the state and the self-given title of all active feeds, by id."""
        query = select(*_STATE, feeds.c.title).where(feeds.c.is_active).order_by(feeds.c.id)
        return [(_state(row[:-1]), row.title) for row in self._connection.execute(query)]

    def failing(self) -> int:
        """Count active feeds whose last poll failed."""
        query = select(func.count()).select_from(feeds).where(feeds.c.is_active, feeds.c.failures > 0)
        return int(self._connection.execute(query).scalar_one())

    def heard(self, feed_id: str, *, at: datetime) -> None:
        """Note that new items of a feed came by another way than a poll: it is not silent."""
        self._connection.execute(update(feeds).where(feeds.c.id == feed_id).values(last_new_item_at=at))

    def title(self, feed_id: str) -> str | None:
        """Give what a feed calls itself, None where that is not known."""
        title: str | None = self._connection.execute(
            select(feeds.c.title).where(feeds.c.id == feed_id)
        ).scalar()
        return title

    def titles(self) -> dict[str, str]:
        """Give the titles that feeds gave themselves, by feed id."""
        rows = self._connection.execute(select(feeds.c.id, feeds.c.title).where(feeds.c.title.is_not(None)))
        return {row.id: row.title for row in rows}


_STANDING = ("failures", "problem", "problem_detail", "problem_since")
"""The columns in which a failure is held against a feed."""


def _first_row(feed: Feed, now: datetime) -> dict[str, Any]:
    state = FeedState(feed_id=feed.id, url=feed.url, due_at=now)
    return {"id": feed.id, "configured_url": feed.url, "is_active": True, **_columns(state)}


def _columns(state: FeedState) -> dict[str, Any]:
    return {
        "url": state.url,
        "moved_to": state.moved_to,
        "due_at": state.due_at,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "body_hash": state.body_hash,
        "last_poll_at": state.last_poll_at,
        "last_success_at": state.last_success_at,
        "last_new_item_at": state.last_new_item_at,
        "is_filled": state.filled,
        "repeats_guids": state.repeats_guids,
        "failures": state.failures,
        "problem": state.problem.value if state.problem else None,
        "problem_detail": state.problem_detail,
        "problem_since": state.problem_since,
        "timetable": timetable.pack(state.timetable),
        "rhythm": state.rhythm,
        "troubles": " ".join(sorted(state.troubles)),
        "silent_after": state.silent_after,
        "turnover_us": None if state.turnover is None else state.turnover // _MICROSECOND,
    }


def _recorded(state: FeedState) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in _columns(state).items()} | {"polled_id": state.feed_id}


def _recorded_times(state: FeedState) -> dict[str, Any]:
    return {f"new_{name}": getattr(state, name) for name in _TIMES} | {"polled_id": state.feed_id}


def _recording(names: Iterable[str]) -> Update:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    polled = update(feeds).where(feeds.c.id == bindparam("polled_id"))
    return polled.values({**values, "lease_owner": None, "lease_until": None})


_WRITTEN = tuple(_columns(FeedState(feed_id="", url="", due_at=EPOCH)))
_STATE = (feeds.c.id, *(feeds.c[name] for name in _WRITTEN))
"""The columns that a state is read from, in the order in which `_state` takes them."""
_TIMES = ("due_at", "last_poll_at", "last_success_at")
_LASTING = attrgetter(*(field.name for field in fields(FeedState) if field.name not in _TIMES))
# Made once: SQLAlchemy takes ten times as long to put such a statement together as SQLite to run it.
_RECORD = _recording(_WRITTEN)
_RECORD_ALL = _RECORD.values(
    {
        name: func.coalesce(bindparam(f"new_{name}", type_=feeds.c[name].type), feeds.c[name])
        for name in ("title", "listed")
    }
)
_SEEN = select(seen_entries.c.packed).where(seen_entries.c.feed_id == bindparam("feed"))
_HABIT = select(habits.c.packed).where(habits.c.feed_id == bindparam("feed"))
_RECORD_TIMES = _recording(_TIMES)


def _state(row: Sequence[Any]) -> FeedState:
    # By their places: looking up each of twenty columns by its name takes as long as reading them.
    (
        feed_id, url, moved_to, due_at, etag, last_modified, body_hash, last_poll_at, last_success_at,
        last_new_item_at, is_filled, repeats_guids, failures, problem, problem_detail, problem_since, said, rhythm,
        troubles, silent_after, turnover_us,
    ) = row  # fmt: skip
    return FeedState(
        feed_id=feed_id,
        url=url,
        moved_to=moved_to,
        due_at=due_at,
        validators=Validators(etag=etag, last_modified=last_modified),
        body_hash=body_hash,
        last_poll_at=last_poll_at,
        last_success_at=last_success_at,
        last_new_item_at=last_new_item_at,
        filled=is_filled,
        repeats_guids=repeats_guids,
        failures=failures,
        problem=FetchProblem(problem) if problem else None,
        problem_detail=problem_detail,
        problem_since=problem_since,
        timetable=timetable.unpack(said),
        rhythm=rhythm or b"",
        troubles=frozenset(map(TroubleKind, troubles.split())),
        silent_after=silent_after,
        turnover=None if turnover_us is None else turnover_us * _MICROSECOND,
    )
