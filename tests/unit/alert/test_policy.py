"""Who is told of a match: the whole table."""

from __future__ import annotations

import pytest

from tests.support import samples
from watcher.alert.policy import Reason, Verdict, decide, outcome_of
from watcher.alert.retraction import Mark
from watcher.types import Alert, MatchOutcome

ALERT = samples.alert()


@pytest.mark.parametrize(
    ("is_test", "is_late", "is_archive", "outcome"),
    [
        (False, False, False, MatchOutcome.TOLD),
        (False, False, True, MatchOutcome.FIRST_POLL),
        (False, True, False, MatchOutcome.LATE),
        (False, True, True, MatchOutcome.FIRST_POLL),
        (True, False, False, MatchOutcome.TEST),
        (True, True, True, MatchOutcome.TEST),
    ],
)
def test_what_becomes_of_a_match(
    is_test: bool, is_late: bool, is_archive: bool, outcome: MatchOutcome
) -> None:
    assert outcome_of(samples.match(is_test=is_test, is_late=is_late), is_archive=is_archive) is outcome


@pytest.mark.parametrize(
    ("outcome", "feed_id", "was_matched", "alert", "verdict", "reason"),
    [
        (MatchOutcome.TOLD, "b", False, None, Verdict.TELL, Reason.FIRST_REPORT),
        (MatchOutcome.TOLD, "b", False, ALERT, Verdict.UPDATE, Reason.ANOTHER_SOURCE),
        (MatchOutcome.TOLD, "wire", False, ALERT, Verdict.HEED, Reason.SAME_SOURCE),
        (MatchOutcome.TOLD, "wire", True, ALERT, Verdict.HEED, Reason.MATCHED_BEFORE),
        (MatchOutcome.LATE, "wire", True, ALERT, Verdict.KEEP, Reason.LATE),
        (MatchOutcome.TOLD, "b", True, ALERT, Verdict.KEEP, Reason.MATCHED_BEFORE),
        (MatchOutcome.TOLD, "b", True, None, Verdict.KEEP, Reason.MATCHED_BEFORE),
        (MatchOutcome.FIRST_POLL, "b", False, None, Verdict.KEEP, Reason.FIRST_POLL),
        (MatchOutcome.FIRST_POLL, "b", False, ALERT, Verdict.KEEP, Reason.FIRST_POLL),
        (MatchOutcome.TEST, "b", False, None, Verdict.KEEP, Reason.TEST_RULE),
        (MatchOutcome.LATE, "b", False, None, Verdict.HOLD, Reason.LATE),
        (MatchOutcome.LATE, "b", False, ALERT, Verdict.KEEP, Reason.LATE),
        (MatchOutcome.LATE, "b", True, None, Verdict.KEEP, Reason.LATE),
    ],
)
def test_who_is_told(
    outcome: MatchOutcome,
    feed_id: str,
    was_matched: bool,
    alert: Alert | None,
    verdict: Verdict,
    reason: Reason,
) -> None:
    decision = decide(outcome, feed_id=feed_id, was_matched=was_matched, alert=alert)
    assert (decision.verdict, decision.reason) == (verdict, reason)


@pytest.mark.parametrize("mark", Mark)
@pytest.mark.parametrize(
    ("feed_id", "alert", "verdict"),
    [("wire", ALERT, Verdict.AMEND), ("b", ALERT, Verdict.KEEP), ("wire", None, Verdict.KEEP)],
)
def test_what_amends_what_was_told_is_heard_however_late(
    feed_id: str, alert: Alert | None, verdict: Verdict, mark: Mark
) -> None:
    decision = decide(MatchOutcome.LATE, feed_id=feed_id, was_matched=True, alert=alert, mark=mark)
    assert decision.verdict is verdict


@pytest.mark.parametrize(
    ("feed_id", "alert", "verdict"),
    [("b", None, Verdict.KEEP), ("b", ALERT, Verdict.KEEP), ("wire", ALERT, Verdict.HEED)],
)
def test_a_report_that_says_it_is_withdrawn_opens_nothing(
    feed_id: str, alert: Alert | None, verdict: Verdict
) -> None:
    decision = decide(MatchOutcome.TOLD, feed_id=feed_id, was_matched=False, alert=alert, mark=Mark.WITHDRAWN)
    assert decision.verdict is verdict
