"""One item as conditions see it: the terms that occur, places, distances, and the part of it that they may look at.

Made by the engine for each item; narrowed by `field`. Computes words and places only when a condition asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from copy import copy
from typing import Literal

from watcher.match.scan import FieldHits, Offsets
from watcher.match.syntax import Occurrence
from watcher.match.vocabulary import Vocabulary
from watcher.text.document import Document
from watcher.types import Feed, FieldName, PlaceMention

ScopeName = Literal["title", "lead", "body", "author", "categories", "url"]
Scope = Mapping[FieldName, Offsets | None]
"""The fields looked at; None for the whole field, else the stretch of it."""

TEXT: Scope = {"title": None, "body": None}
"""Where a condition looks unless `field` says otherwise: what the publisher says happened."""


class View:
    """What a condition may ask about an item.

    Args:
        document: the item's texts.
        feed: where it came from.
        hits: the terms found, for each field that was scanned.
        vocabulary: what the names in conditions mean.
    """

    __slots__ = ("_breaks", "_hits", "_is_narrowed", "_scope", "document", "feed", "vocabulary")

    def __init__(
        self,
        document: Document,
        feed: Feed,
        hits: Mapping[FieldName, FieldHits],
        vocabulary: Vocabulary,
    ) -> None:
        self.document = document
        self.feed = feed
        self.vocabulary = vocabulary
        self._hits = hits
        self._scope = TEXT
        self._is_narrowed = False
        self._breaks: dict[FieldName, list[int]] = {}

    # --- terms ---------------------------------------------------------------------------------------------------

    def found(self) -> set[str]:
        """Give the keys of all terms that occur in any field, in scope or not."""
        return {key for hits in self._hits.values() for key in hits.keys}

    def has(self, key: str) -> bool:
        """Tell whether a term occurs in the scope."""
        for field, stretch in self._scope.items():
            if key in self._hits[field] and (stretch is None or any(self._spans(key, field, stretch))):
                return True
        return False

    def has_any(self, keys: frozenset[str]) -> bool:
        """Tell whether one of many terms occurs in the scope."""
        for field, stretch in self._scope.items():
            hits = self._hits[field]
            if stretch is None:
                if not keys.isdisjoint(hits.keys):
                    return True
            elif any(key in keys and any(self._spans(key, field, stretch)) for key in hits.keys):
                return True
        return False

    def spans(self, key: str) -> Iterator[tuple[FieldName, int, int]]:
        """Give where a term stands in the scope, in original offsets."""
        for field, stretch in self._scope.items():
            yield from self._spans(key, field, stretch)

    def present(self, keys: frozenset[str]) -> Iterator[str]:
        """Give those of many terms that occur in the fields of the scope."""
        seen = dict.fromkeys(key for field in self._scope for key in self._hits[field].keys if key in keys)
        yield from seen

    def _spans(
        self, key: str, field: FieldName, stretch: Offsets | None
    ) -> Iterator[tuple[FieldName, int, int]]:
        for start, end in self._hits[field].spans(key):
            if stretch is None or (stretch[0] <= start and end <= stretch[1]):
                yield field, start, end

    # --- places --------------------------------------------------------------------------------------------------

    def places(self) -> Iterator[PlaceMention]:
        """Give the places named in the scope."""
        for mention in self.document.places:
            span = mention.span
            if span.field not in self._scope:
                continue
            stretch = self._scope[span.field]
            if stretch is None or (stretch[0] <= span.start and span.end <= stretch[1]):
                yield mention

    # --- the text's shape ------------------------------------------------------------------------------------------

    def distance(self, one: Occurrence) -> int:
        """Count the words from the end of an occurrence's first part to the start of its last; 1 is adjacent."""
        words = self.document.words(one.field)
        return words.index_at(one.high) - words.index_at(one.low - 1)

    def sentence_of(self, one: Occurrence) -> tuple[FieldName, int] | None:
        """Name the sentence that an occurrence lies in; None when it crosses from one into another."""
        words = self.document.words(one.field)
        first, last = words.sentence_at(one.start), words.sentence_at(one.end - 1)
        return (one.field, first) if first == last else None

    def paragraph_of(self, one: Occurrence) -> tuple[FieldName, int] | None:
        """Name the paragraph (text without a line break) that an occurrence lies in; None when it crosses one."""
        breaks = self._breaks.get(one.field)
        if breaks is None:
            text = self.document.text(one.field)
            breaks = self._breaks[one.field] = [at for at, char in enumerate(text) if char == "\n"]
        first, last = bisect_left(breaks, one.start), bisect_left(breaks, one.end)
        return (one.field, first) if first == last else None

    # --- narrowing -------------------------------------------------------------------------------------------------

    def inside(self, names: tuple[ScopeName, ...]) -> View:
        """Give the same item, looked at only in some fields; a scope inside a scope is what both allow."""
        wanted: dict[FieldName, Offsets | None] = {}
        for name in names:
            for field, stretch in self._lead() if name == "lead" else ((name, None),):
                wanted[field] = None if wanted.get(field, stretch) is None else stretch
        narrowed = copy(self)
        narrowed._is_narrowed = True
        narrowed._scope = wanted
        if self._is_narrowed:
            narrowed._scope = {
                field: _narrower(stretch, self._scope[field])
                for field, stretch in wanted.items()
                if field in self._scope
            }
        return narrowed

    def _lead(self) -> Iterator[tuple[FieldName, Offsets]]:
        for span in self.document.lead():
            yield span.field, (span.start, span.end)


def _narrower(one: Offsets | None, other: Offsets | None) -> Offsets | None:
    if one is None or other is None:
        return one or other
    return max(one[0], other[0]), min(one[1], other[1])
