"""The one pass over a text that finds the terms of all rules.

Comes in: the terms of a rule set, then the fields of one item. Goes out: `FieldHits`, which knows the terms that
occur and, when asked, where they stand in the original text. Built by `compile`, called by `view` per item.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, KeysView, Sequence
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation

from watcher.match.lemmas import LemmaIndex, Lemmas
from watcher.match.script import SOFT, lay_out
from watcher.match.term import Check, Term, span_of_hit, spans_of_pattern
from watcher.native.hits import Hits
from watcher.native.phrases import Phrases
from watcher.native.sheet import Sheet
from watcher.text.fold import Folded
from watcher.text.lemmas import Lemmatizer

T = TypeVar("T")
Offsets = tuple[int, int]
_Placed = dict[str, list[Offsets]]
_Found = dict[str, int | list[Offsets]]

_FEW = 2_000
"""Of so few literals a table of all steps is small, and twice as quick."""

_IN_SHEETS = (Check.WHOLE, Check.PREFIX, Check.ARABIC, Check.ANYWHERE, Check.PATTERN)
_AS_WRITTEN = (Check.EXACT, Check.WITHIN)


class FieldHits:
    """The terms found in one field.

    `keys` are those of the terms that occur. `spans` maps hits back to the original text, on demand: most items
    are dismissed before anybody asks where.

    Args:
        folded: the field.
        hits: what was found in the item.
        found: for the key of each term that occurs in this field, the number of the first of its hits; or, where it was
            looked for in the original text, the offsets.
    """

    __slots__ = ("_folded", "_found", "_hits", "_spans", "keys")

    def __init__(self, folded: Folded, hits: Hits, found: _Found) -> None:
        self.keys: KeysView[str] = found.keys()
        self._folded = folded
        self._hits = hits
        self._found = found
        self._spans: dict[str, tuple[Offsets, ...]] = {}

    @classmethod
    def none(cls) -> FieldHits:
        """Give the hits of a field that is empty or that no rule looks at."""
        return cls(Folded(text="", source=""), Hits(), {})

    def spans(self, key: str) -> tuple[Offsets, ...]:
        """Give where a term stands in the original text, in order of start; empty when it does not occur."""
        spans = self._spans.get(key)
        if spans is None:
            found = self._found.get(key, ())
            spans = self._spans[key] = self._originals(found) if isinstance(found, int) else tuple(found)
        return spans

    def _originals(self, first: int) -> tuple[Offsets, ...]:
        hits = self._hits.spans(first)
        if self._folded.origins is not None:
            hits = [self._folded.origin(*hit) for hit in hits]
        return tuple(hits) if len(hits) == 1 else tuple(sorted(set(hits)))


class Scanner:
    """Finds all terms of a rule set in a text at once. Immutable after it is built.

    Args:
        terms: all terms.
        lemmas: what knows inflection; None for the dictionaries, read when a lemma term is first looked for.
    """

    def __init__(self, terms: Iterable[Term], lemmas: Lemmas | None = None) -> None:
        by_check: dict[Check, list[Term]] = defaultdict(list)
        for term in {term.key: term for term in terms}.values():
            by_check[term.check].append(term)
        laid_out = [term for check in _IN_SHEETS for term in by_check[check]]
        self._keys = [term.key for term in laid_out]
        self._phrases = Phrases(
            (number, term.literal.removeprefix(SOFT), term.is_open)
            for number, term in enumerate(laid_out)
            if term.is_of_words
        )
        self._judged = _Judged(laid_out)
        self._written = _Automaton((term.literal, term) for check in _AS_WRITTEN for term in by_check[check])
        self._inflected = LemmaIndex(by_check[Check.LEMMA], lemmas or Lemmatizer())

    def scan(self, fields: Sequence[Folded], language: str = "und") -> list[FieldHits]:
        """Find the terms in the fields of an item; linear in their length and in the number of hits.

        Args:
            fields: the folded fields.
            language: whose grammar lemma terms are looked for by, ISO 639-1.
        """
        sheet, hits = lay_out([folded.text for folded in fields]), Hits()
        self._phrases.find(sheet, hits)
        self._judged.find(sheet, hits)
        found: list[_Found] = [*hits.by_key(len(fields), self._keys)]
        for folded, of_field in zip(fields, found, strict=True):
            of_field.update(self._find_written(folded.source))
            of_field.update(self._inflected.find(folded, language))
        return [FieldHits(folded, hits, one) for folded, one in zip(fields, found, strict=True)]

    def _find_written(self, source: str) -> _Placed:
        found: _Placed = {}
        if self._written.is_empty:
            return found
        for term, start, end in self._written.matches(encodable(source)):
            before, after = source[start - 1 : start], source[end : end + 1]
            if term.check is Check.WITHIN or not (before.isalnum() or after.isalnum()):
                found.setdefault(term.key, []).append((start, end))
        return found


class _Judged:
    """The terms of which not every hit of the literal is one: patterns, and those whose literals may stand inside a word.

    Few texts have any of these literals: most are in Arabic script.

    Args:
        terms: by their numbers; those of other checks come first.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = terms
        self._first_pattern = next(
            (number for number, term in enumerate(terms) if term.check is Check.PATTERN), len(terms)
        )
        inside = [(term.literal, number) for number, term in enumerate(terms) if not term.is_of_words]
        self._plain = _Automaton(one for one in inside if one[0].isascii())
        self._other = _Automaton(one for one in inside if not one[0].isascii())

    def find(self, sheet: Sheet, hits: Hits) -> None:
        """Note every occurrence of every term, given the hits of literals that begin with a word."""
        patterns = hits.take(self._first_pattern)
        for number, start, end in self._inside(sheet):
            term = self._terms[number]
            if term.check is Check.PATTERN:
                patterns.add(number)
            elif (span := span_of_hit(term, sheet.text, start, end)) is not None:
                hits.add(number, *sheet.locate(*span))
        for number in patterns:
            for span in spans_of_pattern(self._terms[number], sheet.text):
                hits.add(number, *sheet.locate(*span))

    def _inside(self, sheet: Sheet) -> Iterator[tuple[int, int, int]]:
        if not self._plain.is_empty:
            yield from self._plain.matches(sheet.text)
        if not self._other.is_empty and not sheet.is_ascii:
            yield from self._other.matches(sheet.text)


class _Automaton(Generic[T]):
    """An Aho-Corasick automaton over the distinct literals of some values.

    Args:
        values: each with its literal.
    """

    def __init__(self, values: Iterable[tuple[str, T]]) -> None:
        by_literal: dict[str, list[T]] = defaultdict(list)
        for literal, value in values:
            by_literal[literal].append(value)
        self._values = list(by_literal.values())
        self.is_empty = not by_literal
        kind = Implementation.DFA if len(by_literal) <= _FEW else None
        self._automaton = AhoCorasick(list(by_literal), implementation=kind)

    def matches(self, text: str) -> Iterator[tuple[T, int, int]]:
        """Give every occurrence of every literal, overlapping ones included: each of its values, start and end."""
        for literal, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for value in self._values[literal]:
                yield value, start, end


def encodable(text: str) -> str:
    """Put a stand-in for lone surrogates, which cannot be encoded; the length stays the same."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text
