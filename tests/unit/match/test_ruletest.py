"""Running the tests that rules carry."""

from __future__ import annotations

import json
from typing import cast

from tests.support.matching import NOW, PlainSplitter, document, engine_of
from watcher.match.ruletest import TestResult, run_tests
from watcher.text.analyse import Analyser
from watcher.text.document import Document
from watcher.types import Item


class PlainAnalyser:
    """Reads items as the tests of the matcher do; their language is what they say."""

    tokenizer = PlainSplitter()

    def read(self, item: Item, *, feed_language: str | None = None) -> Document:
        return document(item.title, item.body, language=item.language or "en")


def results(rule: str) -> list[TestResult]:
    engine = engine_of(rule)
    return list(run_tests(engine.ruleset.rules, engine, cast("Analyser", PlainAnalyser()), NOW))


RULE = """
match: {all: [raid, border]}
tests:
  - {title: Raid, body: on the border, expect: match}
  - {title: Raid, expect: match}
  - {title: Raid, body: on the border, expect: no match}
  - {title: Nothing, expect: no match}
"""


def test_a_test_passes_when_the_rule_does_what_it_expects() -> None:
    assert [one.passed for one in results(RULE)] == [True, False, False, True]
    assert [one.number for one in results(RULE)] == [0, 1, 2, 3]


def test_a_result_shows_what_was_found_and_what_was_missing() -> None:
    first, second, *_ = results(RULE)
    assert [one.text for one in first.evidence] == ["Raid", "border"]
    assert "border at match.all[1] did not hold" in second.explanation.reason
    told = json.loads(json.dumps(first.to_json()))
    assert (told["expected"], told["got"], told["passed"]) == ("match", "match", True)
    assert told["evidence"][0]["text"] == "Raid"


def test_feeds_and_tags_do_not_keep_test_items_from_a_rule_but_languages_do() -> None:
    rule = "{match: raid, from: {feeds: [x], tags: [y], languages: [fr]}, tests: [%s]}"
    assert results(rule % "{title: raid, language: fr, expect: match}")[0].passed
    assert results(rule % "{title: raid, language: en, expect: no match}")[0].passed


def test_rules_that_are_off_or_in_trial_are_tested_too() -> None:
    for status in ("off", "test"):
        assert results(f"{{match: raid, status: {status}, tests: [{{title: raid, expect: match}}]}}")[
            0
        ].matched
