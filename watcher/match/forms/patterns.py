"""The condition on a regular expression: `{regex: 'CVE-\\d{4}-\\d{4,}'}`, in RE2's syntax and linear time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from watcher.match.anchor import Anchor, term_cost
from watcher.match.forms.words import leaf
from watcher.match.reader import Reader
from watcher.match.regex import PatternError, compiled, fits_empty, is_broad, required_literal
from watcher.match.syntax import Condition, Occurrence
from watcher.match.term import Term, within_term

if TYPE_CHECKING:
    from watcher.match.view import View
    from watcher.match.vocabulary import Vocabulary

_LONGEST = 1_000
_MOST_OCCURRENCES = 10_000
"""In one field: a pattern may fit at every letter of a text of millions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regex(Condition):
    """`{regex: …}`: the pattern fits somewhere in the text as written; nothing is folded.

    `literal` is a text that every fit contains, None where there is none that can be told: then the pattern is
    tried on every item.
    """

    pattern: str
    literal: Term | None
    key: ClassVar[str] = "regex"
    options: ClassVar[tuple[str, ...]] = ()
    own_effort: ClassVar[int] = 1

    @property
    def label(self) -> str:
        return f"regex:{self.pattern}"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        pattern = value[cls.key]
        if reader.string(pattern, "the pattern", cls.key) is None or not isinstance(pattern, str):
            return None
        if len(pattern) > _LONGEST:
            reader.fail(f"the pattern is longer than {_LONGEST} characters", cls.key)
            return None
        try:
            is_empty = fits_empty(pattern)
        except PatternError as error:
            reader.fail(str(error), cls.key, suggestion=error.suggestion, offset=error.at)
            return None
        if is_empty:
            reader.fail(
                f"the pattern '{pattern}' fits an empty text, and so every item",
                cls.key,
                suggestion="say what must be there: + in place of *, no ? on everything",
            )
            return None
        if is_broad(pattern):
            reader.warn(
                f"the pattern '{pattern}' fits a single character: it holds on nearly every item", cls.key
            )
        literal = required_literal(pattern)
        return cls(
            path=f"{reader.path}.regex",
            pattern=pattern,
            literal=None if literal is None else within_term(literal),
        )

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: {"type": "string", "minLength": 1, "maxLength": _LONGEST}}

    def holds(self, view: View) -> bool:
        if self.literal is not None and not view.has(self.literal.key):
            return False
        return any(compiled(self.pattern).search(text) for _, text in view.texts())

    def occurrences(self, view: View) -> Sequence[Occurrence]:
        if self.literal is not None and not view.has(self.literal.key):
            return ()
        return [
            leaf(field, found.start(), found.end(), self.path)
            for field, text in view.texts()
            for found in islice(compiled(self.pattern).finditer(text), _MOST_OCCURRENCES)
            if found.end() > found.start()
        ]

    def terms(self, vocabulary: Vocabulary) -> Iterable[Term]:  # noqa: ARG002 - its term is its own
        return () if self.literal is None else (self.literal,)

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:  # noqa: ARG002 - its term is its own
        if self.literal is None:
            return None
        return Anchor(signs=frozenset({self.literal.key}), cost=term_cost(self.literal))
