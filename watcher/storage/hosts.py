"""What hosts are owed, from one run of the service to the next, and among processes that run at once.

In go the records of a host gate, out they come again at the next start, and within seconds in the other processes' gates.
Called by `assembly`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select

from watcher.ingest.manners import LONGEST_HOLD, HostRecord, joined
from watcher.storage.sql import insert_or_replace
from watcher.storage.tables import hosts

_BATCH = 500  # parameters of one IN list: far below what either database takes
_RECENT = timedelta(seconds=15)


class HostRows:
    """The `hosts` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, records: Sequence[HostRecord]) -> None:
        """Write what has changed, joined with what another process has written."""
        known: dict[str, HostRecord] = {}
        names = [record.name for record in records]
        for start in range(0, len(names), _BATCH):
            query = select(hosts).where(hosts.c.name.in_(names[start : start + _BATCH])).with_for_update()
            known |= {row.name: HostRecord(**row._mapping) for row in self._connection.execute(query)}
        rows = [asdict(joined(record, known.get(record.name, record))) for record in records]
        insert_or_replace(self._connection, hosts, rows, key=("name",))

    def standing(self, now: datetime) -> tuple[HostRecord, ...]:
        """Give those that want something, and those that were asked within the last seconds."""
        columns = (
            hosts.c.held_until > now,
            hosts.c.budget_until > now,
            hosts.c.last_request_at > now - _RECENT,
        )
        query = select(hosts).where(or_(*columns))
        return tuple(HostRecord(**row._mapping) for row in self._connection.execute(query))

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
