"""A trained spaCy pipeline that the configuration names is loaded from disk and used."""

from pathlib import Path

import pytest
import spacy
from spacy.training import Example

from watcher.text.tokens import PipelineMissingError, Tokenizer


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a sentence splitter that knows one thing: `STOP` ends a sentence."""
    nlp = spacy.blank("en")
    nlp.add_pipe("senter")
    texts = ["alpha beta STOP gamma delta STOP", "one two three STOP four five STOP", "a b STOP c d e STOP f"]
    examples = []
    for text in texts:
        doc = nlp.make_doc(text)
        starts = [index == 0 or doc[index - 1].text == "STOP" for index in range(len(doc))]
        examples.append(Example.from_dict(doc, {"sent_starts": starts}))
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(60):
        nlp.update(examples, sgd=optimizer)
    path = tmp_path_factory.mktemp("pipelines") / "en_stop"
    nlp.to_disk(path)
    return path


def test_sentences_come_from_the_trained_pipeline(pipeline: Path) -> None:
    text = "alpha beta STOP gamma delta"
    found = Tokenizer({"en": str(pipeline)}).words(text, "en")
    assert [text[start:end] for start, end in found.sentences] == ["alpha beta STOP ", "gamma delta"]
    assert len(found.starts) == 5


def test_other_languages_keep_their_blank_pipelines(pipeline: Path) -> None:
    text = "L'armée STOP avance"
    found = Tokenizer({"en": str(pipeline)}).words(text, "fr")
    assert len(found.sentences) == 1
    assert text[found.starts[1] : found.ends[1]] == "armée"


def test_all_named_pipelines_are_checked_at_once(pipeline: Path, tmp_path: Path) -> None:
    Tokenizer({"en": str(pipeline)}).check()
    with pytest.raises(PipelineMissingError):
        Tokenizer({"fr": str(tmp_path / "nothing")}).check()
