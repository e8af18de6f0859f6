"""Boolean query strings: what they mean, what is wrong with them and where, and that a printed tree reads as itself."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.matching import document, engine_of, evidence, holds, matches, problems_of, read_rule
from watcher.match.forms.distance import Near, Sequence
from watcher.match.forms.logic import AllOf, AnyOf, NoneOf
from watcher.match.forms.scope import InField
from watcher.match.forms.words import Phrase
from watcher.match.reader import SyntaxProblem
from watcher.match.syntax import Condition, Rule
from watcher.match.yaml import parse_rule


def rule_of(query: str) -> tuple[Rule | None, tuple[SyntaxProblem, ...]]:
    return parse_rule({"id": "rule", "match": {"query": query}})


def tree(query: str) -> Condition:
    rule, problems = rule_of(query)
    assert rule is not None, problems
    return rule.match


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("tunisia", "tunisia"),
        ('"armed group"', "armed group"),
        ("“armed group”", "armed group"),
        ("«groupe armé»", "groupe armé"),
        ("„armed group“", "armed group"),
        ("a1 AND b1 AND c1", "{all: [a1, b1, c1]}"),
        ("a1 OR b1 AND c1 OR d1", "{any: [a1, {all: [b1, c1]}, d1]}"),
        ("(a1 OR b1) AND c1", "{all: [{any: [a1, b1]}, c1]}"),
        ("((a1))", "a1"),
        ("a1 NOT b1", "{all: [a1, {none: [b1]}]}"),
        ("a1 AND NOT b1", "{all: [a1, {none: [b1]}]}"),
        ("a1 NOT b1 OR c1", "{any: [{all: [a1, {none: [b1]}]}, c1]}"),
        ("a1 NOT (b1 OR c1)", "{all: [a1, {none: [{any: [b1, c1]}]}]}"),
        ("NOT a1", "{none: [a1]}"),
        ("a1 NEAR/5 b1 AND c1", "{all: [{near: [a1, b1], within: 5}, c1]}"),
        ("a1 ONEAR/5 b1", "{sequence: [a1, b1], within: 5}"),
        ("a1 NEAR/5 b1 NEAR/2 c1", "{near: [{near: [a1, b1], within: 5}, c1], within: 2}"),
        ("NOT a1 NEAR/5 b1", "{none: [{near: [a1, b1], within: 5}]}"),
        ("title:tunisia", "{field: title, match: tunisia}"),
        ('title:"armed group" AND b1', "{all: [{field: title, match: armed group}, b1]}"),
        ("title:(a1 OR b1)", "{field: title, match: {any: [a1, b1]}}"),
        ("title: a1 NEAR/2 b1", "{near: [{field: title, match: a1}, b1], within: 2}"),
        ("lead:cross*", "{field: lead, match: cross*}"),
        ("cross* OR *stan", "{any: [cross*, '*stan']}"),
        ("مسلحون AND (حدود OR تونس)", "{all: [مسلحون, {any: [حدود, تونس]}]}"),
        ("\u200fمسلحون\u200f AND حدود", "{all: [مسلحون, حدود]}"),
        ("al-qaeda AND d'Alger", '{all: [al-qaeda, "d\'Alger"]}'),
        ("IS OR ISIL", "{any: [IS, ISIL]}"),
        ("10:30 OR N95 OR 24/7", "{any: ['10:30', N95, '24/7']}"),
        (
            '"islamic state" AND (cross* OR flee*) NEAR/10 tunisia NOT football',
            "{all: [islamic state, {near: [{any: [cross*, flee*]}, tunisia], within: 10}, {none: [football]}]}",
        ),
    ],
)
def test_it_says_the_same_as_the_tree(query: str, same: str) -> None:
    assert tree(query) == read_rule(f"match: {same}").match


def test_it_holds_and_gives_evidence_for_each_term() -> None:
    engine = engine_of(
        """match: {query: '(militants OR jihadists) NEAR/6 title:"Ben Gardane" NOT football'}"""
    )
    found = matches(engine, document("Jihadists attack Ben Gardane"))
    assert evidence(found) == [
        ("Jihadists", "match.query:jihadists"),
        ("Ben Gardane", "match.query:Ben Gardane"),
    ]
    assert not matches(engine, document("Jihadists attack Ben Gardane football ground"))
    assert holds("{all: [{query: 'a1 OR b1'}, c1]}", "b1 c1")
    assert holds("{query: 'حدود NOT كرة'}", "إغلاق الحدود")


@pytest.mark.parametrize(
    ("query", "message", "at", "suggestion"),
    [
        ("a1 AND", "nothing follows 'AND'", 4, "after it"),
        ("AND a1", "missing before 'AND'", 1, "take the operator away"),
        ("a1 AND OR b1", "between 'AND' and 'OR'", 8, "take the operator away"),
        ("a1 NEAR/5", "nothing follows 'NEAR/5'", 4, "after it"),
        ("a1 NOT", "nothing follows 'NOT'", 4, "after it"),
        ("(a1 OR b1", "bracket is not closed", 1, "close it"),
        ("a1 OR b1)", "closes nothing", 9, "take it away"),
        (")a1", "closes nothing", 1, "take it away"),
        ("a1 AND ()", "nothing in the brackets", 8, None),
        ("(a1 AND)", "between 'AND' and ')'", 8, "take the operator away"),
        ('a1 AND "b1 c1', "quotation mark is not closed", 8, "close it"),
        ('a1 AND ""', "nothing between the quotation marks", 8, None),
        ("title:", "'title:' needs a term", 1, "title:word"),
        ("title: AND a1", "'title:' needs a term", 1, "title:word"),
        ("titel:a1", "no operator 'titel:'", 1, "'title:'"),
        ("intitle:a1", "no operator 'intitle:'", 1, "'title:'"),
        ("a1 site:bbc.com", "no operator 'site:'", 4, "{feed: …}"),
        ("a1 foo:b1", "no operator 'foo:'", 4, "known here"),
        ("a1 NEAR/0 b1", "distance of no word", 4, "NEAR/1"),
        ("a1 NEAR b1", "'NEAR' is no operator", 4, "NEAR/10"),
        ("a1 near/5 b1", "'near/5' is no operator", 4, "NEAR/5"),
        ("a1 W/5 b1", "'W/5' is no operator", 4, "NEAR/5"),
        ("a1 PRE/3 b1", "'PRE/3' is no operator", 4, "ONEAR/3"),
        ("a1 ADJ3 b1", "'ADJ3' is no operator", 4, "ONEAR/3"),
        ("a1 && b1", "'&&' is no operator", 4, "AND"),
        ("a1 | b1", "'|' is no operator", 4, "OR"),
        ("a1 -football", "'-' is no operator", 4, "NOT football"),
        ("a1 +football", "'+' is no operator", 4, "AND football"),
        ("a1 ET b1", "'ET' is no operator", 4, "AND"),
        ("a1 SAUF b1", "'SAUF' is no operator", 4, "NOT"),
        ("a1 w/s b1", "'w/s' is no operator", 4, "same_sentence"),
        ("a1 /P b1", "'/P' is no operator", 4, "same_paragraph"),
        ("/a1.*/", "'/a1.*/' is no operator", 1, "regex"),
        ('"a1 b1"~5', "'~' is no operator", 8, "NEAR/5"),
        ("a1 b1^3", "'^' is no operator", 6, "score"),
        ("b1 OR atleast3(a1)", "no operator 'atleast3('", 7, "min: 3"),
        ("hlead(a1)", "no operator 'hlead('", 1, "lead:("),
        ("headline:a1", "no operator 'headline:'", 1, "title:"),
        ("terror! OR b1", "'!' is no wildcard", 7, "use *"),
        ("wom?n", "'?' is no wildcard", 4, "use *"),
        ("a1 NEAR/5 (NOT b1)", "NOT cannot stand inside NEAR/5", 4, "outside"),
        ("a1 NEAR/5 NOT b1", "between 'NEAR/5' and 'NOT'", 11, "take the operator away"),
        ("(" * 50 + "a1" + ")" * 50, "nested more than 40", 42, None),
        ("NOT " * 50 + "a1", "nested more than 40", 165, None),
        ("a1" + " NEAR/2 b1" * 50, "more than 40 NEAR", 404, None),
        ("a1 OR " * 3000 + "a1", "more than 5000", 15001, None),
    ],
)
def test_what_is_wrong_is_told_with_its_character(
    query: str, message: str, at: int, suggestion: str | None
) -> None:
    rule, [problem] = rule_of(query)
    assert rule is None
    assert problem.path == ("match", "query")
    assert message in problem.message
    assert f"(character {at} of the query)" in problem.message
    assert (suggestion is None) == (problem.suggestion is None)
    assert suggestion is None or suggestion in str(problem.suggestion)


@pytest.mark.parametrize(
    ("query", "message", "at"),
    [
        ("a1 AND c*", "too broad", 8),
        ("a1 AND $5", "not part of a word", 8),
        ('a1 OR "..."', "letter or digit", 7),
        ("a1 AND , OR c1", "letter or digit", 8),
    ],
)
def test_a_term_that_cannot_be_looked_for_is_told_with_its_character(
    query: str, message: str, at: int
) -> None:
    rule, [problem] = rule_of(query)
    assert rule is None
    assert message in problem.message
    assert f"(character {at})" in problem.message


@pytest.mark.parametrize(
    ("query", "message", "suggestion"),
    [
        ("armed group", "'group' (character 7)", "quotation marks"),
        ("a1 (b1 OR c1)", "'(' (character 4)", "AND or OR"),
        ("tunisia and libya", "'and' (character 9) is looked for as a word", "write AND"),
        ("tunisia or libya", "'or' (character 9) is looked for as a word", "write OR"),
        ("not libya", "'not' (character 1) is looked for as a word", "write NOT"),
    ],
)
def test_what_is_probably_not_meant_is_warned_of(query: str, message: str, suggestion: str) -> None:
    rule, [problem] = rule_of(query)
    assert rule is not None
    assert problem.is_warning
    assert message in problem.message
    assert suggestion in str(problem.suggestion)


def test_nothing_between_two_terms_is_and() -> None:
    assert tree("a1 b1 OR c1") == tree("a1 AND b1 OR c1")


@pytest.mark.parametrize("value", ["''", "'  '", "[a1]", "5", "true", "null"])
def test_what_is_no_query_is_refused(value: str) -> None:
    [problem] = problems_of(f"match: {{query: {value}}}")
    assert not problem.is_warning


# --- printing and reading again ----------------------------------------------------------------------------------


def printed(condition: Condition) -> str:
    """Write a tree as a query, with brackets around everything that has several parts."""
    if isinstance(condition, Phrase):
        is_word = condition.written.replace("*", "").isalnum()
        is_operator = condition.written in ("AND", "OR", "NOT")
        return condition.written if is_word and not is_operator else f'"{condition.written}"'
    if isinstance(condition, InField):
        return f"{condition.fields[0]}:{_bracketed(condition.condition)}"
    if isinstance(condition, NoneOf):
        return f"NOT {_bracketed(condition.conditions[0])}"
    parts = [_bracketed(one) for one in condition.children]
    if isinstance(condition, Near):
        word = "ONEAR" if isinstance(condition, Sequence) else "NEAR"
        return f" {word}/{condition.within} ".join(parts)
    return (" OR " if isinstance(condition, AnyOf) else " AND ").join(parts)


def _bracketed(condition: Condition) -> str:
    text = printed(condition)
    return text if isinstance(condition, Phrase) else f"({text})"


terms = st.sampled_from(
    [
        "tunisia",
        "armed group",
        "cross*",
        "حدود",
        "المعبر الحدودي",
        "l'évadé",
        "AND",
        "frontière",
        "2016",
        "تسلل*",
    ]
).map(lambda text: Phrase.read(_READER, text))


def _reader() -> object:
    from watcher.match.forms import FORMS
    from watcher.match.reader import Reader

    return Reader(forms=FORMS, text=Phrase.read, path="")


_READER = _reader()


def placed(children: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    pairs = st.tuples(children, children)
    some = st.lists(children, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        some.map(lambda found: AllOf(path="", conditions=found, need=len(found))),
        some.map(lambda found: AnyOf(path="", conditions=found, need=1)),
        st.builds(lambda two, n: Near(path="", conditions=two, within=n), pairs, st.integers(1, 30)),
        st.builds(lambda two, n: Sequence(path="", conditions=two, within=n), pairs, st.integers(1, 30)),
        st.builds(
            lambda field, one: InField.over((field,), one, path=""),
            st.sampled_from(["title", "lead", "body", "author", "categories", "url"]),
            children,
        ),
    )


def anywhere(children: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(children, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        some.map(lambda found: AllOf(path="", conditions=found, need=len(found))),
        some.map(lambda found: AnyOf(path="", conditions=found, need=1)),
        children.map(lambda one: NoneOf(path="", conditions=(one,))),
    )


conditions = st.recursive(st.recursive(terms, placed, max_leaves=6), anywhere, max_leaves=4)


@given(conditions)
@settings(max_examples=100, derandomize=True, deadline=None)
def test_a_printed_tree_reads_as_the_same_tree(condition: Condition) -> None:
    rule, problems = rule_of(printed(condition))
    assert rule is not None, problems
    assert problems == ()
    assert rule.match == condition
    assert printed(rule.match) == printed(condition)


pieces = st.sampled_from(
    [
        "a1",
        "AND",
        "OR",
        "NOT",
        "(",
        ")",
        '"',
        "“",
        "NEAR/3",
        "NEAR",
        "title:",
        "*",
        "b*",
        "تونس",
        ":",
        "-",
        "\u200f",
    ]
)


@given(st.lists(st.one_of(pieces, st.text(max_size=4)), max_size=12), st.sampled_from(["", " "]))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_any_text_is_a_query_or_a_problem(parts: list[str], between: str) -> None:
    rule, problems = rule_of(between.join(parts))
    assert (rule is None) == any(not problem.is_warning for problem in problems)


def test_yaml_needs_quotes_around_a_query() -> None:
    text = "match: {query: '\"armed group\" AND title:tunisia'}"
    assert yaml.safe_load(text) == {"match": {"query": '"armed group" AND title:tunisia'}}
    assert read_rule(text).match == tree('"armed group" AND title:tunisia')
