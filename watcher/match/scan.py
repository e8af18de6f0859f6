"""The one pass over a text that finds the terms of all rules.

Comes in: the terms of a rule set, then the fields of one item. Goes out: `FieldHits`, which knows the terms that
occur and, when asked, where they stand in the original text. Built by `compile`, called by `view` per item.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, KeysView, Mapping, Sequence

from ahocorasick_rs import AhoCorasick, Implementation

from watcher.match.lemmas import LemmaIndex, Lemmas
from watcher.match.sheet import Sheet
from watcher.match.term import EDGES, Check, Term, span_of_hit, spans_of_pattern
from watcher.text.fold import Folded
from watcher.text.lemmas import Lemmatizer

Offsets = tuple[int, int]
_Found = defaultdict[str, list[Offsets]]

_FEW = 2_000
"""Of so few literals a table of all steps is small, and twice as quick."""

_AS_WRITTEN = (Check.EXACT, Check.WITHIN)
_PLACED = ("=", "/", "~")
"""How the keys of terms begin whose hits are offsets in the original text already."""


class FieldHits:
    """The terms found in one field.

    `keys` are those of the terms that occur. `spans` maps hits back to the original text, on demand: most items
    are dismissed before anybody asks where.
    """

    __slots__ = ("_folded", "_found", "_sheet", "_spans")

    def __init__(self, folded: Folded, sheet: Sheet, found: Mapping[str, list[Offsets]]) -> None:
        self._folded = folded
        self._sheet = sheet
        self._found = found
        self._spans: dict[str, tuple[Offsets, ...]] = {}

    @classmethod
    def none(cls) -> FieldHits:
        """Give the hits of a field that is empty or that no rule looks at."""
        return cls(Folded(text="", source=""), Sheet([""]), {})

    @property
    def keys(self) -> KeysView[str]:
        """The keys of the terms that occur."""
        return self._found.keys()

    def __contains__(self, key: str) -> bool:
        return key in self._found

    def spans(self, key: str) -> tuple[Offsets, ...]:
        """Give where a term stands in the original text, in order of start; empty when it does not occur."""
        spans = self._spans.get(key)
        if spans is None:
            found = self._found.get(key, ())
            is_placed = key.startswith(_PLACED)
            spans = tuple(found if is_placed else sorted({self._original(*hit) for hit in found}))
            self._spans[key] = spans
        return spans

    def _original(self, start: int, end: int) -> Offsets:
        return self._folded.origin(*self._sheet.original(start, end))


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

    def scan(self, fields: Sequence[Folded], language: str = "und") -> list[FieldHits]:
        """Find the terms in the fields of an item; linear in their length and in the number of hits.

        Args:
            fields: the folded fields.
            language: whose grammar lemma terms are looked for by, ISO 639-1.
        """
        sheet = Sheet([folded.text for folded in fields])
        found: list[_Found] = [defaultdict(list) for _ in fields]
        self._scan_folded(sheet, found)
        for folded, of_field in zip(fields, found, strict=True):
            self._scan_written(folded.source, of_field)
            of_field.update(self._inflected.find(folded, language))
        return [FieldHits(folded, sheet, one) for folded, one in zip(fields, found, strict=True)]

    def _scan_folded(self, sheet: Sheet, found: Sequence[_Found]) -> None:
        text = sheet.text
        ends_of_fields = [*sheet.cuts, len(text)]
        field, of_field, limit = 0, found[0], ends_of_fields[0]
        patterns: set[Term] = set()
        whole = self._folded.whole
        # The hits come in the order of their ends, and none reaches from one field into another.
        for literal, start, end in self._folded.matches(text):
            while end > limit:
                field += 1
                of_field, limit = found[field], ends_of_fields[field]
            # Nearly all terms are phrases of whole words: they are judged here, at a tenth of a call's cost.
            if (key := whole[literal]) is not None:
                if text[end] in EDGES:
                    of_field[key].append((start + 1, end))
                continue
            for term in self._folded.terms[literal]:
                if term.check is Check.PATTERN:
                    patterns.add(term)
                elif (span := span_of_hit(term, text, start, end)) is not None:
                    of_field[term.key].append(span)
        for term in patterns:
            for span in spans_of_pattern(term, text):
                found[sheet.field_at(span[0])][term.key].append(span)

    def _scan_written(self, source: str, found: _Found) -> None:
        if not self._written.terms:
            return
        for literal, start, end in self._written.matches(encodable(source)):
            before, after = source[start - 1 : start], source[end : end + 1]
            for term in self._written.terms[literal]:
                if term.check is Check.WITHIN or not (before.isalnum() or after.isalnum()):
                    found[term.key].append((start, end))


class _Automaton:
    """An Aho-Corasick automaton over the distinct literals of some terms.

    `terms` are those of each literal, by its number; `whole` is the key where there is only one, of whole words.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        by_literal: dict[str, list[Term]] = defaultdict(list)
        for term in terms:
            by_literal[term.literal].append(term)
        self.terms: Sequence[tuple[Term, ...]] = [tuple(group) for group in by_literal.values()]
        self.whole: Sequence[str | None] = [
            group[0].key if len(group) == 1 and group[0].check is Check.WHOLE else None
            for group in self.terms
        ]
        kind = Implementation.DFA if len(by_literal) <= _FEW else None
        self._automaton = AhoCorasick(list(by_literal), implementation=kind) if by_literal else None

    def matches(self, text: str) -> Sequence[tuple[int, int, int]]:
        """Give every occurrence of every literal, overlapping ones included: its number, start and end."""
        return (
            () if self._automaton is None else self._automaton.find_matches_as_indexes(text, overlapping=True)
        )


def encodable(text: str) -> str:
    """Put a stand-in for lone surrogates, which cannot be encoded; the length stays the same."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text
