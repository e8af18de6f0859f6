"""What is refused in rules and lists, where, and in which words."""

from __future__ import annotations

import pytest
import yaml

from tests.support.matching import problems_of, read_rule
from watcher.match.reader import SyntaxProblem
from watcher.match.syntax import FromFilter, Status
from watcher.match.yaml import (
    condition_schema,
    list_schema,
    parse_definitions,
    parse_list,
    parse_rule,
    rule_schema,
)
from watcher.types import Severity


def only(problems: tuple[SyntaxProblem, ...]) -> SyntaxProblem:
    assert len(problems) == 1, problems
    return problems[0]


@pytest.mark.parametrize(
    ("condition", "path", "message"),
    [
        ("{any: []}", ("any",), "empty"),
        ("{all: }", ("all",), "list"),
        ("{}", (), "empty"),
        ("''", (), "empty"),
        ("", (), "missing"),
        ("[a1, b1]", (), "how they combine"),
        ("{any: [a1], all: [b1]}", (), "combine"),
        ("'*'", (), "3 letters"),
        ("'ab*'", (), "3 letters"),
        ("'armed a*'", (), "3 letters"),
        ("'...'", (), "letter or digit"),
        ("C++", (), "not part of a word"),
        ("{exact: '!'}", ("exact",), "letter or a digit"),
        ("{exact: [IS]}", ("exact",), "must be text"),
        ("2016", (), 'write "2016" in quotes'),
        ("1.5", (), 'write "1.5" in quotes'),
        ("{any: [a1, yes]}", ("any", 1), "as true: put it in quotes"),
        ("{any: [a1, null]}", ("any", 1), "nothing after"),
        ("{any: [a1, 2016-03-07]}", ("any", 1), '"2016-03-07" in quotes'),
        ("{any: [{bad word: x1}]}", ("any", 0, "bad word"), "no kind of condition"),
        ("{near: [a1, b1]}", (), "distance"),
        ("{near: [a1, b1], within: 0}", ("within",), "1 or more"),
        ("{near: [a1, b1], within: 2.5}", ("within",), "whole number"),
        ("{near: [a1, b1], within: true}", ("within",), "whole number"),
        ("{near: a1, within: 3}", ("near",), "list"),
        ("{near: [a1, {none: [b1]}], within: 3}", ("near",), "must be absent"),
        ("{sequence: [a1, {any: [b1, {none: [c1]}]}], within: 3}", ("sequence",), "must be absent"),
        ("{same_sentence: [a1, {language: fr}]}", ("same_sentence",), "fact of the whole item"),
        ("{same_paragraph: [a1, {count: b1, min: 2}]}", ("same_paragraph",), "no single place"),
        ("{at_least: 3, of: [a1, b1]}", ("at_least",), "never hold"),
        ("{at_least: 2}", (), "choose from"),
        ("{of: [a1]}", ("of",), "no kind of condition"),
        ("{count: a1}", (), "least number"),
        ("{count: {none: [a1]}, min: 2}", ("count",), "must be absent"),
        ("{score: [{term: a1, weight: 2}]}", (), "threshold"),
        ("{score: [{term: a1, weight: 2}], threshold: 3}", ("threshold",), "never reached"),
        ("{score: [{term: a1, weight: 2}], threshold: 0}", ("threshold",), "above 0"),
        ("{score: [{term: a1}], threshold: 1}", ("score", 0), "weight"),
        ("{score: [{term: a1, weight: .inf}], threshold: 1}", ("score", 0, "weight"), "number"),
        ("{field: headline, match: a1}", ("field",), "no field 'headline'"),
        ("{field: title}", (), "must hold there"),
        ("{field: title, match: {any: [{near: [a1, b1]}]}}", ("match", "any", 0), "distance"),
        ("{list: }", ("list",), "missing"),
        ("{place: no}", ("place",), "in quotes"),
        ("{place: {in: [TN, no]}}", ("place", "in", 1), "in quotes"),
        ("{place: {near: Zarzis}}", ("place",), "belong together"),
        ("{place: {near: Zarzis, km: -3}}", ("place", "km"), "above 0"),
        ("{place: {in: TN, min_confidence: 2}}", ("place", "min_confidence"), "between 0 and 1"),
        ("{place: {min_confidence: 0.5}}", ("place",), "needs a country"),
        ("{list: [a, b]}", ("list",), "one name"),
        ("{language: french}", ("language",), "no language code"),
        ("{language: [en, eng]}", ("language", 1), "no language code"),
        ("{use: }", ("use",), "missing"),
        ("{entity: org}", ("entity",), "in capitals"),
        ("{entity: [ORG, 5]}", ("entity", 1), "in quotes"),
        ("{entity: ORG, match: {language: fr}}", ("match",), "fact of the whole item"),
        ("{entity: ORG, match: []}", ("match",), "how they combine"),
    ],
)
def test_a_condition_that_cannot_be_honoured_is_refused(
    condition: str, path: tuple[str | int, ...], message: str
) -> None:
    problem = only(problems_of(f"match: {condition}"))
    assert not problem.is_warning
    assert problem.path == ("match", *path)
    assert message in problem.message


@pytest.mark.parametrize(
    ("text", "path", "hint"),
    [
        ("{match: {al: [a1]}}", ("match", "al"), "did you mean 'all'?"),
        ("{match: {near: [a1, b1], withn: 3, within: 3}}", ("match", "withn"), "did you mean 'within'?"),
        ("{match: {field: titel, match: a1}}", ("match", "field"), "did you mean 'title'?"),
        ("{match: {place: {kinds: city, in: TN}}}", ("match", "place", "kinds"), "did you mean 'kind'?"),
        ("{match: a1, sevrity: high}", ("sevrity",), "did you mean 'severity'?"),
        ("{match: a1, severity: hihg}", ("severity",), "did you mean 'high'?"),
        ("{match: a1, status: tset}", ("status",), "did you mean 'test'?"),
        ("{match: a1, from: {tag: [x]}}", ("from", "tag"), "did you mean 'tags'?"),
        ("{match: {use: boarder}}", ("match", "use"), "did you mean 'border'?"),
        ("{match: a1, id: 'My Rule'}", ("id",), "my-rule"),
        ("{match: {or: [a1, b1]}}", ("match", "or"), "write any: [ … ]"),
        ("{match: {AND: [a1, b1]}}", ("match", "AND"), "write all: [ … ]"),
        ("{match: {title: a1}}", ("match", "title"), "write {field: title, match: …}"),
        ("{match: a1, from: {languages: [English]}}", ("from", "languages", 0), "did you mean 'en'?"),
        ("{match: {language: fra}}", ("match", "language"), "did you mean 'fr'?"),
        ("{match: {list: [a, b]}}", ("match", "list"), "any: [{list: a}, {list: b}]"),
        ("{match: {query: 'a1 NEAR/x b1'}}", ("match", "query"), "write NEAR/10"),
    ],
)
def test_a_slip_is_answered_with_what_was_probably_meant(
    text: str, path: tuple[str | int, ...], hint: str
) -> None:
    problem = only(problems_of(text, "{border: line}"))
    assert problem.path == path
    assert problem.suggestion == hint


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{}", ()),
        ("{mtach: a1}", ("mtach",)),
        ("{wehn: {rule: x}}", ("wehn",)),
        ("{match: a1, id: }", ("id",)),
        ("{match: a1, id: 7}", ("id",)),
        ("{match: a1, severity: 3}", ("severity",)),
        ("{match: a1, tags: [x, no]}", ("tags", 1)),
        ("{match: a1, tags: []}", ("tags",)),
        ("{match: a1, max_age: 48}", ("max_age",)),
        ("{match: a1, max_age: 0h}", ("max_age",)),
        ("{match: a1, max_age: ''}", ("max_age",)),
        ("{match: a1, max_age: soon}", ("max_age",)),
        ("{match: a1, from: [x]}", ("from",)),
        ("{match: a1, from: {languages: [no]}}", ("from", "languages", 0)),
        ("{match: a1, from: {languages: [english]}}", ("from", "languages", 0)),
        ("{match: a1, from: {languages: []}}", ("from", "languages")),
        ("{match: a1, alert: {group: feed}}", ("alert", "group")),
        ("{match: a1, alert: {remind: 12}}", ("alert", "remind")),
        ("{match: a1, tests: {title: x}}", ("tests",)),
        ("{match: a1, tests: [{title: x}]}", ("tests", 0)),
        ("{match: a1, tests: [{title: x, expect: no}]}", ("tests", 0, "expect")),
        ("{match: a1, tests: [{expect: match}]}", ("tests", 0)),
        ("{match: a1, tests: [{title: x, expect: match, lang: fr}]}", ("tests", 0, "lang")),
        ("{when: {rule: x}}", ("when",)),
        ("just text", ()),
    ],
)
def test_a_wrong_key_is_refused_where_it_stands(text: str, path: tuple[str | int, ...]) -> None:
    value = yaml.safe_load(text)
    rule, problems = parse_rule({"id": "rule", **value} if isinstance(value, dict) else value)
    assert rule is None
    assert only(problems).path == path


@pytest.mark.parametrize(
    "written", ["cross OR flee", "militants AND Tunisia", "غارة OR هجوم", "a1 NEAR/5 b1"]
)
def test_a_query_without_its_key_is_warned_of(written: str) -> None:
    problem = only(problems_of(f"{{match: '{written}'}}"))
    assert problem.is_warning
    assert problem.suggestion == "{query: '…'} reads AND, OR, NOT and NEAR/5"
    _, problems = parse_list("words", [written])
    assert only(problems).is_warning


@pytest.mark.parametrize("written", ["NOT IN MY NAME", "OR", "Search and Rescue", "SELECT OR DIE"])
def test_capitals_alone_make_no_query(written: str) -> None:
    assert problems_of(f"{{match: '{written}'}}") == ()
    assert problems_of(f"{{match: {{query: '\"{written}\"'}}}}") == ()


def test_a_star_in_an_exact_term_is_warned_of() -> None:
    assert only(problems_of("{match: {exact: 'I*'}}")).is_warning


def test_all_problems_are_told_at_once() -> None:
    text = "{id: A, severity: x, max_age: y, match: {any: [1, {near: [a1, b1]}]}, unless: {al: []}, more: 1}"
    paths = {problem.path for problem in problems_of(text)}
    assert paths == {
        ("more",),
        ("id",),
        ("match", "any", 0),
        ("match", "any", 1),
        ("unless", "al"),
        ("severity",),
        ("max_age",),
    }


def test_a_rule_has_all_that_was_written() -> None:
    rule = read_rule(
        """
        id: a-rule
        title: A rule
        description: What for
        false_positives: [this, that]
        severity: info
        status: off
        tags: [x, y]
        from: {feeds: [a, "b*"], tags: t, languages: [en, "no"]}
        match: raid
        max_age: 1d12h
        alert: {group: item, remind: 12h}
        tests:
          - {title: A raid, body: Somewhere, language: en, expect: match}
          - {title: A film, expect: no match}
        """
    )
    assert rule.severity is Severity.INFO
    assert rule.status is Status.OFF
    assert rule.from_ == FromFilter(
        feeds=("a", "b*"), tags=frozenset({"t"}), languages=frozenset({"en", "no"})
    )
    assert rule.max_age is not None
    assert rule.max_age.total_seconds() == 36 * 3600
    assert rule.alert.group == "item"
    assert [test.expects_match for test in rule.tests] == [True, False]
    assert rule.tests[1].language is None
    assert rule.false_positives == ("this", "that")


def test_defaults() -> None:
    rule = read_rule("match: raid")
    assert (rule.title, rule.severity, rule.status) == ("rule", Severity.MEDIUM, Status.ACTIVE)
    assert rule.max_age is None


@pytest.mark.parametrize(
    ("definitions", "path", "message"),
    [
        ("{a: {use: b}, b: {use: a}}", ("a", "use"), "a → b → a"),
        ("{a: {use: a}}", ("a", "use"), "a → a"),
        ("{a: {any: [{use: c}]}}", ("a", "any", 0, "use"), "nothing is defined as 'c'"),
        ("{a: {any: []}}", ("a", "any"), "empty"),
        ("{no: x1}", (), "must be text"),
        ("[a]", (), "mapping"),
    ],
)
def test_problems_of_definitions_are_told_where_they_are_defined(
    definitions: str, path: tuple[str | int, ...], message: str
) -> None:
    _, problems = parse_definitions(yaml.safe_load(definitions))
    assert any(message in problem.message and problem.path == path for problem in problems), problems


def test_a_rule_that_uses_a_broken_definition_is_refused_with_one_line() -> None:
    problem = only(problems_of("match: {any: [{use: a}]}", "{a: {any: []}}"))
    assert problem.path == ("match", "any", 0, "use")
    assert "the definition of 'a' cannot be used" in problem.message


def test_conditions_nested_without_end_are_refused() -> None:
    value: object = "word"
    for _ in range(200):
        value = {"any": [value]}
    rule, problems = parse_rule({"id": "rule", "match": value})
    assert rule is None
    assert "deep" in only(problems).message


def test_definitions_that_multiply_are_refused_quickly() -> None:
    names = {f"d{n}": {"all": [{"use": f"d{n + 1}"}] * 10} for n in range(12)} | {"d12": "word"}
    rule, problems = parse_rule({"id": "rule", "match": {"use": "d0"}}, names)
    assert rule is None
    assert "more than" in only(problems).message


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        ({}, (), "no terms"),
        (None, (), "no terms"),
        ("word", (), "no terms"),
        ({"any": []}, ("any",), "empty"),
        ({"any": "word"}, ("any",), "list"),
        ({"en": ["a1", 2016]}, ("en", 1), "in quotes"),
        ({"en": ["a1", "b*"]}, ("en", 1), "3 letters"),
        ({False: ["a1"]}, ("False",), "language code in quotes"),
        ({"english": ["a1"]}, ("english",), "no language code"),
        ({"exact": [None]}, ("exact", 0), "nothing after"),
    ],
)
def test_a_wrong_list_is_refused(value: object, path: tuple[str | int, ...], message: str) -> None:
    terms, problems = parse_list("l", value)
    assert terms is None
    assert only(problems).path == path
    assert message in only(problems).message


def test_a_term_written_twice_is_a_warning() -> None:
    terms, problems = parse_list("l", {"fr": ["évadé", "evade"]})
    assert terms is not None
    assert only(problems).is_warning


def test_the_schemas_know_every_form_and_key() -> None:
    forms = condition_schema()["$defs"]["condition"]["anyOf"]
    assert {"near", "within"} in [set(form.get("properties", {})) for form in forms]
    assert "unless" in rule_schema()["properties"]
    assert list_schema()["anyOf"]
