"""Results of rule tests as JUnit XML, which CI services show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

from watcher.match.ruletest import TestResult

# What XML 1.0 cannot hold at all (section 2.2), lone surrogates among it.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(results: Sequence[TestResult]) -> bytes:
    """Give the results as one test suite for each rule."""
    top = ElementTree.Element("testsuites", {"name": "watcher test", **_totals(results)})
    for rule, group in groupby(results, key=lambda result: result.rule):
        inside = list(group)
        suite = ElementTree.SubElement(top, "testsuite", {"name": _clean(rule), **_totals(inside)})
        for result in inside:
            _add_case(suite, result)
    ElementTree.indent(top)
    data: bytes = ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _add_case(suite: ElementTree.Element, result: TestResult) -> None:
    name = _clean(f"{result.number + 1}: {result.test.title}")
    case = ElementTree.SubElement(suite, "testcase", classname=_clean(result.rule), name=name)
    if not result.passed:
        said = result.to_json()
        message = f"expected {said['expected']}, got {said['got']}"
        failure = ElementTree.SubElement(case, "failure", message=message)
        failure.text = _clean(result.explanation.to_text())


def _totals(results: Sequence[TestResult]) -> dict[str, str]:
    failures = sum(not result.passed for result in results)
    return {"tests": str(len(results)), "failures": str(failures)}


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
