"""Filters: which rules they hold for, that they veto there and nowhere else, and that their names are told."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.support.matching import FEED, GAZETTEER, NOW, document, matches, read_lists, read_rule
from watcher.match.check import cross_check
from watcher.match.compile import compile_rules
from watcher.match.engine import Engine
from watcher.match.explain import explain
from watcher.match.filters import Filter, with_filters
from watcher.match.syntax import Rule
from watcher.match.yaml import parse_filter

SPORT = "{id: sport, applies_to: ['*'], unless: {any: [football, {field: title, match: derby}]}}"


def read_filter(text: str, definitions: str = "{}") -> Filter:
    made, problems = parse_filter(yaml.safe_load(text), yaml.safe_load(definitions))
    assert made is not None, problems
    return made


def engine(rules: list[Rule], *filters: Filter, lists: str = "{}") -> Engine:
    return Engine(compile_rules(with_filters(rules, filters), read_lists(lists), GAZETTEER))


def found(running: Engine, title: str) -> list[str]:
    return [match.rule for match in matches(running, document(title))]


RULES = [
    read_rule("{id: border-one, match: border, tags: [north]}"),
    read_rule("{id: border-two, match: border, unless: {field: title, match: fence}}"),
    read_rule("{id: attack, match: border, tags: [north, south]}"),
]


@pytest.mark.parametrize(
    ("applies_to", "vetoed"),
    [
        ("attack", {"attack"}),
        ("border-*", {"border-one", "border-two"}),
        ("north", {"border-one", "attack"}),
        ("[border-two, south]", {"border-two", "attack"}),
        ("'*'", {"border-one", "border-two", "attack"}),
    ],
)
def test_it_vetoes_in_the_rules_that_it_names(applies_to: str, vetoed: set[str]) -> None:
    running = engine(RULES, read_filter(f"{{id: sport, applies_to: {applies_to}, unless: football}}"))
    assert found(running, "border") == [rule.id for rule in RULES]
    assert found(running, "border football") == [rule.id for rule in RULES if rule.id not in vetoed]


def test_a_rules_own_veto_stays() -> None:
    running = engine(RULES, read_filter(SPORT))
    assert "border-two" not in found(running, "border fence")
    assert "border-one" in found(running, "border fence")


def test_several_filters_each_veto() -> None:
    running = engine(
        RULES,
        read_filter(SPORT),
        read_filter("{id: art, applies_to: north, unless: {list: films}}"),
        lists="films: [film]",
    )
    assert found(running, "border film") == ["border-two"]
    assert found(running, "border derby") == []


def test_explain_names_the_filter() -> None:
    running = engine(RULES, read_filter(SPORT))
    told = explain("border-two", running, document("border derby"), FEED, NOW)
    assert not told.matched
    assert told.reason == "no match: vetoed by derby at filter:sport.any[1].field:title"
    assert told.unless is not None
    assert [step.label for step in told.unless.children] == ["field:title", "filter:sport"]
    assert "filter:sport" in told.to_text()
    alone = explain("attack", running, document("border football"), FEED, NOW)
    assert alone.unless is not None
    assert alone.unless.label == "filter:sport"
    assert alone.reason == "no match: vetoed by football at filter:sport.any[0]"


def test_a_changed_filter_changes_the_versions_of_its_rules_alone() -> None:
    filters = [f"{{id: sport, applies_to: north, unless: {word}}}" for word in ("football", "rugby")]
    one, other = (engine(RULES, read_filter(text)).ruleset.versions for text in filters)
    assert one["attack"] != other["attack"]
    assert one["border-two"] == other["border-two"] == engine(RULES).ruleset.versions["border-two"]
    defined = [
        read_filter("{id: sport, applies_to: north, unless: {use: game}}", f"{{game: {word}}}")
        for word in ("football", "rugby")
    ]
    assert defined[0].source != defined[1].source
    assert json.loads(defined[0].source)["define"] == {"game": "football"}


def test_a_rule_that_counts_another_ones_matches_is_left_alone() -> None:
    counting = read_rule("{id: border-surge, when: {rule: attack, count: items, at_least: 3, within: 6h}}")
    [rule] = with_filters([counting], [read_filter(SPORT)])
    assert rule.unless is None


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("{applies_to: x1, unless: football}", (), "no 'id'"),
        ("{id: Sport, applies_to: x1, unless: football}", ("id",), "small letters"),
        ("{id: sport, unless: football}", (), "which rules"),
        ("{id: sport, applies_to: x1}", (), "no 'unless'"),
        ("{id: sport, applies_to: [], unless: football}", ("applies_to",), "empty list"),
        ("{id: sport, applies_to: [5], unless: football}", ("applies_to", 0), "in quotes"),
        ("{id: sport, applies_to: x1, unless: []}", ("unless",), "how they combine"),
        (
            "{id: sport, applies_to: x1, unless: {any: [football, {lst: x1}]}}",
            ("unless", "any", 1, "lst"),
            "no kind",
        ),
        ("{id: sport, aplies_to: x1, applies_to: x1, unless: football}", ("aplies_to",), "unknown key"),
        ("[sport]", (), "mapping"),
    ],
)
def test_what_is_wrong_with_a_filter(text: str, path: tuple[str | int, ...], message: str) -> None:
    made, [problem] = parse_filter(yaml.safe_load(text))
    assert made is None
    assert problem.path == path
    assert message in problem.message


@pytest.mark.parametrize(
    ("text", "path", "message", "suggestion", "is_warning"),
    [
        ("{id: f1, applies_to: [attack, atack], unless: x1}", ("applies_to", 1), "no rule is called 'atack'", "attack", False),
        ("{id: f1, applies_to: nort, unless: x1}", ("applies_to", 0), "no rule is called 'nort'", "north", False),
        ("{id: f1, applies_to: [attack, 'sea-*'], unless: x1}", ("applies_to", 1), "no rule fits 'sea-*'", None, True),
        ("{id: f1, applies_to: attack, unless: {any: [x1, {list: spots}]}}", ("unless", "any", 1, "list"), "no list", "sports", False),
        ("{id: f1, applies_to: attack, unless: {place: ZZ}}", ("unless", "place"), "no country 'ZZ'", None, False),
    ],
)  # fmt: skip
def test_what_is_wrong_between_filters_rules_and_lists(
    text: str, path: tuple[str | int, ...], message: str, suggestion: str | None, is_warning: bool
) -> None:
    lists = read_lists("sports: [football]")
    found = cross_check(RULES, lists, GAZETTEER, [FEED], [read_filter(text)])
    [problem] = [problem for owner, problem in found if owner == "filter:f1"]
    assert problem.path == path
    assert message in problem.message
    assert problem.is_warning is is_warning
    assert (suggestion or "") in (problem.suggestion or "")


def test_a_filter_without_rules_is_warned_of() -> None:
    found = cross_check(
        RULES, {}, GAZETTEER, [FEED], [read_filter("{id: f1, applies_to: 'sea-*', unless: x1}")]
    )
    told = [problem for owner, problem in found if owner == "filter:f1"]
    assert [problem.is_warning for problem in told] == [True, True]
    assert "applies to no rule" in told[1].message


def test_a_list_that_only_a_filter_uses_is_used() -> None:
    lists = read_lists("sports: [football]")
    unused = cross_check(RULES, lists, GAZETTEER, [FEED])
    assert any(owner == "sports" for owner, _ in unused)
    used = cross_check(
        RULES, lists, GAZETTEER, [FEED], [read_filter("{id: f1, applies_to: attack, unless: {list: sports}}")]
    )
    assert not any(owner == "sports" for owner, _ in used)
