"""How often each feed's polls failed, by class of failure: counters that no success resets.

In go the failures of polls, out come counts for `status`. Called inside a poll's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select, update

from watcher.storage.sql import insert_or_add
from watcher.storage.tables import feed_problems
from watcher.types import FetchProblem


class ProblemRows:
    """The `feed_problems` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, feed_id: str, problem: FetchProblem, *, at: datetime) -> None:
        """Count one failed poll."""
        row = {"feed_id": feed_id, "problem": problem.value, "count": 1, "last_at": at}
        key = ("feed_id", "problem")
        insert_or_add(self._connection, feed_problems, [row], key=key, number="count")
        self._connection.execute(
            update(feed_problems)
            .where(feed_problems.c.feed_id == feed_id, feed_problems.c.problem == problem.value)
            .values(last_at=at)
        )

    def take_back(self, failures: Iterable[tuple[str, FetchProblem]]) -> None:
        """Uncount one failure each: it was not the feed's."""
        for feed_id, problem in failures:
            self._connection.execute(
                update(feed_problems)
                .where(
                    feed_problems.c.feed_id == feed_id,
                    feed_problems.c.problem == problem.value,
                    feed_problems.c.count > 0,
                )
                .values(count=feed_problems.c.count - 1)
            )

    def all(self) -> dict[str, dict[FetchProblem, int]]:
        """Give the counts by feed and class; what was never seen is left out."""
        rows = self._connection.execute(select(feed_problems).where(feed_problems.c.count > 0))
        found: dict[str, dict[FetchProblem, int]] = {}
        for row in rows:
            found.setdefault(row.feed_id, {})[FetchProblem(row.problem)] = row._mapping["count"]
        return found
