"""Matches: veto, status, lateness, version, sentence, evidence, and that the index loses nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.matching import FEED, GAZETTEER, NOW, document, engine_of, matches, read_lists, read_rule
from watcher.match.compile import compile_rules
from watcher.match.engine import MOST_EVIDENCE, Engine
from watcher.types import Severity, Span


def test_unless_vetoes() -> None:
    engine = engine_of("{match: raid, unless: {field: title, match: {any: [film, match amical]}}}")
    assert matches(engine, document("Army raid", "a film"))
    assert not matches(engine, document("Raid: the film", "raid"))


def test_a_match_says_what_the_rule_says() -> None:
    engine = engine_of(
        "{id: a-rule, title: A rule, severity: critical, tags: [x, y], match: raid, status: test}"
    )
    (found,) = matches(engine, document("Raid"))
    assert (found.rule, found.rule_title, found.severity) == ("a-rule", "A rule", Severity.CRITICAL)
    assert (found.tags, found.is_test, found.is_late) == (("x", "y"), True, False)


def test_a_rule_that_is_off_does_not_run_but_can_be_asked() -> None:
    engine = engine_of("{match: raid, status: off}")
    assert matches(engine, document("Raid")) == ()
    assert engine.match_rule("rule", document("Raid"), FEED, NOW) is not None


@pytest.mark.parametrize(
    ("age", "late"), [(timedelta(hours=47), False), (timedelta(hours=49), True), (None, False)]
)
def test_an_item_published_longer_ago_than_max_age_is_late(age: timedelta | None, late: bool) -> None:
    engine = engine_of("{match: raid, max_age: 48h}")
    published = None if age is None else NOW - age
    (found,) = matches(engine, document("Raid", published=published))
    assert found.is_late is late


def test_matches_come_in_the_order_of_the_rules() -> None:
    engine = engine_of("{id: z, match: raid}", "{id: a, match: raid}", "{id: m, match: {none: [film]}}")
    assert [found.rule for found in matches(engine, document("Raid"))] == ["z", "a", "m"]


def test_the_sentence_is_the_one_with_most_of_the_conditions() -> None:
    engine = engine_of("match: {all: [raid, border, {any: [night, dawn]}]}")
    body = "A raid failed.  The raid on the border came at dawn.  Night fell."
    (found,) = matches(engine, document("Raid", body))
    assert found.sentence == Span(field="body", start=16, end=52)
    assert body[16:52] == "The raid on the border came at dawn."


def test_the_sentence_may_be_the_title_and_may_be_missing() -> None:
    (found,) = matches(engine_of("match: raid"), document("  A raid  "))
    assert found.sentence == Span(field="title", start=2, end=8)
    (found,) = matches(engine_of("match: {language: en}"), document("A raid"))
    assert (found.sentence, found.evidence) == (None, ())
    (found,) = matches(engine_of("match: {field: author, match: jane}"), document("A raid", author="Jane"))
    assert found.sentence is None
    assert found.evidence[0].span.field == "author"


def test_of_sentences_that_say_as_much_the_first_of_the_body_is_told() -> None:
    for rule in ("match: raid", "match: {any: [raid, border]}"):
        (found,) = matches(engine_of(rule), document("Raid", "Night. A raid began. On the border a raid."))
        assert found.sentence is not None
        told = {"match: raid": (7, 20)}.get(rule, (21, 42))
        assert (found.sentence.field, found.sentence.start, found.sentence.end) == ("body", *told)


def test_evidence_is_bounded_and_not_repeated() -> None:
    engine = engine_of("match: {any: [raid, {all: [raid, border]}]}")
    (found,) = matches(engine, document(body="raid " * 500 + "border"))
    paths = [one.path for one in found.evidence]
    assert paths.count("match.any[0]") == MOST_EVIDENCE
    assert paths.count("match.any[1].all[1]") == 1


def version(rule: str, lists: str = "{}") -> str:
    read = read_rule(rule)
    return compile_rules([read], read_lists(lists), GAZETTEER).versions[read.id]


def test_a_rule_s_version_changes_with_what_it_says_and_with_its_lists_only() -> None:
    first = version("{match: {list: l}}", "{l: [raid], other: [x1]}")
    assert first == version("{match: {list: l}}", "{l: [raid], other: [x1, x2]}")
    assert first == version("{match: {list: l}, tests: [{title: raid, expect: match}]}", "{l: [raid]}")
    assert first != version("{match: {list: l}}", "{l: [raid, ambush]}")
    assert first != version("{match: {list: l}, unless: film}", "{l: [raid]}")
    assert first != version("{match: {list: l}, severity: low}", "{l: [raid]}")


def test_a_rule_s_version_changes_with_the_definitions_that_it_uses_only() -> None:
    def of(definitions: str) -> str:
        rule = read_rule("match: {use: line}", definitions)
        return compile_rules([rule], {}, GAZETTEER).versions["rule"]

    first = of("{line: {any: [border, {use: wall}]}, wall: wall}")
    assert first == of("{line: {any: [border, {use: wall}]}, wall: wall, more: x1}")
    assert first != of("{line: {any: [border, {use: wall}]}, wall: fence}")


def test_only_rules_whose_rarest_terms_occur_are_evaluated() -> None:
    rules = [
        read_rule(f"{{id: r{n}, match: {{all: [the, {{any: [word{n}, rare{n}]}}]}}}}") for n in range(200)
    ]
    engine = Engine(compile_rules(rules, {}, GAZETTEER))
    view = engine.view(document(body="the word7 and the rare9"), FEED)
    assert [rule.id for rule in engine._candidates(view)] == ["r7", "r9"]


@pytest.mark.parametrize(
    "condition",
    [
        "{at_least: 2, of: [a1, b1, {none: [z1]}]}",
        "{at_least: 1, of: [a1, {none: [z1]}]}",
        "{score: [{term: a1, weight: 1}, {term: {none: [z1]}, weight: 5}], threshold: 5}",
        "{score: [{term: a1, weight: 5}, {term: c1, weight: -5}], threshold: 5}",
        "{any: [a1, {language: en}]}",
        "{all: [{language: en}, {none: [z1]}]}",
        "{any: [{place: TN}, a1]}",
        "{any: [{place: {near: Zarzis, km: 80}}, z1]}",
        "{all: [{list: l}, {list: m}]}",
        "{field: author, match: {any: [jane, z1]}}",
        "{count: {list: l}, min: 1}",
    ],
)
def test_the_index_proposes_every_rule_that_holds(condition: str) -> None:
    """`match` (by the index) and `match_rule` (without it) agree where the rule holds."""
    engine = engine_of(f"match: {condition}", lists="{l: [a1, q1], m: {fr: [a1], exact: [B1]}}")
    read = document("Zarzis", "a1 B1", author="Jane")
    assert engine.match_rule("rule", read, FEED, NOW) is not None
    assert len(matches(engine, read)) == 1


def test_an_empty_item_and_an_empty_rule_set_match_nothing() -> None:
    assert matches(engine_of("match: raid"), document()) == ()
    assert matches(Engine(compile_rules([], {}, GAZETTEER)), document("Raid")) == ()
