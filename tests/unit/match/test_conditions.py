"""What each kind of condition means."""

from __future__ import annotations

import pytest

from tests.support.matching import (
    FEED,
    PlainSplitter,
    document,
    engine_of,
    evidence,
    holds,
    matches,
    read_rule,
)
from watcher.types import Feed


@pytest.mark.parametrize(
    ("condition", "body", "expected"),
    [
        ("{any: [a1, b1]}", "b1", True),
        ("{any: [a1, b1]}", "c1", False),
        ("{all: [a1, b1]}", "b1. x. a1", True),
        ("{all: [a1, b1]}", "a1", False),
        ("{none: [a1, b1]}", "c1", True),
        ("{none: [a1, b1]}", "b1", False),
        ("{all: [a1, {none: [b1]}]}", "a1", True),
        ("{all: [a1, {none: [b1]}]}", "a1 b1", False),
        ("{at_least: 2, of: [a1, b1, c1]}", "c1 a1", True),
        ("{at_least: 2, of: [a1, b1, c1]}", "c1 c1", False),
        ("{count: a1, min: 3}", "a1 a1. a1", True),
        ("{count: a1, min: 3}", "a1 a1", False),
        ("{count: {any: [a1, b1]}, min: 3}", "a1 b1 a1", True),
        ("{count: {any: [a1, a1]}, min: 2}", "a1", False),
        ("{score: [{term: a1, weight: 4}, {term: b1, weight: 6}], threshold: 10}", "a1 a1 a1", False),
        ("{score: [{term: a1, weight: 4}, {term: b1, weight: 6}], threshold: 10}", "b1 a1", True),
        ("{score: [{term: a1, weight: 4}, {term: b1, weight: -2}], threshold: 4}", "b1 a1", False),
    ],
)
def test_combining(condition: str, body: str, expected: bool) -> None:
    assert holds(condition, body=body) is expected


@pytest.mark.parametrize(
    ("condition", "body", "expected"),
    [
        ("{near: [a1, b1], within: 1}", "a1 b1", True),
        ("{near: [a1, b1], within: 1}", "b1, a1", True),
        ("{near: [a1, b1], within: 1}", "a1 x b1", False),
        ("{near: [a1, b1], within: 2}", "a1 x b1", True),
        ("{near: [a1, b1, c1], within: 4}", "b1 x c1 x a1", True),
        ("{near: [a1, b1, c1], within: 3}", "b1 x c1 x a1", False),
        ("{near: [a1, b1], within: 2}", "a1 x x x x b1 x a1", True),
        ("{near: [big armed group, b1], within: 1}", "big armed group b1", True),
        ("{near: [a1, {any: [b1, c1]}], within: 1}", "b1 x x a1 c1", True),
        ("{near: [a1, {all: [b1, c1]}], within: 2}", "c1 a1 b1", True),
        ("{near: [a1, {all: [b1, c1]}], within: 2}", "c1 x a1 b1", False),
        ("{near: [a1, {at_least: 2, of: [b1, c1, d1]}], within: 2}", "c1 a1 d1", True),
        ("{near: [a1, {at_least: 2, of: [b1, c1, d1]}], within: 2}", "c1 a1", False),
        ("{near: [a1, {near: [b1, c1], within: 1}], within: 9}", "a1 b1 x c1", False),
        ("{sequence: [a1, b1], within: 3}", "a1 x b1", True),
        ("{sequence: [a1, b1], within: 3}", "b1 x a1", False),
        ("{sequence: [a1, b1], within: 3}", "a1 x x x b1", False),
        ("{sequence: [a1, b1, c1], within: 4}", "a1 b1 b1 c1", True),
        ("{sequence: [a1, b1, a1], within: 4}", "a1 b1", False),
        ("{sequence: [a1, a1], within: 4}", "a1 a1", True),
        ("{sequence: [armed group, group], within: 4}", "armed group", False),
        ("{same_sentence: [a1, b1]}", "x a1 x x x b1. c1", True),
        ("{same_sentence: [a1, b1]}", "x a1. b1", False),
        ("{same_sentence: [a1, b1]}", "b1 x. a1! b1 c1 a1", True),
        ("{same_paragraph: [a1, b1]}", "a1. x. b1", True),
        ("{same_paragraph: [a1, b1]}", "a1.\nb1", False),
    ],
)
def test_nearness(condition: str, body: str, expected: bool) -> None:
    assert holds(condition, body=body) is expected


def test_nothing_is_near_across_fields() -> None:
    assert not holds("{near: [a1, b1], within: 9}", title="a1", body="b1")
    assert not holds("{same_sentence: [a1, b1]}", title="a1", body="b1")
    assert not holds("{same_paragraph: [a1, b1]}", title="a1", body="b1")


def test_the_evidence_of_near_is_its_smallest_window() -> None:
    engine = engine_of("match: {near: [a1, {list: l}], within: 9}", lists="{l: [b1, b2]}")
    found = matches(engine, document(body="a1 x x b1 x x x a1 b2"))
    assert [(e.span.start, e.text, e.path) for e in found[0].evidence] == [
        (16, "a1", "match.near[0]"),
        (19, "b2", "match.near[1].list:l"),
    ]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{field: title, match: alpha}", True),
        ("{field: body, match: alpha}", False),
        ("{field: [body, title], match: alpha}", True),
        ("{field: lead, match: {all: [alpha, two]}}", True),
        ("{field: lead, match: three}", False),
        ("{field: author, match: 'jane doe'}", True),
        ("{field: categories, match: sport}", True),
        ("{field: url, match: news}", True),
        ("{field: url, match: {none: [football]}}", True),
        ("jane", False),  # who wrote it is not what it says
        ("sport", False),
        ("{field: lead, match: {field: title, match: alpha}}", True),
        ("{field: lead, match: {field: body, match: three}}", False),
        ("{field: lead, match: {field: author, match: jane}}", False),
        ("{field: lead, match: {near: [one, two], within: 3}}", True),
        ("{field: lead, match: {near: [two, three], within: 3}}", False),
        ("{field: lead, match: {count: {any: [one, two, three]}, min: 3}}", False),
        ("{field: [lead, body], match: three}", True),
        ("{field: lead, match: {list: numbers}}", False),
        ("{field: body, match: {list: numbers}}", True),
    ],
)
def test_field_looks_only_there(condition: str, expected: bool) -> None:
    held = holds(
        condition,
        title="Alpha",
        body="One here. Two here. Three here.",
        author="Jane Doe",
        categories=("World", "Sport"),
        url="https://example.org/news/1",
        lists="{numbers: [three, four]}",
    )
    assert held is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{place: TN}", True),
        ("{place: tn}", True),
        ("{place: FR}", False),
        ("{place: [FR, LY]}", True),
        ("{place: {in: TN, kind: city}}", True),
        ("{place: {in: LY, kind: city}}", False),
        ("{place: {kind: [region, country]}}", True),
        ("{place: {near: Ben Gardane, km: 50}}", True),
        ("{place: {near: Kasserine, km: 50}}", False),
        ("{place: {near: Tripoli, km: 250, in: TN}}", True),
        ("{place: {in: TN, min_confidence: 0.95}}", False),
        ("{near: [{place: {kind: city}}, attack], within: 3}", True),
        ("{near: [{place: LY}, attack], within: 3}", False),
        ("{same_sentence: [{place: LY}, talks]}", True),
        ("{field: title, match: {place: LY}}", False),
        ("{field: title, match: {place: TN}}", True),
    ],
)
def test_places(condition: str, expected: bool) -> None:
    assert holds(condition, title="Attack on Zarzis", body="Talks in Libya. Nothing more.") is expected


def test_a_country_is_near_nothing() -> None:
    assert not holds("{place: {near: Kasserine, km: 5000}}", body="in Libya and Tunisia")


def test_a_place_of_low_confidence_counts_only_when_asked_for() -> None:
    assert not holds("{place: TN}", body="Zarzis", confidence=0.4)
    assert holds("{place: {in: TN, min_confidence: 0.3}}", body="Zarzis", confidence=0.4)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{language: fr}", True),
        ("{language: [en, fr]}", True),
        ("{language: en}", False),
        ("{feed: wire}", True),
        ("{feed: 'w*'}", True),
        ("{feed: other}", False),
        ("{feed_tag: world}", True),
        ("{feed_tag: [local, world]}", True),
        ("{feed_tag: local}", False),
    ],
)
def test_facts(condition: str, expected: bool) -> None:
    assert holds(condition, body="x", language="fr") is expected
    assert holds(f"{{all: [x1, {condition}]}}", body="x1", language="fr") is expected


def test_definitions_stand_for_their_conditions() -> None:
    definitions = "{line: {any: [border, {use: wall}]}, wall: 'sand wall'}"
    engine = engine_of("match: {near: [{use: line}, raid], within: 4}", definitions=definitions)
    found = matches(engine, document(body="raid at the sand wall"))
    assert evidence(found) == [
        ("raid", "match.near[1]"),
        ("sand wall", "match.near[0].use:line.any[1].use:wall"),
    ]


def test_words_and_places_are_not_computed_for_items_that_no_rule_may_match() -> None:
    splitter = PlainSplitter()
    read = document(body="Nothing of note in Zarzis.", splitter=splitter)
    engine = engine_of("match: {all: [{place: TN}, {near: [rare, word], within: 3}]}")
    assert matches(engine, read) == ()
    assert splitter.calls == 0
    assert read._places is None


def test_a_rule_on_places_alone_is_proposed_by_them() -> None:
    engine = engine_of("match: {place: TN}")
    assert not engine.ruleset.index.always
    assert len(matches(engine, document(body="In Zarzis."))) == 1
    assert matches(engine, document(body="In Tripoli.")) == ()


@pytest.mark.parametrize(
    ("from_", "feed", "language", "seen"),
    [
        ("{feeds: ['wi*']}", FEED, "en", True),
        ("{feeds: [other]}", FEED, "en", False),
        ("{tags: [world, local]}", FEED, "en", True),
        ("{tags: [local]}", FEED, "en", False),
        ("{languages: [en]}", FEED, "en", True),
        ("{languages: [fr]}", FEED, "en", False),
        ("{feeds: [wire], languages: [fr]}", FEED, "fr", True),
        ("{feeds: wire, tags: world}", Feed(id="wire", url="x"), "fr", False),
    ],
)
def test_from_decides_which_items_a_rule_sees(from_: str, feed: Feed, language: str, seen: bool) -> None:
    engine = engine_of(f"{{match: raid, from: {from_}}}")
    assert bool(matches(engine, document(body="raid", language=language), feed)) is seen


def test_a_rule_of_very_many_countries_is_told_with_few_of_them() -> None:
    codes = [f"{first}{second}" for first in "ABC" for second in "ABCDEFGHIJ"]
    found = read_rule(f"{{match: {{place: [{', '.join(codes)}]}}}}").match
    assert found.label.endswith("and 10 more")
    assert len(found.path) < 100
