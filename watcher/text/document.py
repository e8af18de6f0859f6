"""One item as the matcher reads it: its fields' texts, foldings, words, sentences and places.

Made by `Analyser.read`. Every view is computed when first asked for and kept, because most items are dropped after
the cheapest one. A document lives in one thread and is thrown away after the item.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from watcher.text.entities import EntityMention
from watcher.text.fold import Folded, fold
from watcher.text.tokens import Words
from watcher.types import FIELDS, FieldName, Item, PlaceMention, Span

_LEAD_SENTENCES = 2
_LEAD_CHARS = 500
_AROUND_CHARS = 250
_MOST_PASSAGES = 5
"""So many passages of a field are split by themselves; whoever asks for more gets the whole field split, once."""
_BETWEEN_CATEGORIES = ", "

FindPlaces = Callable[["Document"], tuple[PlaceMention, ...]]


class Splitter(Protocol):
    """Finds words and sentences: `tokens.Tokenizer`, or a stand-in in tests."""

    def words(self, text: str, language: str) -> Words:
        """Find the words and sentences of a text in a language."""
        ...

    def is_local(self, language: str) -> bool:
        """Tell whether a stretch between two spaces splits the same by itself, but for sentences cut at its ends."""
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
        "_entities",
        "_find_places",
        "_folded",
        "_lead",
        "_passages",
        "_places",
        "_recogniser",
        "_sentences",
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
        self._places: tuple[PlaceMention, ...] | None = None
        self._lead: tuple[Span, ...] | None = None
        self._passages: dict[FieldName, int] = {}
        self._sentences: dict[FieldName, list[tuple[int, int]]] = {}

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
        known = self._sentences.setdefault(field, [])
        found = next((one for one in known if one[0] <= offset < one[1]), None)
        if found is None:
            found = self._find_sentence(field, offset)
            known.append(found)
        return found

    def _find_sentence(self, field: FieldName, offset: int) -> tuple[int, int]:
        text, reach = self._texts[field], _AROUND_CHARS
        while self._may_split_passage(field):
            start, end = _between_spaces(text, offset - reach, offset + reach)
            if start == 0 and end == len(text):
                break
            sentences = self._split(text[start:end]).sentences
            at = next((n for n, one in enumerate(sentences) if offset - start < one[1]), len(sentences) - 1)
            # A sentence is known to be whole when there is another one on either side, or the text's end.
            if (at > 0 or start == 0) and (at + 1 < len(sentences) or end == len(text)):
                return sentences[at][0] + start, sentences[at][1] + start
            reach *= 3
        words = self.words(field)
        return words.sentences[words.sentence_at(offset)]

    def words_between(self, field: FieldName, start: int, end: int) -> int:
        """Count how many words further the word at one offset is than the word at another, as `words` has them."""
        text = self._texts[field]
        low, high = _between_spaces(text, min(start, end), max(start, end) + 1)
        if high - low < len(text) // 2 and self._may_split_passage(field):
            words = self._split(text[low:high])
            return words.index_at(end - low) - words.index_at(start - low)
        words = self.words(field)
        return words.index_at(end) - words.index_at(start)

    def _may_split_passage(self, field: FieldName) -> bool:
        """Tell whether a passage may be split by itself: the words are not there yet, and would be the same."""
        asked = self._passages[field] = self._passages.get(field, 0) + 1
        is_cheaper = field not in self._words and asked <= _MOST_PASSAGES
        return is_cheaper and self._tokenizer.is_local(self.language)

    def _split(self, text: str) -> Words:
        return self._tokenizer.words(text, self.language)

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
        text, reach = self._texts["body"], _LEAD_CHARS
        while reach < len(text) and self._may_split_passage("body"):
            _, end = _between_spaces(text, 0, reach)
            sentences = self._split(text[:end]).sentences
            if len(sentences) > _LEAD_SENTENCES:
                return sentences[_LEAD_SENTENCES - 1][1]
            reach *= 3
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
    def places(self) -> tuple[PlaceMention, ...]:
        """The places that title and body name, in the order of the text."""
        if self._places is None:
            self._places = self._find_places(self)
        return self._places


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
