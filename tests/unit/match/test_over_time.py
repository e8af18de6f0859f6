"""`when:` in YAML: what is read, what is refused and how that is said; and what the engine tells apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.matching import (
    FEED,
    GAZETTEER,
    NOW,
    document,
    engine_of,
    matches,
    problems_of,
    read_lists,
    read_rule,
)
from watcher.match.check import cross_check
from watcher.match.counting import counting_version, term_key
from watcher.match.explain import explain
from watcher.match.rates import New, Spike, Surge, Trend, Unit
from watcher.match.syntax import Rule

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BORDER = "{id: border, match: gunmen, tests: [{title: gunmen, expect: match}]}"


@pytest.mark.parametrize(
    ("when", "trend"),
    [
        (
            "{rule: border, count: stories, at_least: 3, within: 6h}",
            Surge(of="border", unit=Unit.STORIES, at_least=3, within=6 * HOUR),
        ),
        (
            "{match: {any: [a1, b2]}, count: sources, at_least: 2, within: 90m}",
            Surge(unit=Unit.SOURCES, at_least=2, within=1.5 * HOUR),
        ),
        (
            "{match: Ras Jedir, spike: 3x, within: 6h, baseline: 14d, at_least: 5}",
            Spike(unit=Unit.ITEMS, factor=3, within=6 * HOUR, baseline=14 * DAY, at_least=5),
        ),
        (
            "{rule: border, count: stories, spike: 2.5x, within: 1d, baseline: 4w}",
            Spike(of="border", unit=Unit.STORIES, factor=2.5, within=DAY, baseline=28 * DAY, at_least=3),
        ),
        ("{list: groups, new_in: 90d}", New(new_in=90 * DAY)),
        ("{place: {in: TN, kind: city}, new_in: 90d}", New(new_in=90 * DAY)),
        ("{rule: border, new_in: 30d}", New(of="border", new_in=30 * DAY)),
    ],
)
def test_every_form_is_read(when: str, trend: Trend) -> None:
    assert read_rule(f"when: {when}").when == trend


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("when: often", "'when' takes a mapping"),
        ("when: {rule: a}", "says nothing about time"),
        ("when: {count: items, at_least: 2, within: 1h}", "does not say what is counted"),
        ("when: {rule: a, match: b, new_in: 3d}", "both 'rule' and 'match'"),
        ("when: {rule: a, spike: 3x, new_in: 3d}", "both 'spike' and 'new_in'"),
        ("when: {rule: a, count: items, within: 1h}", "'count' needs 'at_least'"),
        ("when: {rule: a, spike: 3x, within: 1h}", "'spike' needs 'baseline'"),
        ("when: {rule: a, count: storys, at_least: 2, within: 1h}", "'storys' is nothing to count"),
        ("when: {rule: a, count: items, at_least: 0, within: 1h}", "1 or more"),
        ("when: {rule: a, count: items, at_least: 2, within: 6 hours}", "'6 hours' is no length of time"),
        ("when: {rule: a, spike: 3, within: 1h, baseline: 3d}", "3 is no multiple"),
        ("when: {rule: a, spike: 1x, within: 1h, baseline: 3d}", "'1x' is no multiple"),
        ("when: {rule: a, spike: 0.5x, within: 1h, baseline: 3d}", "'0.5x' is no multiple"),
        ("when: {rule: a, spike: 3x, within: 6h, baseline: 7h}", "at least twice as long"),
        ("when: {list: a, new_in: 3d, within: 1h}", "unknown key 'within'"),
        ("when: {rule: a, cuont: items}", "unknown key 'cuont'"),
        ("when: {match: {anny: [a]}, new_in: 3d}", "'anny' is no kind of condition"),
        ("{when: {rule: a, new_in: 3d}, match: b}", "'match' or 'when', not both"),
        ("{when: {rule: a, new_in: 3d}, unless: b}", "'unless' has no meaning"),
        ("{when: {rule: a, new_in: 3d}, from: {languages: fr}}", "'from' has no meaning"),
        ("{when: {match: a1, new_in: 3d}, max_age: 3d}", "'max_age' has no meaning"),
    ],
)
def test_what_cannot_be_honoured_is_refused(rule: str, words: str) -> None:
    assert any(words in problem.message for problem in problems_of(rule)), problems_of(rule)


def test_a_problem_is_where_it_stands() -> None:
    (problem,) = problems_of("when: {match: {all: [a1, {naer: [b2]}]}, new_in: 3d}")
    assert problem.path[:4] == ("when", "match", "all", 1)


def crossed(*rules: str, lists: str = "{}") -> list[tuple[str, str, bool]]:
    read = [read_rule(rule) for rule in rules]
    found = cross_check(read, read_lists(lists), GAZETTEER, [FEED])
    return [(owner, problem.message, problem.is_warning) for owner, problem in found]


@pytest.mark.parametrize(
    ("rules", "words", "is_warning"),
    [
        (["{id: s, when: {rule: bordr, new_in: 3d}}"], "there is no rule 'bordr'", False),
        (["{id: s, when: {rule: s, new_in: 3d}}"], "the rule 's' counts itself", False),
        (
            ["{id: s, when: {rule: t, new_in: 3d}}", "{id: t, when: {rule: s, new_in: 3d}}"],
            "'t' is itself a rule over time: its matches cannot be counted",
            False,
        ),
        (
            ["{id: s, when: {rule: t, new_in: 3d}}", "{id: t, status: off, match: guns}"],
            "'t' is off: 's' never has anything to count",
            True,
        ),
        (["{id: s, when: {list: gruops, new_in: 3d}}"], "there is no list 'gruops'", False),
    ],
)
def test_rules_over_time_are_checked_against_the_others(
    rules: list[str], words: str, is_warning: bool
) -> None:
    assert ("s", words, is_warning) in crossed(BORDER, *rules)


def test_a_rule_that_counts_another_needs_no_tests() -> None:
    assert not crossed(BORDER, "{id: s, when: {rule: border, new_in: 3d}}")
    assert any("has no tests" in one[1] for one in crossed("{id: s, when: {match: guns, new_in: 3d}}"))


def test_a_condition_that_is_counted_matches_and_is_marked_as_counted() -> None:
    engine = engine_of("when: {match: gunmen, count: items, at_least: 2, within: 1h}")
    (found,) = matches(engine, document("Gunmen seen"))
    assert found.is_counted
    assert found.terms == (("", ""),)
    assert [one.path for one in found.evidence] == ["when.match"]


def test_the_matches_of_another_rule_are_not_found_twice() -> None:
    engine = engine_of(BORDER, "{id: s, when: {rule: border, new_in: 3d}}")
    assert [(one.rule, one.is_counted) for one in matches(engine, document("Gunmen seen"))] == [
        ("border", False)
    ]


def test_new_tells_the_terms_of_a_list_apart_as_they_are_written() -> None:
    engine = engine_of("when: {list: groups, new_in: 3d}", lists="{groups: [Al Qaeda, Okba*, Daesh]}")
    (found,) = matches(engine, document("Okbans and AL-QAEDA", "Okbans again"))
    assert {text for _, text in found.terms} == {"Okbans", "AL-QAEDA"}


def test_new_tells_places_apart() -> None:
    engine = engine_of("when: {place: TN, new_in: 3d}")
    (found,) = matches(engine, document("From Zarzis to Kasserine and Tripoli, then Zarzis"))
    assert found.terms == (("2", "Zarzis"), ("3", "Kasserine"))


def test_a_long_term_gets_a_short_key() -> None:
    assert term_key("daesh") == "daesh"
    assert len(term_key("x" * 5000)) < 60
    assert term_key("x" * 5000) != term_key("x" * 4999)


@pytest.mark.parametrize(
    ("changed", "is_same"),
    [
        ("{severity: low, title: T, when: {match: gunmen, new_in: 9d}}", True),
        ("{when: {match: gunman, new_in: 3d}}", False),
        ("{when: {match: gunmen, new_in: 3d}, from: {languages: fr}}", False),
        ("{when: {match: gunmen, new_in: 3d}, unless: film}", False),
    ],
)
def test_the_history_begins_anew_when_other_things_are_counted(changed: str, is_same: bool) -> None:
    before = counting_version(read_rule("when: {match: gunmen, new_in: 3d}"), {})
    assert (counting_version(read_rule(changed), {}) == before) is is_same


class TestExplain:
    def reason(self, *rules: str | Rule, title: str) -> str:
        return explain("s", engine_of(*rules), document(title), FEED, NOW).reason

    def test_an_item_is_counted_or_not(self) -> None:
        rule = "{id: s, when: {match: gunmen, count: items, at_least: 2, within: 1h}}"
        assert self.reason(rule, title="Gunmen") == "counted: it waits for 2 items in 1 h"
        assert self.reason(rule, title="Farmers") == "not counted: gunmen at when.match did not hold"

    def test_with_the_eyes_of_the_rule_that_is_counted(self) -> None:
        rule = "{id: s, when: {rule: border, count: stories, at_least: 3, within: 6h}}"
        assert self.reason(BORDER, rule, title="Gunmen") == "counted: it waits for 3 stories in 6 h"
        assert self.reason(BORDER, rule, title="Farmers") == "not counted: gunmen at match did not hold"
