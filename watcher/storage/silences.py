"""Silences in the store: who asked for quiet about what, until when, and why. Ended ones are kept.

Called when alerts are queued, by the `silence` commands, and by whoever snoozes in chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from watcher.alert.hold import Silence
from watcher.alert.matchers import Matchers
from watcher.storage.tables import silences
from watcher.types import Severity, Tlp

_ENDS_AT = func.coalesce(silences.c.expired_at, silences.c.ends_at)


class SilenceRows:
    """The `silences` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, silence: Silence) -> None:
        """Store a new silence."""
        row = {
            "id": silence.id,
            "matchers": matchers_to_json(silence.when),
            "starts_at": silence.starts_at,
            "ends_at": silence.ends_at,
            "author": silence.author,
            "comment": silence.comment,
            "created_at": silence.created_at,
        }
        self._connection.execute(silences.insert(), [row])

    def active(self, now: datetime) -> Sequence[Silence]:
        """Give the silences that hold now, the one that ends last first."""
        query = select(silences).where(and_(silences.c.starts_at <= now, now < _ENDS_AT))
        return self._read(query.order_by(_ENDS_AT.desc(), silences.c.id))

    def newest(self, *, limit: int, not_over_at: datetime | None = None) -> Sequence[Silence]:
        """Give the newest silences; with `not_over_at` only those that then hold or will."""
        query = select(silences).order_by(silences.c.created_at.desc(), silences.c.id).limit(limit)
        return self._read(query if not_over_at is None else query.where(not_over_at < _ENDS_AT))

    def expire(self, silence_ids: Sequence[str], *, at: datetime) -> int:
        """End silences now that would still hold or begin; gives how many."""
        query = update(silences).where(silences.c.id.in_(list(silence_ids)), at < _ENDS_AT)
        return int(self._connection.execute(query.values(expired_at=at)).rowcount)

    def forget(self, *, before: datetime) -> None:
        """Drop those that ended before a time."""
        self._connection.execute(
            delete(silences).where(or_(silences.c.ends_at < before, silences.c.expired_at < before))
        )

    def _read(self, query: Any) -> list[Silence]:
        return [_silence(row) for row in self._connection.execute(query)]


def matchers_to_json(matchers: Matchers) -> dict[str, list[str]]:
    """Give the matchers that are set, as the configuration writes them."""
    given = {one.name: getattr(matchers, one.name) for one in fields(matchers)}
    return {
        name: sorted(v.label if isinstance(v, Severity | Tlp) else v for v in values)
        for name, values in given.items()
        if values
    }


def matchers_from_json(data: dict[str, list[str]]) -> Matchers:
    """Read what `matchers_to_json` gave."""
    read: dict[str, Any] = {name: frozenset(values) for name, values in data.items()}
    if "severity" in data:
        read["severity"] = frozenset(Severity.parse(label) for label in data["severity"])
    if "tlp" in data:
        read["tlp"] = frozenset(Tlp.parse(label) for label in data["tlp"])
    if "rule" in data:
        read["rule"] = tuple(data["rule"])
    return Matchers(**read)


def _silence(row: Row[Any]) -> Silence:
    return Silence(
        id=row.id,
        when=matchers_from_json(row.matchers),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        author=row.author,
        comment=row.comment,
        created_at=row.created_at,
        expired_at=row.expired_at,
    )
