"""Notices in the store: what was told of troubles, kept until their deliveries are forgotten.

Called by `notices` when it tells, and by `deliveries` when it sends.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from watcher.storage.sql import insert_new
from watcher.storage.tables import deliveries, notices
from watcher.storage.turns import OPEN
from watcher.types import Notice, TroubleKind


class NoticeRows:
    """The `notices` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, notice: Notice) -> None:
        """Store a notice; one whose id is taken was told before."""
        row = {
            "id": notice.id,
            "kind": notice.kind.value,
            "is_recovery": notice.is_recovery,
            "title": notice.title,
            "lines": list(notice.lines),
            "created_at": notice.created_at,
        }
        insert_new(self._connection, notices, [row])

    def get(self, notice_ids: Sequence[str]) -> Sequence[Notice]:
        """Give notices by id; unknown ids are left out."""
        if not notice_ids:
            return ()
        query = select(notices).where(notices.c.id.in_(list(notice_ids)))
        return [_notice(row) for row in self._connection.execute(query)]

    def last_told(self) -> dict[tuple[TroubleKind, bool], datetime]:
        """Give when something of each kind was last told, its beginning (False) and its end (True) apart."""
        query = select(notices.c.kind, notices.c.is_recovery, func.max(notices.c.created_at).label("at"))
        rows = self._connection.execute(query.group_by(notices.c.kind, notices.c.is_recovery))
        return {(TroubleKind(row.kind), row.is_recovery): row.at for row in rows}

    def forget(self, *, before: datetime) -> None:
        """Forget old notices with their deliveries, but for those that are still to be made."""
        is_open = deliveries.c.state.in_(OPEN)
        waiting = select(deliveries.c.notice_id).where(is_open, deliveries.c.notice_id.is_not(None))
        old = select(notices.c.id).where(notices.c.created_at < before, notices.c.id.not_in(waiting))
        found = list(self._connection.scalars(old))
        self._connection.execute(delete(deliveries).where(deliveries.c.notice_id.in_(found)))
        self._connection.execute(delete(notices).where(notices.c.id.in_(found)))


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        kind=TroubleKind(row.kind),
        is_recovery=row.is_recovery,
        title=row.title,
        lines=tuple(row.lines),
        created_at=row.created_at,
    )
