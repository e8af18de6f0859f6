"""Regular expressions in rules: what fits, where, what is refused, and what the index looks for."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.matching import document, engine_of, evidence, holds, matches, problems_of
from watcher.match.regex import compiled, required_literal


@pytest.mark.parametrize(
    ("pattern", "title", "expected"),
    [
        (r"CVE-\d{4}-\d{4,}", "Flaw CVE-2026-12345 in routers", True),
        (r"CVE-\d{4}-\d{4,}", "Flaw cve-2026-12345 in routers", False),
        (r"(?i)CVE-\d{4}-\d{4,}", "Flaw cve-2026-12345 in routers", True),
        (r"\bM-?16s?\b", "Two M16s were found", True),
        (r"رأس\s+جدير", "إغلاق معبر رأس  جدير", True),
        (r"frontière", "FRONTIÈRE", False),
        (r" km ", "12 km away", True),
        (r" km ", "12km", False),
    ],
)
def test_it_fits_the_text_as_written(pattern: str, title: str, expected: bool) -> None:
    assert holds(f"{{regex: '{pattern}'}}", title) is expected


@pytest.mark.parametrize("before", ["", "é ", "🚀🚀 ", "عاجل: ", "x\ud800 ", "e\u0301 "])
def test_evidence_is_counted_in_code_points(before: str) -> None:
    engine = engine_of(r"match: {regex: '\d+ (?:killed|قتلى)'}")
    read = document(before + "12 killed, then 30 قتلى", "")
    [found] = matches(engine, read)
    assert [(one.text, one.span.start) for one in found.evidence] == [
        ("12 killed", len(before)),
        ("30 قتلى", len(before) + 16),
    ]


def test_it_has_places_so_that_others_can_stand_near_it() -> None:
    condition = r"{near: [{regex: '\d+ (?:dead|killed)'}, Sfax], within: 4}"
    assert holds(condition, "12 killed near Sfax")
    assert not holds(condition, "12 killed in a place that is a very long way from Sfax")
    assert holds(r"{count: {regex: '\d+'}, min: 2}", "12 and 30")
    assert not holds(r"{field: title, match: {regex: '\d+'}}", "None", "12 dead")


@pytest.mark.parametrize(
    ("pattern", "message", "suggestion"),
    [
        (r"a(?=b)", "at character 2: invalid perl operator '(?='", "no look-around"),
        (r"(a)\1", "at character 4: invalid escape sequence", "no references back"),
        (r"ab[z-a]", "at character 4: invalid character class range 'z-a'", None),
        (r"x{2000}", "at character 2: invalid repetition size '{2000}'", "1000"),
        (r"*abc", "at character 1: no argument for repetition operator", "escape it"),
        (r"abc(d", "at character 4: missing )", "escape it"),
        (r"[(](abc)d)", "at character 10: unexpected )", "escape it"),
        (r"abc[d", "at character 4: missing ]", "escape it"),
        (r"a++", "at character 2: bad repetition operator", "possessive"),
        ("abc\\", "at character 4: trailing", "backslash"),
    ],
)
def test_what_re2_refuses_is_told_with_its_place(pattern: str, message: str, suggestion: str | None) -> None:
    [problem] = problems_of(f"match: {{regex: '{pattern}'}}")
    assert problem.path == ("match", "regex")
    assert message in problem.message
    assert (suggestion is None) == (problem.suggestion is None)
    assert suggestion is None or suggestion in str(problem.suggestion)


@pytest.mark.parametrize("pattern", ["a*", "(?:abc)?", "^", r"\b", "x|"])
def test_a_pattern_that_fits_nothing_at_all_is_refused(pattern: str) -> None:
    [problem] = problems_of(f"match: {{regex: '{pattern}'}}")
    assert not problem.is_warning
    assert "every item" in problem.message


@pytest.mark.parametrize("pattern", [".", r"\w+", ".+", "[a-z]", r"\d"])
def test_a_pattern_that_fits_nearly_everything_is_warned_of(pattern: str) -> None:
    [problem] = problems_of(f"match: {{regex: '{pattern}'}}")
    assert problem.is_warning
    assert "nearly every item" in problem.message


@pytest.mark.parametrize("value", ["''", "[a]", "5", "null", "'" + "x" * 1001 + "'"])
def test_what_is_no_pattern_is_refused(value: str) -> None:
    [problem] = problems_of(f"match: {{regex: {value}}}")
    assert not problem.is_warning


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        (r"CVE-\d{4}-\d{4,}", "CVE-"),
        (r"abcd?e", "abc"),
        (r"abc+defg", "defg"),
        (r"ab\.cd", "ab.cd"),
        (r"abc|defg", None),
        (r"(?:abc|xyz)defg", "defg"),
        (r"(?i)abcdef", None),
        (r"(abcdef)?gh", None),
        (r"[abc]defg", "defg"),
        (r"[]abc]defg", "defg"),
        (r"\d{4}", None),
        (r"x{2,3}", None),
        (r"رأس\s+جدير", "جدير"),
        (r"\p{Arabic}+abc", "abc"),
    ],
)
def test_the_literal_that_every_fit_has(pattern: str, literal: str | None) -> None:
    assert required_literal(pattern) == literal


def test_an_item_without_the_literal_costs_no_search() -> None:
    ruleset = engine_of(r"match: {regex: 'CVE-\d{4}'}").ruleset
    assert ruleset.index.always == ()
    assert engine_of(r"match: {regex: '\d{4}'}").ruleset.index.always == (0,)


pieces = st.sampled_from(["ab", "abc", "d", "د", "é", r"\.", "x", "[ab]", r"\d", "(?:ab|c)", "(ab)", "."])
repeats = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{0,2}", "+?"])
patterns = st.lists(st.tuples(pieces, repeats), min_size=1, max_size=5).map(
    lambda found: "".join(piece + repeat for piece, repeat in found)
)


@given(patterns, st.text(alphabet="abcd.xé د1", max_size=30))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_it_finds_what_the_standard_library_finds(pattern: str, text: str) -> None:
    """`re` agrees with RE2 on patterns that both know; and the literal is in whatever fits."""
    expected = [found.span() for found in re.finditer(pattern, text) if found.group()]
    found = [one.span() for one in compiled(pattern).finditer(text) if one.group()]
    assert found == expected
    literal = required_literal(pattern)
    if literal is not None:
        assert all(literal in text[start:end] for start, end in expected)


def test_no_pattern_makes_a_long_text_slow() -> None:
    engine = engine_of(r"match: {regex: '(a+)+$x'}", r"{id: two, match: {regex: '(?:a|aa)+b'}}")
    started = time.process_time()
    assert matches(engine, document("a" * 200_000)) == ()
    assert time.process_time() - started < 5
    assert len(evidence(matches(engine_of(r"match: {regex: '\d'}"), document("7" * 100_000)))) == 10
