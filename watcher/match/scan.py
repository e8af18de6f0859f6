"""The one pass over a text that finds the terms of all rules.

Comes in: the terms of a rule set, then the fields of one item. Goes out: `FieldHits`, which knows the terms that
occur and, when asked, where they stand in the original text. Built by `compile`, called by `view` per item.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from watcher.match.lemmas import LemmaIndex, Lemmas
from watcher.match.script import separate, spread, word_starts
from watcher.match.term import Check, Term, span_of_hit, spans_of_pattern
from watcher.text.fold import Folded
from watcher.text.lemmas import Lemmatizer

Offsets = tuple[int, int]

_AS_WRITTEN = (Check.EXACT, Check.WITHIN)
_PLACED = ("=", "/", "~")
"""How the keys of terms begin whose hits are offsets in the original text already."""


class FieldHits:
    """The terms found in one field.

    `keys` are those of the terms that occur. `spans` maps hits back to the original text, on demand: most items
    are dismissed before anybody asks where.
    """

    def __init__(self, folded: Folded, separated: str, text: str, found: dict[str, list[Offsets]]) -> None:
        self._folded = folded
        self._separated = separated
        self._text = text
        self._found = found
        self._spans: dict[str, tuple[Offsets, ...]] = {}

    @classmethod
    def none(cls) -> FieldHits:
        """Give the hits of a field that is empty or that no rule looks at."""
        return cls(Folded(text="", source=""), "", "", {})

    @property
    def keys(self) -> Iterable[str]:
        """The keys of the terms that occur."""
        return self._found.keys()

    def __contains__(self, key: str) -> bool:
        return key in self._found

    def spans(self, key: str) -> tuple[Offsets, ...]:
        """Give where a term stands in the original text, in order of start; empty when it does not occur."""
        if key not in self._spans:
            found = self._found.get(key, ())
            is_placed = key.startswith(_PLACED)
            self._spans[key] = tuple(found if is_placed else sorted({self._original(*hit) for hit in found}))
        return self._spans[key]

    def _original(self, start: int, end: int) -> Offsets:
        return self._folded.origin(self._in_folded(start), self._in_folded(end - 1) + 1)

    def _in_folded(self, at: int) -> int:
        """Map an offset of the spread text by its word: both texts have the same words in the same order."""
        spread_starts, folded_starts = self._word_starts
        word = bisect_right(spread_starts, at) - 1
        return folded_starts[word] + at - spread_starts[word]

    @cached_property
    def _word_starts(self) -> tuple[list[int], list[int]]:
        return word_starts(self._text), word_starts(self._separated)


class Scanner:
    """Finds all terms of a rule set in a text at once. Immutable after it is built.

    Args:
        terms: all terms.
        lemmas: what knows inflection; None for the dictionaries, read when a lemma term is first looked for.
    """

    def __init__(self, terms: Iterable[Term], lemmas: Lemmas | None = None) -> None:
        unique = {term.key: term for term in terms}.values()
        inflected = [term for term in unique if term.check is Check.LEMMA]
        elsewhere = (*_AS_WRITTEN, Check.LEMMA)
        self._folded = _Automaton(term for term in unique if term.check not in elsewhere)
        self._written = _Automaton(term for term in unique if term.check in _AS_WRITTEN)
        self._inflected = LemmaIndex(inflected, lemmas or Lemmatizer())

    def scan(self, folded: Folded, language: str = "und") -> FieldHits:
        """Find the terms in one field; linear in its length and in the number of hits.

        Args:
            folded: the field.
            language: whose grammar lemma terms are looked for by, ISO 639-1.
        """
        separated = separate(folded.text)
        text = spread(separated)
        found: dict[str, list[Offsets]] = defaultdict(list)
        patterns: set[Term] = set()
        for term, start, end in self._folded.hits(text):
            if term.check is Check.PATTERN:
                patterns.add(term)
            elif (span := span_of_hit(term, text, start, end)) is not None:
                found[term.key].append(span)
        for term in patterns:
            if spans := list(spans_of_pattern(term, text)):
                found[term.key] = spans
        self._scan_written(folded.source, found)
        found.update(self._inflected.find(folded, separated, language))
        return FieldHits(folded, separated, text, dict(found))

    def _scan_written(self, source: str, found: dict[str, list[Offsets]]) -> None:
        for term, start, end in self._written.hits(encodable(source)):
            before, after = source[start - 1 : start], source[end : end + 1]
            if term.check is Check.WITHIN or not (before.isalnum() or after.isalnum()):
                found[term.key].append((start, end))


class _Automaton:
    """An Aho-Corasick automaton over the distinct literals of some terms."""

    def __init__(self, terms: Iterable[Term]) -> None:
        by_literal: dict[str, list[Term]] = defaultdict(list)
        for term in terms:
            by_literal[term.literal].append(term)
        self._terms: Sequence[tuple[Term, ...]] = [tuple(group) for group in by_literal.values()]
        self._automaton = AhoCorasick(list(by_literal)) if by_literal else None

    def hits(self, text: str) -> Iterable[tuple[Term, int, int]]:
        """Give every occurrence of every literal, overlapping ones included."""
        if self._automaton is None:
            return
        for literal, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for term in self._terms[literal]:
                yield term, start, end


def encodable(text: str) -> str:
    """Put a stand-in for lone surrogates, which cannot be encoded; the length stays the same."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text
