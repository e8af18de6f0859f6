"""The index over rules: proposed are those all of whose needs an item meets, and places are found for no less."""

from __future__ import annotations

import pytest

from tests.support.matching import FEED, document, engine_of
from watcher.match.engine import Engine
from watcher.text.document import Document

LISTS = "{arms: [rifle, raid], routes: [border]}"


def proposed(engine: Engine, read: Document) -> list[str]:
    return [rule.id for rule in engine._candidates(engine.view(read, FEED))]


def test_rules_on_other_countries_are_not_proposed() -> None:
    engine = engine_of(
        "{id: tn, match: {all: [{list: arms}, {place: TN}]}}",
        "{id: ly, match: {all: [{list: arms}, {place: LY}]}}",
        "{id: any, match: {all: [{list: arms}, {place: {kind: city}}]}}",
        lists=LISTS,
    )
    assert proposed(engine, document("A raid in Zarzis")) == ["tn", "any"]
    assert proposed(engine, document("A raid in Libya")) == ["ly"]


def test_places_are_not_looked_for_where_a_term_is_missing() -> None:
    engine = engine_of("{id: tn, match: {all: [{list: arms}, {place: TN}]}}", lists=LISTS)
    read = document("A walk in Zarzis")
    assert proposed(engine, read) == []
    assert read._places is None


@pytest.mark.parametrize(
    ("condition", "text", "is_proposed"),
    [
        ("{all: [{list: arms}, {list: routes}]}", "A raid", False),
        ("{all: [{list: arms}, {list: routes}]}", "A raid on the border", True),
        ("{near: [{list: arms}, patrol], within: 5}", "A raid", False),
        ("{field: body, match: {all: [{list: arms}, patrol]}}", "A raid", False),
        ("{at_least: 1, of: [{list: arms}, patrol]}", "A raid", True),
        ("{any: [{place: TN}, patrol]}", "Zarzis", True),
        ("{any: [{place: TN}, patrol]}", "Tripoli", False),
        (
            "{any: [{all: [{list: arms}, {list: routes}]}, {all: [patrol, soldier]}]}",
            "A raid by a patrol",
            False,
        ),
        (
            "{any: [{all: [{list: arms}, {list: routes}]}, {all: [patrol, soldier]}]}",
            "A soldier on patrol",
            True,
        ),
        ("{any: [{all: [{list: arms}, {list: routes}]}, soldier]}", "A raid by a soldier", True),
        (
            "{any: [{all: [{list: arms}, {place: TN}]}, {all: [patrol, {place: LY}]}]}",
            "A raid in Libya",
            False,
        ),
        (
            "{any: [{all: [{list: arms}, {place: TN}]}, {all: [patrol, {place: LY}]}]}",
            "A patrol in Libya",
            True,
        ),
        ("{field: body, match: {any: [{all: [raid, patrol]}, {all: [border, patrol]}]}}", "A raid", False),
        ("{any: [{all: [raid, patrol]}, {none: [border]}]}", "A walk", True),
        ("{all: [{any: [{place: TN}, patrol]}, {list: arms}]}", "A raid in Zarzis", True),
        ("{all: [{any: [{place: TN}, patrol]}, {list: arms}]}", "A raid in Tripoli", False),
        ("{all: [{any: [{place: TN}, patrol]}, {list: arms}]}", "A raid", False),
        ("{place: {in: TN, kind: country}}", "Zarzis", False),
        ("{place: {in: TN, kind: [city, country]}}", "Zarzis", True),
    ],
)
def test_a_rule_is_proposed_when_all_that_it_needs_is_there(
    condition: str, text: str, is_proposed: bool
) -> None:
    engine = engine_of(f"{{id: one, match: {condition}}}", lists=LISTS)
    assert proposed(engine, document(text)) == (["one"] if is_proposed else [])


def test_places_are_not_looked_for_where_a_word_does_as_well() -> None:
    condition = "{all: [{any: [{place: TN}, patrol]}, {list: arms}]}"
    engine = engine_of(f"{{id: one, match: {condition}}}", lists=LISTS)
    read = document("A raid by a patrol in Zarzis")
    assert proposed(engine, read) == ["one"]
    assert read._places is None


def test_places_are_not_looked_for_where_one_of_several_terms_is_missing() -> None:
    engine = engine_of("{id: tn, match: {all: [{list: arms}, {list: routes}, {place: TN}]}}", lists=LISTS)
    for text in ("A raid in Zarzis", "The border in Zarzis"):
        read = document(text)
        assert proposed(engine, read) == []
        assert read._places is None
    assert proposed(engine, document("A raid on the border in Zarzis")) == ["tn"]


def test_a_rule_that_can_hold_in_two_ways_is_proposed_once() -> None:
    engine = engine_of(
        "{id: one, match: {any: [{all: [raid, patrol]}, {all: [border, patrol]}]}}",
        "{id: quiet, status: off, match: raid}",
        "{id: two, match: raid}",
    )
    assert proposed(engine, document("A patrol, a raid and a border")) == ["one", "two"]
