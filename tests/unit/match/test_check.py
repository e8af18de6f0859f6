"""What is told of rules, lists, places and feeds when they are taken together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.matching import GAZETTEER, read_lists, read_rule
from watcher.match.check import cross_check
from watcher.match.reader import SyntaxProblem
from watcher.match.references import yaml_steps
from watcher.types import Feed

TESTS = "tests: [{title: x, expect: match}]"
FEEDS = (
    Feed(id="wire", url="x", tags=frozenset({"world"}), language="en"),
    Feed(id="anba", url="x", tags=frozenset({"world", "maghreb"}), language="ar"),
)


def told(rule: str, lists: str = "{}", feeds: tuple[Feed, ...] = FEEDS) -> list[tuple[str, SyntaxProblem]]:
    read = read_rule(f"{{{rule}, {TESTS}}}")
    return list(cross_check([read], read_lists(lists), GAZETTEER, feeds))


LATIN = "from: {tags: world, languages: [en]}"


@pytest.mark.parametrize(
    ("rule", "path", "message", "suggestion"),
    [
        (
            "match: {any: [x1, {list: group}]}",
            ("match", "any", 1, "list"),
            "no list 'group'",
            "did you mean 'groups'?",
        ),
        (
            "match: x1, unless: {field: title, match: {list: zzz}}",
            ("unless", "match", "list"),
            "no list 'zzz'",
            None,
        ),
        ("match: {place: TUN}", ("match", "place"), "'TUN' is no country code", "two letters"),
        ("match: {place: XX}", ("match", "place"), "no country 'XX'", "ISO 3166-1"),
        ("match: {place: Tunisia}", ("match", "place"), "'Tunisia' is no country code", "did you mean 'TN'?"),
        ("match: {place: Zarzis}", ("match", "place"), "'Zarzis' is no country code", "near: Zarzis"),
        ("match: {place: {in: [TN, Xyz]}}", ("match", "place"), "'Xyz' is no country code", "two letters"),
        ("match: {place: {in: TN, kind: cty}}", ("match", "place"), "the kind 'cty'", "did you mean 'city'?"),
        (
            "match: {place: {in: TN, kind: town}}",
            ("match", "place"),
            "the kind 'town'",
            "did you mean 'city'?",
        ),
        ("match: {place: {in: TN, kind: zzz}}", ("match", "place"), "the kind 'zzz'", "one of area, city"),
        (
            "match: {place: {near: Atlantis, km: 5}}",
            ("match", "place"),
            "no place is called 'Atlantis'",
            "add it under",
        ),
        ("match: {place: {near: Nowhere, km: 5}}", ("match", "place"), "no coordinates", "add lat"),
    ],
)
def test_a_reference_to_nothing_is_an_error(
    rule: str, path: tuple[str | int, ...], message: str, suggestion: str | None
) -> None:
    errors = [
        problem for owner, problem in told(f"{rule}, {LATIN}", "{groups: [x1]}") if not problem.is_warning
    ]
    assert [error.path for error in errors] == [path]
    assert message in errors[0].message
    assert (suggestion or "") in (errors[0].suggestion or "")


@pytest.mark.parametrize(
    ("rule", "path", "message"),
    [
        (f"match: {{none: [x1]}}, {LATIN}", ("match",), "evaluated on every item"),
        (f"match: 'abc*', {LATIN}", ("match",), "great many words"),
        ("match: raid", ("match",), "sees items in 'ar'"),
        ("match: {all: [{place: TN}, raid]}", ("match",), "sees items in 'ar'"),
        (
            "match: {all: [raid, {language: fr}, {language: en}]}, from: {feeds: [en, fr]}",
            ("match", "all", 2, "language"),
            "an item is in one language",
        ),
        ("match: {all: [x1, {none: [x1]}]}, " + LATIN, ("match", "all", 0), "demanded and forbidden"),
        (f"match: {{all: [x1, y1]}}, unless: {{any: [z1, x1]}}, {LATIN}", ("match", "all", 0), "vetoed by"),
        (f"match: x1, unless: x1, {LATIN}", ("match",), "vetoed by"),
        (
            f"match: {{field: title, match: {{any: [{{field: body, match: x1}}, x1]}}}}, {LATIN}",
            ("match", "match", "any", 0),
            "it can never hold",
        ),
        ("match: raid, from: {feeds: [nix]}", ("from",), "sees none of the 2 feeds"),
        (f"match: {{any: [raid, {{language: fr}}]}}, {LATIN}", ("match", "any", 1, "language"), "never hold"),
        (f"match: {{any: [raid, {{feed: nix}}]}}, {LATIN}", ("match", "any", 1, "feed"), "never hold"),
        (
            f"match: {{any: [raid, {{feed_tag: nix}}]}}, {LATIN}",
            ("match", "any", 1, "feed_tag"),
            "never hold",
        ),
    ],
)
def test_what_is_probably_not_meant_is_a_warning(
    rule: str, path: tuple[str | int, ...], message: str
) -> None:
    found = [problem for _, problem in told(rule)]
    assert all(problem.is_warning for problem in found)
    assert [problem.path for problem in found if message in problem.message] == [path], found


@pytest.mark.parametrize(
    "rule",
    [
        f"match: raid, {LATIN}",
        f"match: {{field: lead, match: {{field: title, match: raid}}}}, {LATIN}",
        "match: {any: [raid, غارة]}",
        "match: {place: TN}",
        "match: {all: [{list: groups}, {place: TN}]}",
        "match: {at_least: 1, of: [raid, غارة]}",
        "match: {score: [{term: raid, weight: 1}, {term: غارة, weight: 1}], threshold: 1}",
        "match: {all: [{list: groups}, {none: [film]}]}",
        "match: raid, status: off, from: {languages: [en]}",
    ],
)
def test_a_good_rule_is_told_nothing(rule: str) -> None:
    assert [found for found in told(rule, "{groups: {en: [raid], ar: [غارة]}}") if found[0] != "groups"] == []


def test_a_rule_without_tests_and_a_list_without_rules_are_told() -> None:
    rule = read_rule("{match: raid, from: {languages: [en]}}")
    found = cross_check([rule], read_lists("{groups: [raid]}"), GAZETTEER, FEEDS)
    assert [(owner, problem.is_warning) for owner, problem in found] == [("rule", True), ("groups", True)]
    assert "no tests" in found[0][1].message
    assert "no rule uses" in found[1][1].message


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("match", ("match",)),
        ("match.all[1].list:armed-groups", ("match", "all", 1, "list")),
        ("match.field:title.any[0].near[2]", ("match", "match", "any", 0, "near", 2)),
        ("unless.count.place:TN", ("unless", "count", "place")),
        ("match.all[0].use:border.any[3]", ("match", "all", 0, "use")),
        ("match.score[2].list:x", ("match", "score", 2, "term", "list")),
        ("match.at[1]", ("match", "at", 1)),
    ],
)
def test_a_path_leads_to_its_place_in_the_yaml(path: str, steps: tuple[str | int, ...]) -> None:
    assert yaml_steps(path) == steps


@given(st.text(max_size=60))
@settings(max_examples=50, derandomize=True)
def test_any_path_can_be_led_back(path: str) -> None:
    yaml_steps(path)
