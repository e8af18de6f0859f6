"""The queue of articles that are to be fetched, and what became of each.

One row for each item of a feed with full text, gone with the item. Called by the pipeline, which queues, and by
`articles`, which leases, fetches and settles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select, update

from watcher.ingest.revisit import BETWEEN_EDITS, LONGEST_WAIT
from watcher.storage.feeds import LONGEST_LEASE
from watcher.storage.sql import insert_or_replace
from watcher.storage.tables import articles
from watcher.types import ArticleState, FetchProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """An article to be fetched; `attempts` were made before."""

    item_id: int
    feed_id: str
    url: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt led to; `due_at` is the next one of an article that still waits."""

    state: ArticleState
    due_at: datetime
    problem: FetchProblem | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Articles of one feed that were not got for one reason; `detail` is that of one of them."""

    feed_id: str
    state: ArticleState
    problem: FetchProblem
    count: int
    detail: str | None


class ArticleRows:
    """The `articles` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(self, feed_id: str, urls: Mapping[int, str], *, now: datetime) -> None:
        """Let the articles of items be fetched, by item id; one that was fetched a short while ago has to wait."""
        if not urls:
            return
        query = select(articles.c.item_id, articles.c.fetched_at).where(articles.c.item_id.in_(list(urls)))
        fetched = {row.item_id: row.fetched_at for row in self._connection.execute(query)}
        rows = [
            {
                "item_id": item_id,
                "feed_id": feed_id,
                "url": url,
                "state": ArticleState.WAITING.value,
                "attempts": 0,
                "due_at": max(now, fetched[item_id] + BETWEEN_EDITS) if fetched.get(item_id) else now,
                "lease_owner": None,
                "lease_until": None,
                "problem": None,
                "detail": None,
            }
            for item_id, url in urls.items()
        ]
        insert_or_replace(self._connection, articles, rows, key=("item_id",))

    def lease_due(self, *, owner: str, now: datetime, until: datetime, limit: int) -> Sequence[Errand]:
        """Take up to `limit` articles due at `now`, oldest first; a lease that has ended is free again."""
        is_free = or_(articles.c.lease_until.is_(None), articles.c.lease_until <= now)
        due = select(articles).where(
            articles.c.state == ArticleState.WAITING.value, articles.c.due_at <= now, is_free
        )
        rows = self._connection.execute(
            due.order_by(articles.c.due_at, articles.c.item_id).limit(limit).with_for_update(skip_locked=True)
        ).all()
        if rows:
            self._connection.execute(
                update(articles)
                .where(articles.c.item_id.in_([row.item_id for row in rows]))
                .values(lease_owner=owner, lease_until=until)
            )
        return [
            Errand(item_id=row.item_id, feed_id=row.feed_id, url=row.url, attempts=row.attempts)
            for row in rows
        ]

    def settle(self, errand: Errand, outcome: Outcome, *, owner: str, at: datetime) -> bool:
        """Record an attempt; gives False where the lease was lost, or the item edited meanwhile, and nothing is done."""
        result = self._connection.execute(
            update(articles)
            .where(articles.c.item_id == errand.item_id, articles.c.lease_owner == owner)
            .values(
                state=outcome.state.value,
                attempts=errand.attempts + 1,
                due_at=outcome.due_at,
                problem=outcome.problem.value if outcome.problem else None,
                detail=outcome.detail,
                fetched_at=at,
                lease_owner=None,
                lease_until=None,
            )
        )
        return bool(result.rowcount)

    def drop(self, item_ids: Sequence[int]) -> None:
        """Forget articles that nobody wants any longer."""
        self._connection.execute(delete(articles).where(articles.c.item_id.in_(list(item_ids))))

    def release(self, *, owners: Sequence[str]) -> None:
        """Free what these owners hold: they have stopped."""
        self._connection.execute(
            update(articles)
            .where(articles.c.lease_owner.in_(owners))
            .values(lease_owner=None, lease_until=None)
        )

    def pull_back(self, *, now: datetime) -> int:
        """Make due what a clock has put out of reach that has jumped back since, and end its leases."""
        self._connection.execute(
            update(articles)
            .where(articles.c.lease_until > now + LONGEST_LEASE)
            .values(lease_owner=None, lease_until=None)
        )
        is_waiting = articles.c.state == ArticleState.WAITING.value
        result = self._connection.execute(
            update(articles).where(is_waiting, articles.c.due_at > now + LONGEST_WAIT).values(due_at=now)
        )
        return int(result.rowcount)

    def owners(self) -> frozenset[str]:
        """Give everybody who holds a lease."""
        query = select(articles.c.lease_owner).where(articles.c.lease_owner.is_not(None)).distinct()
        return frozenset(self._connection.scalars(query))

    def counts(self) -> dict[ArticleState, int]:
        """Count articles by state."""
        query = select(articles.c.state, func.count().label("n")).group_by(articles.c.state)
        return {ArticleState(row.state): row.n for row in self._connection.execute(query)}

    def troubles(self) -> Sequence[Trouble]:
        """Give why articles were not got, by feed."""
        query = (
            select(
                articles.c.feed_id,
                articles.c.state,
                articles.c.problem,
                func.count().label("n"),
                func.max(articles.c.detail).label("detail"),
            )
            .where(articles.c.problem.is_not(None))
            .group_by(articles.c.feed_id, articles.c.state, articles.c.problem)
            .order_by(articles.c.feed_id, articles.c.problem)
        )
        return [
            Trouble(
                feed_id=row.feed_id,
                state=ArticleState(row.state),
                problem=FetchProblem(row.problem),
                count=row.n,
                detail=row.detail,
            )
            for row in self._connection.execute(query)
        ]
