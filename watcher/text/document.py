"""One item as the matcher reads it: its fields' texts, foldings, words, sentences and places.

Made by `Analyser.read`. Every view is computed when first asked for and kept, because most items are dropped after
the cheapest one. A document lives in one thread and is thrown away after the item.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from watcher.text.fold import Folded, fold
from watcher.text.tokens import Words
from watcher.types import FIELDS, FieldName, Item, PlaceMention, Span

_LEAD_SENTENCES = 2
_BETWEEN_CATEGORIES = ", "

FindPlaces = Callable[["Document"], tuple[PlaceMention, ...]]


class Splitter(Protocol):
    """Finds words and sentences: `tokens.Tokenizer`, or a stand-in in tests."""

    def words(self, text: str, language: str) -> Words:
        """Find the words and sentences of a text in a language."""
        ...


class Document:
    """An item and what was found in its text.

    Args:
        item: what the feed gave.
        language: ISO 639-1 or `und`.
        tokenizer: splits fields when their words are asked for.
        find_places: finds and resolves places when they are asked for.
    """

    __slots__ = ("_find_places", "_folded", "_places", "_texts", "_tokenizer", "_words", "item", "language")

    def __init__(self, *, item: Item, language: str, tokenizer: Splitter, find_places: FindPlaces) -> None:
        self.item = item
        self.language = language
        self._tokenizer = tokenizer
        self._find_places = find_places
        self._texts = _texts_of(item)
        self._folded: dict[FieldName, Folded] = {}
        self._words: dict[FieldName, Words] = {}
        self._places: tuple[PlaceMention, ...] | None = None

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

    def lead(self) -> tuple[Span, ...]:
        """Give the title and the first two sentences of the body, without empty ones."""
        sentences = self.words("body").sentences[:_LEAD_SENTENCES]
        spans = [Span(field="title", start=0, end=len(self._texts["title"]))]
        if sentences:
            spans.append(Span(field="body", start=0, end=sentences[-1][1]))
        return tuple(span for span in spans if span.end)

    @property
    def places(self) -> tuple[PlaceMention, ...]:
        """The places that title and body name, in the order of the text."""
        if self._places is None:
            self._places = self._find_places(self)
        return self._places


def _texts_of(item: Item) -> dict[FieldName, str]:
    texts: dict[FieldName, str] = dict.fromkeys(FIELDS, "")
    texts["title"] = item.title
    texts["body"] = item.body
    texts["author"] = item.author or ""
    texts["categories"] = _BETWEEN_CATEGORIES.join(item.categories)
    texts["url"] = item.url or ""
    return texts
