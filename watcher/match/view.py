"""One item as conditions see it: the terms that occur, places, distances, and the part of it that they may look at.

Made by the engine for each item; narrowed by `field`. Computes words and places only when a condition asks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal

from watcher.match.scan import FieldHits, encodable
from watcher.match.syntax import Condition, Occurrence
from watcher.match.vocabulary import Vocabulary
from watcher.text.document import Document
from watcher.text.entities import EntityMention
from watcher.types import Feed, FieldName, PlaceMention

ScopeName = Literal["title", "lead", "body", "author", "categories", "url"]
Scope = Mapping[FieldName, bool]
"""The fields looked at, and of each whether only its part of the lead. Finding the lead takes words: done late."""

TEXT: Scope = {"title": False, "body": False}
"""Where a condition looks unless `field` says otherwise: what the publisher says happened."""

_AT_LEAST_A_WORD = re.compile(r"[^\W_]\S*")
"""Whatever stands between two spaces and has a letter or digit."""

_MOST_DISTANCES = 200
"""So many distances in a field are judged by reading what lies between; then all its chunks are counted, once."""

# The title is in the lead as a whole.
_LEAD: tuple[tuple[FieldName, bool], ...] = (("title", False), ("body", True))


class View:
    """What a condition may ask about an item.

    Args:
        document: the item's texts.
        feed: where it came from.
        hits: the terms found, for each field that was scanned.
        vocabulary: what the names in conditions mean.
    """

    __slots__ = (
        "_breaks",
        "_by_country",
        "_distances",
        "_held_lists",
        "_hits",
        "_is_narrowed",
        "_lists",
        "_narrowed",
        "_occurrences",
        "_places",
        "_scope",
        "_starts",
        "document",
        "feed",
        "vocabulary",
    )

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
        self._distances: dict[FieldName, int] = {}
        self._starts: dict[FieldName, list[int]] = {}
        self._lists: dict[str, tuple[tuple[FieldName, int, int], ...]] = {}
        self._held_lists: dict[str, bool] = {}
        self._narrowed: dict[tuple[ScopeName, ...], View] = {}
        self._occurrences: dict[int, tuple[Condition, Sequence[Occurrence]]] = {}
        self._places: tuple[PlaceMention, ...] | None = None
        self._by_country: dict[str, list[PlaceMention]] | None = None

    # --- terms ---------------------------------------------------------------------------------------------------

    def found(self) -> list[str]:
        """Give the keys of all terms that occur in any field, in scope or not; once for each field that they occur in."""
        return [key for hits in self._hits.values() for key in hits.keys]

    def has(self, key: str) -> bool:
        """Tell whether a term occurs in the scope."""
        for field, is_lead in self._scope.items():
            if key in self._hits[field].keys and (not is_lead or any(self._spans(key, field))):
                return True
        return False

    def has_any(self, keys: frozenset[str]) -> bool:
        """Tell whether one of many terms occurs in the scope."""
        for field, is_lead in self._scope.items():
            found = self._hits[field].keys
            if keys.isdisjoint(found):
                continue
            if not is_lead or any(any(self._spans(key, field)) for key in found if key in keys):
                return True
        return False

    def spans(self, key: str) -> list[tuple[FieldName, int, int]]:
        """Give where a term stands in the scope, in original offsets."""
        fields = [field for field in self._scope if key in self._hits[field].keys]
        return [span for field in fields for span in self._spans(key, field)]

    def has_list(self, name: str) -> bool:
        """Tell whether a term of a list that applies to the item's language occurs in the scope; found out once."""
        held = self._held_lists.get(name)
        if held is None:
            held = self.has_any(self.vocabulary.lists[name].keys_for(self.document.language))
            self._held_lists[name] = held
        return held

    def list_spans(self, name: str) -> tuple[tuple[FieldName, int, int], ...]:
        """Give where those terms stand, each stretch once, in original offsets; found out once."""
        spans = self._lists.get(name)
        if spans is None:
            keys = self.vocabulary.lists[name].keys_for(self.document.language)
            spans = tuple(sorted({span for key in self.present(keys) for span in self.spans(key)}))
            self._lists[name] = spans
        return spans

    def present(self, keys: frozenset[str]) -> Iterator[str]:
        """Give those of many terms that occur in the fields of the scope."""
        yield from dict.fromkeys(
            key for field in self._scope for key in self._hits[field].keys if key in keys
        )

    def texts(self) -> Iterator[tuple[FieldName, str]]:
        """Give the texts of the scope as written, fit to be encoded."""
        for field in self._scope:
            text = self.document.text(field)
            if text:
                yield field, encodable(text[: self._limit(field)])

    def _spans(self, key: str, field: FieldName) -> Sequence[tuple[FieldName, int, int]]:
        spans = self._hits[field].spans(key)
        if not spans:
            return ()
        limit = self._limit(field)
        if limit is None:
            return [(field, start, end) for start, end in spans]
        return [(field, start, end) for start, end in spans if end <= limit]

    def _limit(self, field: FieldName) -> int | None:
        """Give where the part of a field that is looked at ends; None for the whole field."""
        if not self._scope[field]:
            return None
        return max((span.end for span in self.document.lead() if span.field == field), default=0)

    # --- places --------------------------------------------------------------------------------------------------

    def places(self) -> Sequence[PlaceMention]:
        """Give the places named in the scope; found out once."""
        if self._places is None:
            self._places = tuple(self._find_places())
        return self._places

    def places_in(self, countries: frozenset[str]) -> Sequence[PlaceMention]:
        """Give those of the places that lie in one of some countries, in the order of the text; all of them when none is named."""
        if not countries:
            return self.places()
        if self._by_country is None:
            self._by_country = {}
            for mention in self.places():
                self._by_country.setdefault(mention.place.country, []).append(mention)
        if len(countries) == 1:
            (country,) = countries
            return self._by_country.get(country, ())
        if countries.isdisjoint(self._by_country):
            return ()
        return [mention for mention in self.places() if mention.place.country in countries]

    def _find_places(self) -> Iterator[PlaceMention]:
        limits = {field: self._limit(field) for field in self._scope} if self.document.places else {}
        for mention in self.document.places:
            if mention.span.field in limits:
                limit = limits[mention.span.field]
                if limit is None or mention.span.end <= limit:
                    yield mention

    def entities(self) -> Iterator[tuple[FieldName, EntityMention]]:
        """Give the named entities in the scope."""
        for field in self._scope:
            found = self.document.entities(field)
            limit = self._limit(field) if found else None
            yield from ((field, one) for one in found if limit is None or one.end <= limit)

    # --- the text's shape ------------------------------------------------------------------------------------------

    def is_within(self, one: Occurrence, most: int) -> bool:
        """Tell whether there are at most so many words from the end of an occurrence's first part to the start of its
        last; 1 is adjacent.
        """
        if self._chunks_between(one, most + 2) > most + 1:
            return False
        return self.document.words_between(one.field, one.low - 1, one.high, most=most) <= most

    def _chunks_between(self, one: Occurrence, enough: int) -> int:
        """Count the chunks with a letter or digit that begin inside an occurrence, one of which may be cut: each is at
        least a word, which is enough to dismiss most occurrences.
        """
        field = one.field
        asked = self._distances[field] = self._distances.get(field, 0) + 1
        if asked <= _MOST_DISTANCES:
            found = _AT_LEAST_A_WORD.finditer(self.document.text(field), max(0, one.low), max(0, one.high))
            return len(list(islice(found, enough)))
        starts = self._starts.get(field)
        if starts is None:
            chunks = _AT_LEAST_A_WORD.finditer(self.document.text(field))
            starts = self._starts[field] = [chunk.start() for chunk in chunks]
        return bisect_right(starts, one.high) - bisect_right(starts, one.low - 1)

    def sentence_of(self, one: Occurrence) -> tuple[FieldName, int] | None:
        """Name the sentence that an occurrence lies in; None when it crosses from one into another."""
        start, end = self.document.sentence_at(one.field, one.start)
        return (one.field, start) if one.end <= end else None

    def paragraph_of(self, one: Occurrence) -> tuple[FieldName, int] | None:
        """Name the paragraph (text without a line break) that an occurrence lies in; None when it crosses one."""
        breaks = self._breaks.get(one.field)
        if breaks is None:
            text = self.document.text(one.field)
            breaks = self._breaks[one.field] = [at for at, char in enumerate(text) if char == "\n"]
        first, last = bisect_left(breaks, one.start), bisect_left(breaks, one.end)
        return (one.field, first) if first == last else None

    # --- what conditions have found -------------------------------------------------------------------------------

    def once(
        self, condition: Condition, find: Callable[[View], Sequence[Occurrence]]
    ) -> Sequence[Occurrence]:
        """Give a condition's occurrences in the scope, found out once: it is asked whether there are any, then for evidence.

        Args:
            condition: itself, not what is equal to it: occurrences name its path.
            find: what finds them.
        """
        known = self._occurrences.get(id(condition))
        if known is None:
            # The condition is kept, too, or another might come to have its id.
            known = self._occurrences[id(condition)] = condition, find(self)
        return known[1]

    # --- narrowing -------------------------------------------------------------------------------------------------

    def inside(self, names: tuple[ScopeName, ...]) -> View:
        """Give the same item, looked at only in some fields; a scope inside a scope is what both allow."""
        if names not in self._narrowed:
            self._narrowed[names] = self._inside(names)
        return self._narrowed[names]

    def _inside(self, names: tuple[ScopeName, ...]) -> View:
        wanted: dict[FieldName, bool] = {}
        for name in names:
            for field, is_lead in _LEAD if name == "lead" else ((name, False),):
                wanted[field] = is_lead and wanted.get(field, True)
        narrowed = View(self.document, self.feed, self._hits, self.vocabulary)
        # What is known of whole fields holds in any part of the item.
        narrowed._breaks, narrowed._distances, narrowed._starts = self._breaks, self._distances, self._starts
        narrowed._is_narrowed = True
        narrowed._scope = wanted
        if self._is_narrowed:
            both = (field for field in wanted if field in self._scope)
            narrowed._scope = {field: wanted[field] or self._scope[field] for field in both}
        return narrowed
