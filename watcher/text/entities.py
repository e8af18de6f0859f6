"""Text and language → named entities, by spaCy's trained pipelines where the configuration names them.

Comes in: a field's text and its language. Goes out: offsets and labels. Called by `Document`, when a rule asks for an entity; with
`tokens` the only module that knows spaCy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from watcher.text.tokens import STRINGS_KEPT, PipelineMissingError, portions, without_surrogates

if TYPE_CHECKING:
    from spacy.language import Language

_MOST_CHARS = 100_000
"""Trained pipelines read thousands of words in a second, not millions: what comes after these is not read."""

_RULERS = ("entity_ruler", "span_ruler")
_NEEDED = ("tok2vec", "transformer", "ner", "entity_linker")


class EntityMention(NamedTuple):
    """A name in a text: offsets in code points, and the pipeline's label for what it names (PERSON, ORG, GPE …)."""

    start: int
    end: int
    label: str


class Recogniser:
    """Finds named entities; loads a language's pipeline when it is first asked for one, and keeps it.

    Args:
        models: trained pipelines by language: installed names or paths, as `spacy.load` takes them. In other
            languages nothing is found.
    """

    def __init__(self, models: Mapping[str, str] | None = None) -> None:
        self._models = dict(models or {})
        self._pipelines: dict[str, Language] = {}

    def find(self, text: str, language: str) -> tuple[EntityMention, ...]:
        """Find the entities in the first 100,000 characters of a text, in order.

        Raises:
            PipelineMissingError: the trained pipeline named for this language is not installed.
        """
        if language not in self._models:
            return ()
        nlp = self._pipeline(language)
        text = without_surrogates(text[:_MOST_CHARS])
        return tuple(
            EntityMention(begin + entity.start_char, begin + entity.end_char, entity.label_)
            for begin, end in portions(text)
            for entity in nlp(text[begin:end]).ents
        )

    def _pipeline(self, language: str) -> Language:
        nlp = self._pipelines.get(language)
        # spaCy keeps every distinct word for ever.
        if nlp is None or len(nlp.vocab.strings) > STRINGS_KEPT:
            nlp = self._pipelines[language] = _load(language, self._models[language])
        return nlp


def _load(language: str, name: str) -> Language:
    import spacy

    try:
        nlp = spacy.load(name)
    except (OSError, ImportError, ValueError) as error:
        raise PipelineMissingError(language, name) from error
    factories = nlp.pipe_factories
    if not set(_RULERS) & set(factories.values()):
        # Only patterns may ask for lemmas and parts of speech; without them the rest is time lost.
        nlp.select_pipes(enable=[name for name, factory in factories.items() if factory in _NEEDED])
    return nlp
