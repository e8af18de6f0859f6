"""What a match means for the alert of its rule on its story: that it opens, grows, is looked at again, or nothing.

Pure. In go a match and what is known of its story, out comes a verdict with its reason. Called by the pipeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from watcher.alert.retraction import Mark
from watcher.types import Alert, Match, MatchOutcome


class Verdict(StrEnum):
    """`tell` opens an alert, `update` adds a report to it, `heed` looks whether a report of a listed source says more than
    was told, `amend` only whether it corrects or takes back what was told, `hold` writes down what would have been told,
    `keep` changes nothing for anybody. What the report changes is `life`'s to say."""

    TELL = "tell"
    UPDATE = "update"
    HEED = "heed"
    AMEND = "amend"
    HOLD = "hold"
    KEEP = "keep"


class Reason(StrEnum):
    """Why; logged and counted."""

    FIRST_REPORT = "first_report"
    ANOTHER_SOURCE = "another_source"
    SAME_SOURCE = "same_source"
    MATCHED_BEFORE = "matched_before"
    FIRST_POLL = "first_poll"
    TEST_RULE = "test_rule"
    LATE = "late"
    COUNTED = "counted"
    WITHDRAWN = "withdrawn"
    LATE_AMENDMENT = "late_amendment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    verdict: Verdict
    reason: Reason


_HELD = {
    MatchOutcome.FIRST_POLL: Reason.FIRST_POLL,
    MatchOutcome.TEST: Reason.TEST_RULE,
    MatchOutcome.LATE: Reason.LATE,
    MatchOutcome.COUNTED: Reason.COUNTED,
}


def outcome_of(match: Match, *, is_archive: bool) -> MatchOutcome:
    """Say what becomes of a match.

    Args:
        match: the rule that held.
        is_archive: the item came with the first poll of its feed, and that feed does not alert on it.
    """
    if match.is_counted:
        return MatchOutcome.COUNTED
    if match.is_test:
        return MatchOutcome.TEST
    if is_archive:
        return MatchOutcome.FIRST_POLL
    return MatchOutcome.LATE if match.is_late else MatchOutcome.TOLD


def decide(
    outcome: MatchOutcome,
    *,
    feed_id: str,
    was_matched: bool,
    alert: Alert | None,
    mark: Mark | None = None,
) -> Decision:
    """Decide whom a match is told to.

    Args:
        outcome: of the match.
        feed_id: the feed that the item came from.
        was_matched: this rule held on this item before it was edited.
        alert: what was told about this rule on this story, None when nothing was.
        mark: what the headline says of the report. One that is taken back is no news of its own.
    """
    is_listed = alert is not None and any(source.feed_id == feed_id for source in alert.sources)
    if outcome is MatchOutcome.LATE and is_listed and mark is not None:
        # What is old is no news, but that something is wrong which people were told is news whenever it comes.
        return Decision(verdict=Verdict.AMEND, reason=Reason.LATE_AMENDMENT)
    if outcome is MatchOutcome.LATE and alert is None and not was_matched and mark is not Mark.WITHDRAWN:
        return Decision(verdict=Verdict.HOLD, reason=Reason.LATE)
    if outcome in _HELD:
        return Decision(verdict=Verdict.KEEP, reason=_HELD[outcome])
    if was_matched:
        return Decision(verdict=Verdict.HEED if is_listed else Verdict.KEEP, reason=Reason.MATCHED_BEFORE)
    if mark is Mark.WITHDRAWN and not is_listed:
        return Decision(verdict=Verdict.KEEP, reason=Reason.WITHDRAWN)
    if alert is None:
        return Decision(verdict=Verdict.TELL, reason=Reason.FIRST_REPORT)
    if is_listed:
        return Decision(verdict=Verdict.HEED, reason=Reason.SAME_SOURCE)
    return Decision(verdict=Verdict.UPDATE, reason=Reason.ANOTHER_SOURCE)
