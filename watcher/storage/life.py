"""What happened to alerts, and which of them nothing has come to for long.

Called by `life` (to write), when alerts are read (to show), and by the job that closes what is quiet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from watcher.storage.sql import insert_new
from watcher.storage.tables import alert_events, alerts
from watcher.types import LifeEvent, LifeKind, LifeReason

_OPENING = (LifeKind.REOPENED.value, LifeKind.RESTORED.value)


class LifeRows:
    """The `alert_events` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, alert_id: str, events: Sequence[LifeEvent]) -> None:
        """Store what happened to an alert, in order."""
        columns = alert_events.c
        last = select(func.max(columns.position)).where(columns.alert_id == alert_id)
        start = self._connection.scalar(last) if events else None
        first = 0 if start is None else start + 1
        rows = [
            {
                "alert_id": alert_id,
                "position": place,
                "kind": event.kind.value,
                "reason": event.reason.value,
                "at": event.at,
                "detail": event.detail,
                "number": event.number,
                "is_told": event.is_told,
            }
            for place, event in enumerate(events, first)
        ]
        insert_new(self._connection, alert_events, rows)
        for event in events:
            if event.kind is LifeKind.CLOSED or event.kind.value in _OPENING:
                closed_at = event.at if event.kind is LifeKind.CLOSED else None
                self._connection.execute(
                    update(alerts).where(alerts.c.id == alert_id).values(closed_at=closed_at)
                )

    def of(self, alert_ids: Iterable[str]) -> dict[str, tuple[LifeEvent, ...]]:
        """Give what happened to alerts, oldest first; alerts without any are left out."""
        query = select(alert_events).where(alert_events.c.alert_id.in_(list(alert_ids)))
        found: dict[str, list[LifeEvent]] = {}
        for row in self._connection.execute(query.order_by(alert_events.c.alert_id, alert_events.c.position)):
            found.setdefault(row.alert_id, []).append(_event(row))
        return {alert_id: tuple(events) for alert_id, events in found.items()}

    def quiet(self, *, before: datetime, limit: int) -> Sequence[str]:
        """Name the open alerts that nothing has come to since `before`, the longest first."""
        query = (
            select(alerts.c.id)
            .where(alerts.c.closed_at.is_(None), alerts.c.updated_at < before)
            .order_by(alerts.c.updated_at, alerts.c.id)
            .limit(limit)
        )
        return self._connection.scalars(query).all()


def _event(row: Row[Any]) -> LifeEvent:
    return LifeEvent(
        kind=LifeKind(row.kind),
        reason=LifeReason(row.reason),
        at=row.at,
        detail=row.detail,
        number=row.number,
        is_told=row.is_told,
    )
