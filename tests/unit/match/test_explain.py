"""Explanations: why a rule holds, and why not."""

from __future__ import annotations

import json

import pytest

from tests.support.matching import FEED, NOW, document, engine_of
from watcher.match.explain import Explanation, explain

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
