"""Takes what a person says to an alert: keeps it, does what it asks for, and has the messages changed for everyone.

In: an `Answer`, from a button or a command. Out: whether it was new. One transaction, whoever asks; a click that is
reported twice is one answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from watcher.alert.matchers import Matchers
from watcher.announce import stable_id
from watcher.silencing import silence
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Transaction
from watcher.types import Alert, Answer, AnswerWord, DeliveryKind


def take_answer(
    tx: Transaction,
    answer: Answer,
    *,
    edited: Iterable[str],
    snooze: timedelta | None = None,
    is_of_rule: bool = False,
) -> bool:
    """Keep an answer.

    Args:
        tx: a transaction that writes.
        answer: to an alert that is in the store.
        edited: the channels whose messages are changed when somebody answers.
        snooze: for how long the alert's story is silenced, for the word `snoozed`.
        is_of_rule: the whole rule is silenced, not the story alone.

    Returns:
        Whether it was new; one that was not changes nothing.
    """
    if not tx.answers.add(answer):
        return False
    alert = tx.alerts.get([answer.alert_id])[answer.alert_id]
    if answer.word is AnswerWord.SNOOZED and snooze is not None:
        when = Matchers(rule=(alert.rule,)) if is_of_rule else Matchers(story=frozenset({alert.story_id}))
        silence(
            tx,
            when,
            ends_at=answer.at + snooze,
            author=answer.by,
            comment=f"snoozed in {answer.via}",
            now=answer.at,
        )
    _edit_messages(tx, alert, answer, frozenset(edited))
    return True


def _edit_messages(tx: Transaction, alert: Alert, answer: Answer, edited: frozenset[str]) -> None:
    """Queue an edit of every message of the alert; silences do not keep it back: it tells nobody anything new."""
    tx.deliveries.add(
        [
            NewDelivery(
                id=stable_id("de", alert.id, channel, answer.id),
                alert_id=alert.id,
                channel=channel,
                kind=DeliveryKind.UPDATE,
                at=answer.at,
            )
            for channel in sorted(tx.deliveries.conversations(alert.id) & edited)
        ]
    )
