"""What people said to alerts, and what that makes of each rule.

Called by `answering` (to write), when alerts are read (to show), and by the `rules` commands (to measure).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, func, select

from watcher.alert.precision import Tally, judge
from watcher.storage.sql import insert_new
from watcher.storage.tables import alerts, answers, deliveries
from watcher.types import Answer, AnswerWord, DeliveryState


class AnswerRows:
    """The `answers` table inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, answer: Answer) -> bool:
        """Store an answer; gives False when it was stored before."""
        known = select(answers.c.id).where(answers.c.id == answer.id)
        if self._connection.execute(known).first() is not None:
            return False
        row = {
            "id": answer.id,
            "alert_id": answer.alert_id,
            "word": answer.word.value,
            "by": answer.by,
            "by_id": answer.by_id,
            "via": answer.via,
            "at": answer.at,
            "detail": answer.detail,
        }
        insert_new(self._connection, answers, [row])
        return True

    def of(self, alert_ids: Iterable[str]) -> dict[str, tuple[Answer, ...]]:
        """Give what was said to alerts, first answer first; alerts without any are left out."""
        query = select(answers).where(answers.c.alert_id.in_(list(alert_ids)))
        found: dict[str, tuple[Answer, ...]] = {}
        for row in self._connection.execute(query.order_by(answers.c.at, answers.c.id)):
            found[row.alert_id] = (*found.get(row.alert_id, ()), _answer(row))
        return found

    def tallies(self) -> dict[str, Tally]:
        """Give by rule how many of its alerts were told, and what people made of them."""
        told = (
            select(alerts.c.rule, func.count(alerts.c.id.distinct()).label("told"))
            .join(deliveries, deliveries.c.alert_id == alerts.c.id)
            .where(deliveries.c.state == DeliveryState.DELIVERED.value)
            .group_by(alerts.c.rule)
        )
        counts = {row.rule: int(row.told) for row in self._connection.execute(told)}
        said = select(answers, alerts.c.rule).join(alerts, alerts.c.id == answers.c.alert_id)
        by_rule: dict[str, list[Answer]] = {}
        for row in self._connection.execute(said.order_by(answers.c.at, answers.c.id)):
            by_rule.setdefault(row.rule, []).append(_answer(row))
        return {
            rule: judge(counts.get(rule, 0), by_rule.get(rule, ())) for rule in counts.keys() | by_rule.keys()
        }


def _answer(row: Row[Any]) -> Answer:
    return Answer(
        id=row.id,
        alert_id=row.alert_id,
        word=AnswerWord(row.word),
        by=row.by,
        by_id=row.by_id,
        via=row.via,
        at=row.at,
        detail=row.detail,
    )
