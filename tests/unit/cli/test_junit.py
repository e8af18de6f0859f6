"""JUnit XML of rule tests: what CI services read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from xml.etree import ElementTree

from watcher.cli.junit import junit_xml
from watcher.match.ruletest import TestResult


def result(rule: str, number: int, *, passed: bool, title: str = "A title") -> TestResult:
    """Give a result as far as the report looks at it."""
    said = {"expected": "match", "got": "match" if passed else "no match"}
    stand_in = SimpleNamespace(
        rule=rule,
        number=number,
        passed=passed,
        test=SimpleNamespace(title=title),
        to_json=lambda: said,
        explanation=SimpleNamespace(to_text=lambda: "why <not> \ud800"),
    )
    return cast("Any", stand_in)  # type: ignore[no-any-return]


def test_there_is_a_suite_for_each_rule_and_a_case_for_each_test() -> None:
    data = junit_xml([result("a", 0, passed=True), result("a", 1, passed=False), result("b", 0, passed=True)])
    top = ElementTree.fromstring(data)
    assert top.attrib == {"name": "watcher test", "tests": "3", "failures": "1"}
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in top] == [
        ("a", "2", "1"),
        ("b", "1", "0"),
    ]
    failure = top.find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == "expected match, got no match"
    assert failure.text == "why <not> \ufffd"


def test_characters_that_xml_cannot_hold_are_replaced() -> None:
    top = ElementTree.fromstring(junit_xml([result("a", 0, passed=True, title="a\x1b\ud800b")]))
    case = top.find("testsuite/testcase")
    assert case is not None
    assert case.get("name") == "1: a\ufffd\ufffdb"
