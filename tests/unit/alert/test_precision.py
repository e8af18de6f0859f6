"""How often a rule is right, by what people said."""

from __future__ import annotations

import pytest

from tests.support.alerts import NOON
from watcher.alert.precision import Tally, judge
from watcher.types import Answer, AnswerWord

ACK, NO, SNOOZE, STORY = (
    AnswerWord.ACKNOWLEDGED,
    AnswerWord.NOT_RELEVANT,
    AnswerWord.SNOOZED,
    AnswerWord.WRONG_STORY,
)


def said(alert: str, by: str, word: AnswerWord) -> Answer:
    return Answer(id="-", alert_id=alert, word=word, by=by, by_id=by, via="slack", at=NOON)


@pytest.mark.parametrize(
    ("answers", "relevant", "not_relevant"),
    [
        ((), 0, 0),
        ((said("1", "a", ACK),), 1, 0),
        ((said("1", "a", ACK), said("1", "a", NO)), 0, 1),
        ((said("1", "a", NO), said("1", "a", ACK)), 1, 0),
        ((said("1", "a", ACK), said("1", "b", ACK), said("1", "c", NO)), 1, 0),
        ((said("1", "a", ACK), said("1", "b", NO)), 0, 1),
        ((said("1", "a", ACK), said("2", "a", NO), said("3", "a", NO)), 1, 2),
        ((said("1", "a", SNOOZE), said("2", "a", STORY)), 0, 0),
    ],
)
def test_alerts_are_judged_by_the_last_word_of_each_person(
    answers: tuple[Answer, ...], relevant: int, not_relevant: int
) -> None:
    assert judge(9, answers) == Tally(told=9, relevant=relevant, not_relevant=not_relevant)


def test_precision_is_of_the_judged_alerts() -> None:
    assert Tally(told=9, relevant=1, not_relevant=3).precision == 0.25
    assert Tally(told=9).precision is None
