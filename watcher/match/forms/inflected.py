"""The condition on a word in any of its forms: `{lemma: cross}`, `{lemma: [cross, flee]}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from watcher.match.anchor import Anchor, term_cost
from watcher.match.forms.words import leaf
from watcher.match.reader import Reader
from watcher.match.syntax import Condition, Occurrence
from watcher.match.term import Term, lemma_term

if TYPE_CHECKING:
    from watcher.match.view import View
    from watcher.match.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Lemma(Condition):
    """`{lemma: …}`: a form of one of the words occurs, by the grammar of the item's language."""

    lemmas: tuple[Term, ...]
    key: ClassVar[str] = "lemma"
    options: ClassVar[tuple[str, ...]] = ()

    @property
    def label(self) -> str:
        return f"lemma:{','.join(term.key[1:] for term in self.lemmas)}"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        written = reader.strings(value[cls.key], "a word", cls.key)
        if written is None:
            return None
        is_list = isinstance(value[cls.key], list)
        steps = [(cls.key, at) if is_list else (cls.key,) for at in range(len(written))]
        read = [reader.term(lemma_term, one, *step) for one, step in zip(written, steps, strict=True)]
        terms = tuple(dict.fromkeys(term for term in read if term is not None))
        if len(read) > read.count(None) + len(terms):
            reader.warn("a word stands in 'lemma' twice", cls.key)
        if None in read:
            return None
        return cls(path=f"{reader.path}.lemma:{','.join(written)}", lemmas=terms)

    @classmethod
    def schema(cls) -> dict[str, object]:
        text: dict[str, object] = {"type": "string", "pattern": r"^\s*\S+\s*$"}
        return {cls.key: {"anyOf": [text, {"type": "array", "items": text, "minItems": 1}]}}

    def holds(self, view: View) -> bool:
        return any(view.has(term.key) for term in self.lemmas)

    def occurrences(self, view: View) -> Sequence[Occurrence]:
        spans = {span for term in self.lemmas for span in view.spans(term.key)}
        return [leaf(*span, self.path) for span in sorted(spans)]

    def terms(self, vocabulary: Vocabulary) -> Iterable[Term]:  # noqa: ARG002 - its terms are its own
        return self.lemmas

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:  # noqa: ARG002 - its terms are its own
        signs = frozenset(term.key for term in self.lemmas)
        return Anchor(signs=signs, cost=sum(map(term_cost, self.lemmas)))
