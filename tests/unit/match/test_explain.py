"""Explanations: why a rule holds, and why not."""

from __future__ import annotations

import json

import pytest

from tests.support.matching import FEED, NOW, document, engine_of
from watcher.match.explain import Explanation, Step, explain

RULE = """
match: {all: [{list: groups}, {near: [{list: groups}, {any: [border, frontier]}], within: 3}]}
unless: {field: title, match: {any: [football, film]}}
from: {feeds: [wire, 'tap-*'], tags: [world], languages: [en]}
max_age: 1d
"""


def explained(
    title: str = "", body: str = "", *, rule: str = RULE, language: str = "en", **changes: object
) -> Explanation:
    engine = engine_of(rule, lists="{groups: [Daesh, jihadist*]}")
    return explain("rule", engine, document(title, body, language=language, **changes), FEED, NOW)


def test_a_match_shows_what_held_and_where() -> None:
    told = explained("Alert", "Jihadists at the border")
    assert (told.matched, told.reason) == (True, "match")
    drawn = told.to_text()
    assert "+ list:groups: body 0-9 “Jihadists”" in drawn
    assert "+ near within 3: body 0-9 “Jihadists”, body 17-23 “border”" in drawn
    assert "- frontier" in drawn
    assert "does not veto" in drawn


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        ("Alert", "at the border", "all"),
        ("Alert", "Daesh far away from any kind of border", "near within 3 at match.all[1]"),
        ("Alert", "Daesh", "any at match.all[1].near[1]"),
        ("The film", "Daesh at the border", "film at unless.field:title.any[1]"),
    ],
)
def test_a_miss_names_the_condition_to_look_at(title: str, body: str, reason: str) -> None:
    told = explained(title, body)
    assert not told.matched
    assert reason in told.reason


@pytest.mark.parametrize(
    ("rule", "language", "reason"),
    [
        (RULE, "fr", "the item is in 'fr'"),
        ("{match: daesh, from: {feeds: [other]}}", "en", "is none of other"),
        ("{match: daesh, from: {tags: [sport]}}", "en", "none of the tags sport"),
        ("{match: daesh, status: off}", "en", "the rule is off"),
    ],
)
def test_a_rule_that_does_not_see_the_item_says_why(rule: str, language: str, reason: str) -> None:
    told = explained(body="Daesh at the border", rule=rule, language=language)
    assert not told.matched
    assert reason in told.reason


def test_late_and_test_matches_say_that_they_are_not_delivered() -> None:
    old = NOW.replace(year=2025)
    assert "late" in explained(body="Daesh at the border", published=old).reason
    assert "not delivered" in explained(body="Daesh", rule="{match: daesh, status: test}").reason


def test_the_tree_is_plain_data() -> None:
    told = json.loads(json.dumps(explained("Alert", "Daesh at the border").to_json()))
    near = told["match"]["children"][1]
    assert near["held"] is True
    assert near["path"] == "match.all[1]"
    assert [one["text"] for one in near["evidence"]] == ["Daesh", "border"]


def test_an_unknown_rule_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        explain("other", engine_of("match: raid"), document("Raid"), FEED, NOW)


DEFINED = "{groups: {any: [Daesh, militants]}}"


def defined(title: str) -> Explanation:
    rule = "match: {any: [{all: [{use: groups}, border]}, {all: [{use: groups}, {none: [festival]}]}]}"
    engine = engine_of(rule, definitions=DEFINED)
    return explain("rule", engine, document(title), FEED, NOW)


def test_two_uses_of_a_definition_bear_its_name_and_the_same_outcome() -> None:
    first, second = (branch.children[0] for branch in defined("Daesh in the hills").match.children)
    assert first.definition == second.definition == "groups"
    assert first.path != second.path
    assert first.outcome == second.outcome
    assert first.children[0].definition is None


def test_an_outcome_tells_what_was_found_apart() -> None:
    groups = [defined(title).match.children[0].children[0] for title in ("Daesh", "militants", "nobody")]
    assert len({one.outcome for one in groups}) == 3


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Daesh in the hills", ["all", "any", "Daesh", "none", "festival"]),
        (
            "Nobody in the hills",
            ["all", "any", "Daesh", "militants", "border", "all", "any", "Daesh", "militants"],
        ),
    ],
)
def test_what_decided_is_what_held_of_a_hit_and_what_failed_of_a_miss(title: str, left: list[str]) -> None:
    def labels(step: Step) -> list[str]:
        return [label for child in step.children for label in (child.label, *labels(child))]

    assert labels(defined(title).match.decisive()) == left
