"""Troubles in the store: when something kept people from hearing, and what they were told of it.

Called by the pipeline inside a poll's transaction, by whoever notices trouble of the service, and by `notices`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from watcher.storage.sql import insert_or_replace
from watcher.storage.tables import troubles
from watcher.types import Trouble, TroubleKind

_LONGEST_REASON = 500


class TroubleRows:
    """The `troubles` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, kind: TroubleKind, subject: str, *, at: datetime, reason: str) -> None:
        """Note that a trouble began; one of this kind and subject that lasts already goes on, with its first reason.

        Args:
            kind: what it is.
            subject: a feed's id or a channel's name; empty for the whole service.
            at: since when.
            reason: in words for people; of texts from outside only what is bounded and safe to log.
        """
        lasting = select(func.count()).where(*_same(kind, subject), troubles.c.ended_at.is_(None))
        if self._connection.execute(lasting).scalar_one():
            return
        row = {
            "kind": kind.value,
            "subject": subject,
            "started_at": at,
            "reason": reason[:_LONGEST_REASON],
            "ended_at": None,
        }
        insert_or_replace(self._connection, troubles, [row], key=("kind", "subject", "started_at"))

    def end(self, kind: TroubleKind, subject: str, *, at: datetime) -> None:
        """Note that a trouble is over; nothing happens where there is none."""
        self._connection.execute(
            update(troubles).where(*_same(kind, subject), troubles.c.ended_at.is_(None)).values(ended_at=at)
        )

    def lasting(self) -> Sequence[Trouble]:
        """Give the troubles that last, oldest first."""
        query = select(troubles).where(troubles.c.ended_at.is_(None)).order_by(troubles.c.started_at)
        return [_trouble(row) for row in self._connection.execute(query)]

    def counts(self) -> dict[TroubleKind, int]:
        """Count the troubles that last, by kind."""
        query = select(troubles.c.kind, func.count().label("n")).where(troubles.c.ended_at.is_(None))
        return {
            TroubleKind(row.kind): row.n for row in self._connection.execute(query.group_by(troubles.c.kind))
        }

    def since(self, moment: datetime) -> Sequence[Trouble]:
        """Give the troubles that last, or ended after a moment, oldest first."""
        is_recent = or_(troubles.c.ended_at.is_(None), troubles.c.ended_at >= moment)
        query = select(troubles).where(is_recent).order_by(troubles.c.started_at)
        return [_trouble(row) for row in self._connection.execute(query)]

    def untold(self, *, passing: Collection[TroubleKind], since: datetime) -> Sequence[Trouble]:
        """Take the troubles that nobody was told of; another worker that asks now is not given them.

        Args:
            passing: kinds that are worth telling when they have ended, if that was after `since`.
            since: see there.
        """
        is_recent = and_(troubles.c.kind.in_([kind.value for kind in passing]), troubles.c.ended_at >= since)
        query = (
            select(troubles)
            .where(troubles.c.told_at.is_(None), or_(troubles.c.ended_at.is_(None), is_recent))
            .order_by(troubles.c.started_at)
            .with_for_update(skip_locked=True)
        )
        return [_trouble(row) for row in self._connection.execute(query)]

    def recovered(self, *, passing: Collection[TroubleKind]) -> Sequence[Trouble]:
        """Take the troubles that people were told of, and whose end they were not; but for `passing` ones."""
        query = (
            select(troubles)
            .where(
                troubles.c.told_at.is_not(None),
                troubles.c.ended_at.is_not(None),
                troubles.c.recovery_told_at.is_(None),
                troubles.c.kind.not_in([kind.value for kind in passing]),
            )
            .order_by(troubles.c.started_at)
            .with_for_update(skip_locked=True)
        )
        return [_trouble(row) for row in self._connection.execute(query)]

    def last_told(self, *, since: datetime) -> dict[tuple[TroubleKind, str], datetime]:
        """Give when people were last told of each trouble, by kind and subject."""
        query = (
            select(troubles.c.kind, troubles.c.subject, func.max(troubles.c.told_at).label("at"))
            .where(troubles.c.told_at >= since)
            .group_by(troubles.c.kind, troubles.c.subject)
        )
        return {(TroubleKind(row.kind), row.subject): row.at for row in self._connection.execute(query)}

    def told(self, some: Iterable[Trouble], *, at: datetime, is_recovery: bool) -> None:
        """Note that people were told."""
        column = "recovery_told_at" if is_recovery else "told_at"
        for one in some:
            self._connection.execute(
                update(troubles)
                .where(*_same(one.kind, one.subject), troubles.c.started_at == one.started_at)
                .values({column: at})
            )

    def forget(self, *, before: datetime) -> None:
        """Forget what ended before a moment."""
        self._connection.execute(delete(troubles).where(troubles.c.ended_at < before))


def _same(kind: TroubleKind, subject: str) -> tuple[Any, ...]:
    return troubles.c.kind == kind.value, troubles.c.subject == subject


def _trouble(row: Row[Any]) -> Trouble:
    return Trouble(
        kind=TroubleKind(row.kind),
        subject=row.subject,
        started_at=row.started_at,
        reason=row.reason,
        ended_at=row.ended_at,
        told_at=row.told_at,
    )
