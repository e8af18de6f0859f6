"""Who works on this database: one row a running service, kept fresh by it.

Two services with the same feeds share the work; two with different ones would retire each other's feeds. Called by
`app` at start, every minute and at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from watcher.storage.sql import insert_or_replace
from watcher.storage.tables import services


class ServiceRows:
    """The `services` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def beat(self, owner: str, *, feeds_digest: str, at: datetime) -> None:
        """Say that a service is alive, and with which feeds."""
        row = {"owner": owner, "feeds_digest": feeds_digest, "seen_at": at}
        insert_or_replace(self._connection, services, [row], key=("owner",))

    def owners(self) -> frozenset[str]:
        """Give all services that have not said goodbye."""
        return frozenset(self._connection.scalars(select(services.c.owner)))

    def living(self, *, since: datetime) -> dict[str, str]:
        """Give the feeds' digests of the services that were alive after `since`, by owner."""
        query = select(services.c.owner, services.c.feeds_digest).where(services.c.seen_at > since)
        return {row.owner: row.feeds_digest for row in self._connection.execute(query)}

    def forget(self, *, before: datetime) -> None:
        """Forget services that were killed elsewhere: nobody here can tell that they have ended."""
        self._connection.execute(delete(services).where(services.c.seen_at < before))

    def leave(self, owners: Sequence[str]) -> None:
        """Forget services that have stopped."""
        self._connection.execute(delete(services).where(services.c.owner.in_(list(owners))))
