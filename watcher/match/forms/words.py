"""Conditions on words: a phrase (with or without wildcards), and an exact spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from watcher.match.anchor import Anchor, term_cost
from watcher.match.reader import Reader, Step
from watcher.match.syntax import Condition, Hit, Occurrence
from watcher.match.term import Term, exact_term, phrase_term
from watcher.types import FieldName

if TYPE_CHECKING:
    from watcher.match.view import View
    from watcher.match.vocabulary import Vocabulary


_OPERATORS = re.compile(r"(?<=\S )(?:AND|OR|NOT|O?NEAR/\d+)(?= \S)")


def note_operators(reader: Reader, written: str, *steps: Step) -> None:
    """Warn of a query's operators in plain text, where they are words like others; not in text all in capitals."""
    found = _OPERATORS.search(written)
    if found and not _OPERATORS.sub("", written).isupper():
        reader.warn(
            f"'{found.group()}' is looked for as a word here",
            *steps,
            suggestion="{query: '…'} reads AND, OR, NOT and NEAR/5",
        )


def leaf(field: FieldName, start: int, end: int, path: str) -> Occurrence:
    """Make the occurrence of a condition that rests on one stretch of text."""
    low, high = end, start
    return Occurrence(field, start, end, low, high, (Hit(field, start, end, path),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase(Condition):
    """`word`, `"several words"`, `infiltrat*`: occurs as whole words after folding."""

    term: Term
    written: str

    @property
    def label(self) -> str:
        return self.written

    @staticmethod
    def read(reader: Reader, text: str) -> Phrase | None:
        """Read a phrase."""
        term = reader.term(phrase_term, text)
        return None if term is None else Phrase(path=reader.path, term=term, written=text.strip())

    @staticmethod
    def read_alone(reader: Reader, text: str) -> Phrase | None:
        """Read a condition that is plain text."""
        note_operators(reader, text)
        return Phrase.read(reader, text)

    def holds(self, view: View) -> bool:
        return view.has(self.term.key)

    def occurrences(self, view: View) -> Sequence[Occurrence]:
        return [leaf(*span, self.path) for span in view.spans(self.term.key)]

    def evidence(self, view: View) -> Iterable[Hit]:
        return [Hit(*span, self.path) for span in view.spans(self.term.key)]

    def terms(self, vocabulary: Vocabulary) -> Iterable[Term]:  # noqa: ARG002 - its term is its own
        return (self.term,)

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:  # noqa: ARG002 - its term is its own
        return Anchor(signs=frozenset({self.term.key}), cost=term_cost(self.term))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact(Phrase):
    """`{exact: IS}`: occurs with case and accents as written."""

    key: ClassVar[str] = "exact"
    options: ClassVar[tuple[str, ...]] = ()

    @property
    def label(self) -> str:
        return f"exact:{self.written}"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        term = reader.term(exact_term, value[cls.key], cls.key)
        if term is None:
            return None
        written = term.literal
        if "*" in written:
            reader.warn(
                f"the * in '{written}' is looked for as it stands: 'exact' knows no wildcards",
                cls.key,
                suggestion="a wildcard is plain text: word*",
            )
        return cls(path=f"{reader.path}.exact:{written}", term=term, written=written)

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: {"type": "string", "minLength": 1}}
