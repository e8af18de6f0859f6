"""The configuration that ships: it is without problems, its rules pass their own tests and read real articles right."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import tunisia
from watcher.analysis import Analysis
from watcher.config.load import Config, load
from watcher.match.ruletest import run_tests
from watcher.match.syntax import Status

STORIES = tunisia.DATA.with_name("stories.jsonl")
ARTICLE = tunisia.DATA.with_name("000_4d4aa45d21093312.txt")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def needs(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not path.exists(), reason=f"{path.name} is not part of the project and not beside it"
    )


@pytest.fixture(scope="module")
def config() -> Config:
    return load(tunisia.CONFIG, environ={})


@pytest.fixture(scope="module")
def analysis(config: Config) -> Analysis:
    return Analysis(rules=config.rules, lists=config.lists, places=config.places)


def test_there_is_nothing_to_complain_about(config: Config) -> None:
    assert config.warnings == ()


def test_every_rule_passes_its_own_tests(config: Config, analysis: Analysis) -> None:
    results = list(run_tests(config.rules, analysis.engine, analysis.analyser, NOW))
    assert [
        f"{one.rule} {one.test.title}: {one.explanation.reason}" for one in results if not one.passed
    ] == []
    assert len(results) > 100


def test_every_rule_has_a_description_and_tests_of_both_kinds_in_each_language(config: Config) -> None:
    for rule in config.rules:
        assert rule.description, rule.id
        assert rule.false_positives, rule.id
        if rule.when is not None:
            continue
        for language in ("fr", "ar"):
            kinds = {test.expects_match for test in rule.tests if test.language == language}
            assert kinds == {True, False}, (rule.id, language)
        assert {test.expects_match for test in rule.tests if test.language is None} == {True, False}, rule.id


def test_more_than_ten_rules_are_delivered_beside_the_one_about_tunisia(config: Config) -> None:
    assert (
        len([rule for rule in config.rules if rule.status is Status.ACTIVE and rule.id != tunisia.RULE]) > 10
    )


@needs(STORIES)
def test_business_and_entertainment_raise_nothing_about_tunisia(analysis: Analysis) -> None:
    items = [
        tunisia.item_of({"id": str(at), "title": json.loads(line)["title"]})
        for at, line in enumerate(STORIES.read_text(encoding="utf-8").splitlines())
    ]
    told = [
        (match.rule, item.title)
        for item in items
        for match in analysis.analyse(item, tunisia.FEED, NOW).matches
    ]
    assert [title for rule, title in told if rule == tunisia.RULE] == []
    assert len(told) < len(items) / 200


@needs(ARTICLE)
def test_the_article_raises_the_rule_about_tunisia(analysis: Analysis) -> None:
    title, _, body = ARTICLE.read_text(encoding="utf-8").partition("\n")
    item = tunisia.item_of({"id": "article", "title": title, "summary": body.strip()})
    found = {match.rule: match for match in analysis.analyse(item, tunisia.FEED, NOW).matches}
    match = found[tunisia.RULE]
    assert match.severity.label == "high"
    texts = {one.text for one in match.evidence}
    assert {"Tunisia", "Islamic State", "fleeing"} <= texts


@needs(tunisia.DATA)
def test_the_rule_about_tunisia_reads_labelled_news() -> None:
    scores = dict(tunisia.by_language(tunisia.judge(tunisia.read(tunisia.DATA))))
    assert scores["all"].f1 >= 0.88
    assert scores["all"].precision >= 0.90
    assert all(found.f1 >= 0.75 for found in scores.values())
