"""How often a rule is right, by what people said to its alerts.

Pure. In go the answers to a rule's alerts, out comes a `Tally`. Called by `storage.answers`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from watcher.types import Answer, AnswerWord

_FOR = frozenset({AnswerWord.ACKNOWLEDGED, AnswerWord.RELEVANT})
_AGAINST = frozenset({AnswerWord.NOT_RELEVANT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`told` counts the alerts that somebody was sent, `relevant` and `not_relevant` those that people judged."""

    told: int = 0
    relevant: int = 0
    not_relevant: int = 0

    @property
    def precision(self) -> float | None:
        """The share of the judged alerts that were relevant, in 0..1; None when nobody judged any."""
        judged = self.relevant + self.not_relevant
        return self.relevant / judged if judged else None


def judge(told: int, answers: Iterable[Answer]) -> Tally:
    """Count the alerts of one rule by what people made of them.

    The last judgement of each person counts: an acknowledgement is one for relevance. An alert is not relevant when at
    least as many people say so as say the opposite.

    Args:
        told: how many alerts were sent.
        answers: to them, first answer first.
    """
    last: dict[tuple[str, str], AnswerWord] = {}
    for answer in answers:
        if answer.word in _FOR | _AGAINST:
            last[answer.alert_id, answer.by_id] = answer.word
    votes: dict[str, int] = {}
    for (alert_id, _), word in last.items():
        votes[alert_id] = votes.get(alert_id, 0) + (1 if word in _FOR else -1)
    relevant = sum(balance > 0 for balance in votes.values())
    return Tally(told=told, relevant=relevant, not_relevant=len(votes) - relevant)
