"""What else finds the terms of many rules in a text: `re`, spaCy's Matcher and PhraseMatcher, for `bench.scale`.

Each is given the same rules as the engine. `re` and Matcher get one pattern for each rule, which says no more than that
one of its terms occurs; PhraseMatcher finds all terms, and the engine's own evaluation goes on from what it found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from watcher.match.engine import Engine
from watcher.match.scan import FieldHits
from watcher.match.syntax import Rule
from watcher.match.term import Check, Term
from watcher.match.view import View
from watcher.match.vocabulary import Vocabulary
from watcher.text.document import Document
from watcher.text.fold import fold_term
from watcher.types import FIELDS, Feed, FieldName

TEXTS: tuple[FieldName, ...] = ("title", "body")


def own_terms(rule: Rule, vocabulary: Vocabulary) -> list[Term]:
    """Give the terms that a rule asks for that all peers can be asked for: no wildcards, no proclitics."""
    terms = {term.key: term for one in rule.conditions for term in one.terms(vocabulary)}
    return [term for term in terms.values() if term.check in (Check.WHOLE, Check.EXACT)]


def written(term: Term) -> str:
    """Give a term's words as they stand in a text."""
    return fold_term(term.literal.replace("\n", " "))


class CompiledPatterns:
    """A loop over compiled regular expressions, one for each rule."""

    def __init__(self, rules: Iterable[Rule], vocabulary: Vocabulary) -> None:
        alternatives = (
            "|".join(re.escape(written(t)) for t in own_terms(rule, vocabulary)) for rule in rules
        )
        self._patterns = [re.compile(rf"\b(?:{one})\b") for one in alternatives if one]

    def __call__(self, document: Document) -> int:
        texts = [document.folded(field).text for field in TEXTS]
        return sum(any(pattern.search(text) for text in texts) for pattern in self._patterns)


class TokenPatterns:
    """spaCy's Matcher, with one entry for each rule."""

    def __init__(self, rules: Iterable[Rule], vocabulary: Vocabulary) -> None:
        import spacy
        from spacy.matcher import Matcher

        self._nlp = spacy.blank("en")
        self._matcher = Matcher(self._nlp.vocab)
        for rule in rules:
            terms = [written(term).split() for term in own_terms(rule, vocabulary)]
            if terms:
                self._matcher.add(rule.id, [[{"LOWER": word} for word in words] for words in terms])

    def __call__(self, document: Document) -> int:
        return sum(len(self._matcher(self._nlp.make_doc(document.text(field)))) for field in TEXTS)


class Phrases:
    """spaCy's PhraseMatcher in the place of the engine's one pass, and then the engine's evaluation."""

    def __init__(self, engine: Engine, rules: Sequence[Rule], vocabulary: Vocabulary) -> None:
        import spacy
        from spacy.matcher import PhraseMatcher

        self._engine = engine
        self._nlp = spacy.blank("en")
        self._matcher = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        terms = {term.key: term for rule in rules for term in own_terms(rule, vocabulary)}
        for key, term in terms.items():
            self._matcher.add(key, [self._nlp.make_doc(written(term))])

    def __call__(self, document: Document, feed: Feed) -> int:
        hits: dict[FieldName, Any] = dict.fromkeys(FIELDS, FieldHits.none())
        for field in TEXTS:
            hits[field] = PhraseHits(self._found(document.text(field)))
        view = View(document, feed, hits, self._engine.ruleset.vocabulary)
        return len(self._engine.match_view(view, document.item.seen_at))

    def _found(self, text: str) -> Iterator[tuple[str, int, int]]:
        doc = self._nlp.make_doc(text)
        for key, first, end in self._matcher(doc):
            span = doc[first:end]
            yield self._nlp.vocab.strings[key], span.start_char, span.end_char


class PhraseHits:
    """What PhraseMatcher found in a field, as the engine's evaluation asks for it."""

    def __init__(self, found: Iterable[tuple[str, int, int]]) -> None:
        self._spans: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for key, start, end in found:
            self._spans[key].append((start, end))

    @property
    def keys(self) -> Iterable[str]:
        return self._spans.keys()

    def spans(self, key: str) -> tuple[tuple[int, int], ...]:
        return tuple(self._spans.get(key, ()))
