"""One item as the matcher reads it: its fields' texts, foldings, words, sentences and places.

Made by `Analyser.read`. Every view is computed when first asked for and kept, because most items are dropped after
the cheapest one. A document lives in one thread and is thrown away after the item.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Set
from itertools import islice
from typing import Protocol

from watcher.text.entities import EntityMention
from watcher.text.fold import Folded, fold
from watcher.text.passages import Passages
from watcher.text.tokens import Words
from watcher.types import FIELDS, FieldName, Item, PlaceMention, Span

_LEAD_SENTENCES = 2
_LEAST_PASSAGES = 50
_CHARS_PER_PASSAGE = 300
"""So many passages of a field are read by themselves as it has stretches of this length, and 50 of a short one; whoever asks
for more gets the whole field split, once."""

_LONGEST_PASSAGE_CHARS = 4_000
_SENTENCES_BY_THEMSELVES = 32
"""So many sentences of a field are found by themselves; then all of them are, at once."""

_BETWEEN_CATEGORIES = ", "


class SightedPlaces(Protocol):
    """What may be a place in a document: `places.Sighted`, or a stand-in in tests."""

    @property
    def countries(self) -> Set[str]:
        """The countries that any of it may lie in, ISO 3166-1 alpha-2."""
        ...

    def mentions(self) -> tuple[PlaceMention, ...]:
        """Decide what is a place, and which."""
        ...


FindPlaces = Callable[["Document"], SightedPlaces]


class Splitter(Protocol):
    """Finds words and sentences: `tokens.Tokenizer`, or a stand-in in tests."""

    def words(self, text: str, language: str) -> Words:
        """Find the words and sentences of a text in a language."""
        ...

    def passages(self, text: str, language: str) -> Passages | None:
        """Give what reads stretches of a text by themselves; None where it must be split as a whole."""
        ...


class EntityFinder(Protocol):
    """Finds named entities: `entities.Recogniser`, or a stand-in in tests."""

    def find(self, text: str, language: str) -> tuple[EntityMention, ...]:
        """Find the entities of a text in a language."""
        ...


class Document:
    """An item and what was found in its text.

    Args:
        item: what the feed gave.
        language: ISO 639-1 or `und`.
        tokenizer: splits fields when their words are asked for.
        find_places: finds and resolves places when they are asked for.
        recogniser: finds named entities when they are asked for; None where there are none to be found.
    """

    __slots__ = (
        "_asked",
        "_edges",
        "_entities",
        "_find_places",
        "_folded",
        "_lead",
        "_places",
        "_recogniser",
        "_sentences",
        "_sighted",
        "_texts",
        "_tokenizer",
        "_words",
        "item",
        "language",
    )

    def __init__(
        self,
        *,
        item: Item,
        language: str,
        tokenizer: Splitter,
        find_places: FindPlaces,
        recogniser: EntityFinder | None = None,
    ) -> None:
        self.item = item
        self.language = language
        self._tokenizer = tokenizer
        self._find_places = find_places
        self._recogniser = recogniser
        self._entities: dict[FieldName, tuple[EntityMention, ...]] = {}
        self._texts = _texts_of(item)
        self._folded: dict[FieldName, Folded] = {}
        self._words: dict[FieldName, Words] = {}
        self._sighted: SightedPlaces | None = None
        self._places: tuple[PlaceMention, ...] | None = None
        self._lead: tuple[Span, ...] | None = None
        self._asked: dict[FieldName, int] = {}
        self._sentences: dict[FieldName, list[tuple[int, int]]] = {}
        self._edges: dict[FieldName, list[int]] = {}

    def text(self, field: FieldName) -> str:
        """Give a field as rules see it: plain text, empty where the item has none; categories joined by commas."""
        return self._texts[field]

    def folded(self, field: FieldName) -> Folded:
        """Give the folded text of a field, with the way back to its offsets."""
        found = self._folded.get(field)
        if found is None:
            found = self._folded[field] = fold(self._texts[field])
        return found

    def words(self, field: FieldName) -> Words:
        """Give the words and sentences of a field. Ten times the cost of `folded`: for candidates only."""
        found = self._words.get(field)
        if found is None:
            found = self._words[field] = self._tokenizer.words(self._texts[field], self.language)
        return found

    def sentence_at(self, field: FieldName, offset: int) -> tuple[int, int]:
        """Give the sentence of a field that an offset lies in, as `words` has it, splitting no more than is needed.

        Args:
            field: which.
            offset: of a code point in it.
        """
        if (edges := self._edges.get(field)) is not None:
            at = max(0, min(bisect_right(edges, offset), len(edges) - 1) - 1)
            return edges[at], edges[at + 1]
        known = self._sentences.get(field)
        if known is None:
            known = self._sentences[field] = []
        for found in known:
            if found[0] <= offset < found[1]:
                return found
        found = self._find_sentence(field, offset)
        known.append(found)
        if len(known) == _SENTENCES_BY_THEMSELVES:
            self._find_edges(field)
        return found

    def _find_sentence(self, field: FieldName, offset: int) -> tuple[int, int]:
        text = self._texts[field]
        passages = None if field in self._words else self._tokenizer.passages(text, self.language)
        if passages is not None and text:
            return passages.sentence_at(text, offset)
        words = self.words(field)
        return words.sentences[words.sentence_at(offset)]

    def _find_edges(self, field: FieldName) -> None:
        """Find all sentences of a field: for one of which many are asked for, at a small part of the cost of `words`."""
        text = self._texts[field]
        passages = self._tokenizer.passages(text, self.language)
        if passages is not None:
            self._edges[field] = [0, *passages.edges(text), len(text)]

    def words_between(self, field: FieldName, start: int, end: int, *, most: int | None = None) -> int:
        """Count how many words further the word at one offset is than the word at another, as `words` has them.

        Args:
            field: which.
            start, end: offsets of code points in it.
            most: give any greater number when there are more than so many.
        """
        text = self._texts[field]
        passages = self._passages(field)
        if passages is not None:
            low, high = _between_spaces(text, min(start, end), max(start, end) + 1)
            if high - low <= _LONGEST_PASSAGE_CHARS:
                return passages.words_between(text, start, end, most=most)
        words = self.words(field)
        return words.index_at(end) - words.index_at(start)

    def _passages(self, field: FieldName) -> Passages | None:
        """Give what reads passages of a field by themselves, as long as that is cheaper than to split it once."""
        asked = self._asked[field] = self._asked.get(field, 0) + 1
        text = self._texts[field]
        if field in self._words or asked > max(_LEAST_PASSAGES, len(text) // _CHARS_PER_PASSAGE):
            return None
        return self._tokenizer.passages(text, self.language)

    def lead(self) -> tuple[Span, ...]:
        """Give the title and the first two sentences of the body, without empty ones."""
        if self._lead is None:
            spans = (
                Span(field="title", start=0, end=len(self._texts["title"])),
                Span(field="body", start=0, end=self._end_of_lead()),
            )
            self._lead = tuple(span for span in spans if span.end)
        return self._lead

    def _end_of_lead(self) -> int:
        text = self._texts["body"]
        passages = self._passages("body")
        if passages is not None:
            return next(islice(passages.edges(text), _LEAD_SENTENCES - 1, None), len(text))
        sentences = self.words("body").sentences[:_LEAD_SENTENCES]
        return sentences[-1][1] if sentences else 0

    def entities(self, field: FieldName) -> tuple[EntityMention, ...]:
        """Give the named entities of a field; none in languages without a trained pipeline. The dearest thing to ask for."""
        found = self._entities.get(field)
        if found is None:
            text = self._texts[field]
            found = self._recogniser.find(text, self.language) if self._recogniser and text else ()
            self._entities[field] = found
        return found

    @property
    def possible_countries(self) -> Set[str]:
        """The countries that the places named in title and body may lie in. `places` decides, at as much cost again."""
        return self._sighted_places().countries

    @property
    def places(self) -> tuple[PlaceMention, ...]:
        """The places that title and body name, in the order of the text."""
        if self._places is None:
            self._places = self._sighted_places().mentions()
        return self._places

    def _sighted_places(self) -> SightedPlaces:
        if self._sighted is None:
            self._sighted = self._find_places(self)
        return self._sighted


def _between_spaces(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a stretch to the spaces around it, or to the ends of the text; a stretch past an end is cut there."""
    low = text.rfind(" ", 0, max(0, start)) + 1
    high = text.find(" ", end) if end < len(text) else -1
    return low, len(text) if high < 0 else high


def _texts_of(item: Item) -> dict[FieldName, str]:
    texts: dict[FieldName, str] = dict.fromkeys(FIELDS, "")
    texts["title"] = item.title
    texts["body"] = item.body
    texts["author"] = item.author or ""
    texts["categories"] = _BETWEEN_CATEGORIES.join(item.categories)
    texts["url"] = item.url or ""
    return texts
