"""What hosts are owed, from one run of the service to the next.

In go the records of the host gate, out they come again at the next start. Called by `app`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select

from watcher.ingest.manners import LONGEST_HOLD, HostRecord
from watcher.storage.sql import insert_or_replace
from watcher.storage.tables import hosts


class HostRows:
    """The `hosts` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, records: Sequence[HostRecord]) -> None:
        """Write what has changed."""
        insert_or_replace(self._connection, hosts, [asdict(record) for record in records], key=("name",))

    def all(self) -> tuple[HostRecord, ...]:
        """Give what is remembered."""
        return tuple(HostRecord(**row._mapping) for row in self._connection.execute(select(hosts)))

    def forget(self, *, now: datetime) -> None:
        """Drop hosts that were asked long ago and want nothing any more."""
        is_over = [
            or_(column.is_(None), column < now - LONGEST_HOLD)
            for column in (hosts.c.last_request_at, hosts.c.held_until, hosts.c.budget_until)
        ]
        self._connection.execute(delete(hosts).where(*is_over))
