"""Every example of the rule reference does what it says, with the lists and places that ship."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.support.docs import PAGES, Block, blocks, write_configuration
from watcher.analysis import Analysis
from watcher.config.load import Config, load
from watcher.config.schema import FileKind, file_schema
from watcher.match.forms import FORMS
from watcher.match.syntax import Rule
from watcher.types import Feed, Item

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEED = Feed(id="tn-docs", url="https://docs.example/", tags=frozenset({"agency"}))

RULE_BLOCKS = [block for block in blocks(*PAGES) if block.has_rules]
FRAGMENTS = [block for block in RULE_BLOCKS if block.is_fragment]
FILES = [block for block in RULE_BLOCKS if not block.is_fragment]


def analysis_of(config: Config) -> Analysis:
    return Analysis(rules=config.rules, lists=config.lists, places=config.places)


@pytest.fixture(scope="module")
def fragments(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, Analysis]:
    """All examples that are only a condition and its tests, in one configuration: it is built once."""
    config = load(write_configuration(FRAGMENTS, tmp_path_factory.mktemp("fragments")), environ={})
    return config, analysis_of(config)


def test_there_are_examples() -> None:
    assert len(FRAGMENTS) > 20
    assert len(FILES) > 2


@pytest.mark.parametrize("block", FRAGMENTS, ids=lambda block: block.name)
def test_the_condition_does_what_its_tests_say(block: Block, fragments: tuple[Config, Analysis]) -> None:
    config, analysis = fragments
    [rule] = [rule for rule in config.rules if rule.id == block.rule_id]
    assert rule.tests
    assert not surprises(analysis, rule)


@pytest.mark.parametrize("block", FILES, ids=lambda block: block.name)
def test_the_file_loads_and_its_tests_hold(block: Block, tmp_path: Path) -> None:
    config = load(write_configuration([block], tmp_path), environ={})
    analysis = analysis_of(config)
    assert not [surprise for rule in config.rules for surprise in surprises(analysis, rule)]


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    return Draft202012Validator(file_schema(FileKind.RULES))


@pytest.mark.parametrize("block", RULE_BLOCKS, ids=lambda block: block.name)
def test_an_editor_accepts_the_example(block: Block, schema: Draft202012Validator) -> None:
    data = {"rules": [{"id": block.rule_id, **block.data}]} if block.is_fragment else block.data
    assert not [error.message for error in schema.iter_errors(data)]


def surprises(analysis: Analysis, rule: Rule) -> list[str]:
    return [
        test.title
        for test in rule.tests
        if is_match(analysis, rule, test.title, test.body, test.language) != test.expects_match
    ]


def is_match(analysis: Analysis, rule: Rule, title: str, body: str, language: str | None) -> bool:
    item = Item(
        feed_id=FEED.id,
        key=title,
        guid=None,
        url=None,
        title=title,
        summary=body,
        content="",
        seen_at=NOW,
        language=language,
    )
    return any(match.rule == rule.id for match in analysis.analyse(item, FEED, NOW).matches)


def test_every_form_of_condition_has_an_example() -> None:
    shown: set[str] = set()
    for block in RULE_BLOCKS:
        if block.path == "docs/rules.md":
            shown |= keys(yaml.safe_load(block.text))
    assert set(FORMS) <= shown


def test_every_form_over_time_has_an_example() -> None:
    forms = {key for block in FILES for rule in block.data["rules"] for key in rule.get("when", {})}
    assert {"rule", "match", "list", "count", "spike", "new_in", "within", "baseline", "at_least"} <= forms


def keys(value: Any) -> set[str]:
    if isinstance(value, list):
        return {key for one in value for key in keys(one)}
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in keys(one)}
    return set()
