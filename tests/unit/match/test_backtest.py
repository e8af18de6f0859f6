"""What a changed rule set gains and loses on past items, and how many alerts it means."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support import samples
from tests.support.samples import NOW
from watcher.match.backtest import Backtest, Report, RuleOutcome, Subject, to_json
from watcher.types import Match


def subject(item_id: int, **changes: Any) -> Subject:
    facts: dict[str, Any] = {
        "item_id": item_id,
        "feed_id": "wire",
        "title": f"Item {item_id}",
        "url": None,
        "seen_at": NOW - timedelta(days=item_id),
        "story_id": f"st-{item_id}",
    }
    return Subject(**{**facts, **changes})


def compared(*rows: tuple[Subject, list[Match], list[Match]], kept: int = 3) -> Report:
    test = Backtest(["border", "raid"], samples=kept)
    for one, now, then in rows:
        test.add(one, now, then)
    return test.report(until=NOW)


def border(report: Report) -> RuleOutcome:
    return next(one for one in report.rules if one.rule == "border")


HELD = samples.match()


def test_what_only_one_of_the_two_matches_is_added_or_dropped() -> None:
    report = compared(
        (subject(1), [HELD], [HELD]), (subject(2), [], [HELD]), (subject(3), [HELD], []), (subject(4), [], [])
    )
    one = border(report)
    assert (one.matches_now, one.matches_then, one.added, one.dropped) == (2, 2, 1, 1)
    assert [(s.subject.item_id, s.is_added) for s in one.samples] == [(2, True), (3, False)]
    assert one.samples[1].evidence == HELD.evidence
    assert one.is_changed
    assert report.items == 4


def test_a_rule_that_says_the_same_is_unchanged() -> None:
    assert not border(compared((subject(1), [HELD], [HELD]))).is_changed


def test_rules_that_are_not_compared_are_passed_over() -> None:
    report = compared((subject(1), [samples.match(rule="other")], []))
    assert [one.rule for one in report.rules] == ["border", "raid"]
    assert not any(one.is_changed for one in report.rules)


def test_items_of_one_story_are_one_alert_for_a_rule() -> None:
    report = compared(
        (subject(1, story_id="st-1"), [], [HELD, samples.match(rule="raid")]),
        (subject(2, story_id="st-1"), [], [HELD]),
        (subject(3), [], [HELD]),
        (subject(4), [], [HELD]),
    )
    assert {one.rule: one.alerts_then for one in report.rules} == {"border": 3, "raid": 1}
    assert report.alerts_per_day == (0.0, 1.0)


@pytest.mark.parametrize("why", ["is_test", "is_late", "is_counted"])
def test_a_match_that_nobody_is_told_of_is_no_alert(why: str) -> None:
    one = border(compared((subject(1), [], [samples.match(**{why: True})])))
    assert (one.matches_then, one.alerts_then) == (1, 0)


def test_the_archive_of_a_feed_is_no_alert() -> None:
    one = border(compared((subject(1, is_archive=True), [], [HELD])))
    assert (one.matches_then, one.alerts_then) == (1, 0)


def test_samples_are_bounded_for_each_kind() -> None:
    rows = [(subject(n), [], [HELD]) for n in range(1, 9)] + [(subject(n), [HELD], []) for n in range(9, 19)]
    found = border(compared(*rows, kept=2)).samples
    assert [(s.subject.item_id, s.is_added) for s in found] == [(1, True), (2, True), (9, False), (10, False)]
    assert border(compared(*rows, kept=0)).samples == ()


def test_a_period_lasts_from_the_first_item_and_at_least_a_day() -> None:
    assert compared((subject(4), [], [HELD]), (subject(2), [], [])).days == 4.0
    assert compared((subject(1, seen_at=NOW - timedelta(hours=1)), [], [HELD])).alerts_per_day == (0.0, 1.0)
    assert compared().alerts_per_day == (0.0, 0.0)


def test_the_report_is_plain_data() -> None:
    said = to_json(compared((subject(1, url="https://x.example/1"), [], [HELD])))
    assert said["alerts_per_day"] == {"now": 0.0, "then": 1.0}
    (sample,) = said["rules"][0]["samples"]
    assert (sample["change"], sample["item"], sample["url"]) == ("added", 1, "https://x.example/1")
    assert sample["evidence"][0] == {
        "field": "title",
        "start": 0,
        "end": 6,
        "text": "Gunmen",
        "path": "match.all[0]",
    }
