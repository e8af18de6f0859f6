"""A rule's own `tests:` → what was expected and what happened.

Comes in: rules, the engine that runs them, and the analyser that reads test items. Goes out: one result for each
test. Called by `watcher test` and by the tests of the shipped rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watcher.match.engine import Engine
from watcher.match.explain import Explanation, explain
from watcher.match.syntax import Rule, RuleTest
from watcher.text.analyse import Analyser
from watcher.types import Evidence, Feed, Item

TEST_FEED = Feed(id="test", url="test:")
"""Where test items come from. The feeds and tags in a rule's `from` do not apply to them, its languages do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """One test of a rule. `explanation` says why it came out as it did; `language` is the one that was used."""

    __test__ = False  # not a test of pytest's

    rule: str
    test: RuleTest
    number: int
    matched: bool
    evidence: tuple[Evidence, ...]
    language: str
    explanation: Explanation

    @property
    def passed(self) -> bool:
        """Whether it came out as expected."""
        return self.matched == self.test.expects_match

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "rule": self.rule,
            "number": self.number,
            "title": self.test.title,
            "language": self.language,
            "expected": _said(self.test.expects_match),
            "got": _said(self.matched),
            "passed": self.passed,
            "reason": self.explanation.reason,
            "evidence": [
                {
                    "field": one.span.field,
                    "start": one.span.start,
                    "end": one.span.end,
                    "text": one.text,
                    "path": one.path,
                }
                for one in self.evidence
            ],
        }


def run_tests(
    rules: Iterable[Rule], engine: Engine, analyser: Analyser, now: datetime
) -> Iterator[TestResult]:
    """Run the tests of rules, whatever the rules' status.

    Args:
        rules: rules of the engine's rule set.
        engine: runs them.
        analyser: reads the test items.
        now: the moment at which the test items are seen.
    """
    for rule in rules:
        for number, test in enumerate(rule.tests):
            yield _run(rule, test, number, engine, analyser, now)


def _run(
    rule: Rule, test: RuleTest, number: int, engine: Engine, analyser: Analyser, now: datetime
) -> TestResult:
    document = analyser.read(_item(test, now))
    hides = rule.from_.languages and document.language not in rule.from_.languages
    match = None if hides else engine.match_rule(rule.id, document, TEST_FEED, now)
    return TestResult(
        rule=rule.id,
        test=test,
        number=number,
        matched=match is not None,
        evidence=match.evidence if match else (),
        language=document.language,
        explanation=explain(rule.id, engine, document, TEST_FEED, now),
    )


def _item(test: RuleTest, now: datetime) -> Item:
    return Item(
        feed_id=TEST_FEED.id,
        key=test.title,
        guid=None,
        url=None,
        title=test.title,
        summary=test.body,
        content="",
        seen_at=now,
        language=test.language,
    )


def _said(matches: bool) -> str:
    return "match" if matches else "no match"
