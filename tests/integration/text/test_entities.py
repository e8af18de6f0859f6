"""Named entities by spaCy: pipelines made here, saved, and used by path as an installed one would be."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import spacy
from spacy.training import Example

from watcher.analysis import Analysis
from watcher.match.yaml import parse_rule
from watcher.text.entities import EntityMention, Recogniser
from watcher.text.tokens import PipelineMissingError
from watcher.types import Feed, Item

NAMES = {
    "en": [("ORG", "World Bank"), ("PERSON", "Ada Lovelace")],
    "ar": [("ORG", "البنك الدولي")],
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Pipelines that know a few names, by language."""
    saved = {}
    for language, names in NAMES.items():
        nlp = spacy.blank(language)
        ruler = nlp.add_pipe("entity_ruler")
        ruler.add_patterns([{"label": label, "pattern": name} for label, name in names])
        path = tmp_path_factory.mktemp("pipelines") / language
        nlp.to_disk(path)
        saved[language] = str(path)
    return saved


@pytest.mark.parametrize("before", ["", "🚀🚀 ", "x\ud800 ", "é\n\n"])
def test_offsets_are_code_points_of_the_text(models: dict[str, str], before: str) -> None:
    recogniser = Recogniser(models)
    text = f"{before}The World Bank met"
    [found] = recogniser.find(text, "en")
    assert (text[found.start : found.end], found.label) == ("World Bank", "ORG")
    arabic = f"{before}قال البنك الدولي اليوم"
    [found] = recogniser.find(arabic, "ar")
    assert arabic[found.start : found.end] == "البنك الدولي"


def test_only_configured_languages_have_entities(models: dict[str, str]) -> None:
    recogniser = Recogniser(models)
    assert recogniser.find("The World Bank met", "fr") == ()
    assert recogniser.find("", "en") == ()
    assert Recogniser().find("The World Bank met", "en") == ()


def test_long_texts_are_read_in_pieces_and_up_to_a_limit(models: dict[str, str]) -> None:
    found = Recogniser(models).find("word " * 15_000 + "World Bank " + "word " * 40_000 + "World Bank", "en")
    assert found == (EntityMention(75_000, 75_010, "ORG"),)


def test_a_trained_recogniser_is_used_without_what_is_not_needed(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("ner").add_label("ORG")
    texts = ["Acme grew", "Now Acme fell", "Acme and others", "Yesterday Acme paid"]
    examples = [
        Example.from_dict(
            nlp.make_doc(text), {"entities": [(text.index("Acme"), text.index("Acme") + 4, "ORG")]}
        )
        for text in texts
    ]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    nlp.to_disk(tmp_path / "trained")
    recogniser = Recogniser({"en": str(tmp_path / "trained")})
    assert recogniser.find("Now Acme fell", "en") == (EntityMention(4, 8, "ORG"),)
    assert recogniser._pipeline("en").pipe_names == ["ner"]


def test_a_pipeline_that_is_not_installed_is_an_error() -> None:
    with pytest.raises(PipelineMissingError, match="xx_no_such_pipeline"):
        Recogniser({"en": "xx_no_such_pipeline"}).find("Text", "en")


def test_rules_use_the_configured_pipelines(models: dict[str, str]) -> None:
    rule, problems = parse_rule({"id": "bank", "match": {"near": [{"entity": "ORG"}, "loan"], "within": 5}})
    assert rule is not None, problems
    analysis = Analysis(rules=[rule], lists={}, models=models)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    item = Item(
        feed_id="wire",
        key="k",
        guid=None,
        url=None,
        title="The World Bank grants a loan to farmers in the region",
        summary="",
        content="",
        seen_at=now,
        language="en",
    )
    [match] = analysis.analyse(item, Feed(id="wire", url="https://f.example/"), now).matches
    assert [one.text for one in match.evidence] == ["World Bank", "loan"]
