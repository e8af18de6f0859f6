"""Named entities in rules: which ones fit, where, when they are looked for at all, and what is warned of."""

from __future__ import annotations

import re

import pytest

from tests.support.matching import FEED, GAZETTEER, document, engine_of, evidence, matches, read_rule
from watcher.match.check import cross_check
from watcher.text.entities import EntityMention

KNOWN = {"Ada Lovelace": "PERSON", "Jean Moulin": "PER", "World Bank": "ORG", "Bank": "ORG", "Chad": "GPE"}


class Names:
    """Finds a few names, and counts how often it is asked."""

    def __init__(self) -> None:
        self.calls = 0

    def find(self, text: str, language: str) -> tuple[EntityMention, ...]:
        self.calls += 1
        return tuple(
            EntityMention(hit.start(), hit.end(), KNOWN[hit.group()])
            for hit in re.finditer("Ada Lovelace|Jean Moulin|World Bank|Bank|Chad", text)
        )


def found(condition: str, title: str, body: str = "") -> list[tuple[str, str]]:
    return evidence(matches(engine_of(f"match: {condition}"), document(title, body, recogniser=Names())))


@pytest.mark.parametrize(
    ("condition", "title", "body", "texts"),
    [
        ("{entity: ORG}", "🚀 The World Bank met", "", ["World Bank"]),
        ("{entity: ORG}", "The minister met", "", []),
        ("{entity: PERSON}", "Ada Lovelace and Jean Moulin", "", ["Ada Lovelace", "Jean Moulin"]),
        ("{entity: PER}", "Ada Lovelace and Jean Moulin", "", ["Ada Lovelace", "Jean Moulin"]),
        ("{entity: [ORG, GPE]}", "Chad asks the Bank", "", ["Chad", "Bank"]),
        ("{entity: ORG, match: world}", "A Bank and the World Bank", "", ["World Bank"]),
        ("{entity: ORG, match: world}", "The world and the Bank", "", []),
        ("{entity: ORG, match: {any: [world, ada]}}", "Ada Lovelace", "", []),
        ("{field: title, match: {entity: ORG}}", "None here", "The World Bank", []),
        ("{field: lead, match: {entity: ORG}}", "x", "One. Two. The World Bank.", []),
        ("{count: {entity: ORG}, min: 2}", "Bank and Bank", "", ["Bank", "Bank"]),
    ],
)
def test_it_finds_entities_of_the_kind(condition: str, title: str, body: str, texts: list[str]) -> None:
    assert [text for text, _ in found(condition, title, body)] == texts


def test_others_can_stand_near_it() -> None:
    assert found("{near: [{entity: ORG}, loan], within: 4}", "World Bank grants loan") == [
        ("World Bank", "match.near[0].entity:ORG"),
        ("loan", "match.near[1]"),
    ]
    assert not found("{near: [{entity: ORG}, loan], within: 2}", "World Bank will at last grant a loan")


def test_without_a_pipeline_there_are_none() -> None:
    assert not matches(engine_of("match: {entity: ORG}"), document("The World Bank met"))


def test_names_are_looked_for_last_and_once() -> None:
    names = Names()
    engine = engine_of(
        "match: {all: [{entity: ORG}, loan]}", "{id: two, match: {all: [{entity: PERSON}, loan]}}"
    )
    matches(engine, document("The World Bank met", recogniser=names))
    assert names.calls == 0
    matches(engine, document("The World Bank grants a loan", recogniser=names))
    assert names.calls == 1
    inside = engine_of("match: {entity: ORG, match: world}")
    matches(inside, document("The Bank met", recogniser=names))
    assert names.calls == 1


@pytest.mark.parametrize(
    ("models", "messages"),
    [
        (None, []),
        (["en", "fr"], []),
        (["en"], ["configured for 'fr'"]),
        ([], ["configured for 'en', 'fr'"]),
    ],
)
def test_a_language_without_a_pipeline_is_warned_of(models: list[str] | None, messages: list[str]) -> None:
    rule = read_rule(
        "{match: {all: [bank, {entity: ORG}]}, from: {languages: [en, fr]}, tests: [{title: x1, expect: match}]}"
    )
    told = [problem for _, problem in cross_check([rule], {}, GAZETTEER, [FEED], (), models)]
    assert all(problem.is_warning for problem in told)
    assert len(told) == len(messages)
    assert all(message in problem.message for message, problem in zip(messages, told, strict=True))


def test_no_pipeline_at_all_is_warned_of_for_every_rule() -> None:
    rule = read_rule("{match: {all: [bank, {entity: ORG}]}, tests: [{title: x1, expect: match}]}")
    [(_, problem)] = cross_check([rule], {}, GAZETTEER, [], (), ())
    assert "no spaCy pipeline is configured at all" in problem.message
    assert problem.path == ("match", "all", 1, "entity")
