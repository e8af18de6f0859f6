"""Item → Document: where the parts of reading a text are put together.

Comes in: an item and what its feed declares. Goes out: a `Document`. Called once per item, by the pipeline and by
`scan`, `test` and `explain`.
"""

from __future__ import annotations

from watcher.text.document import Document, Splitter
from watcher.text.gazetteer import Gazetteer
from watcher.text.language import UNKNOWN, detect, normalise
from watcher.text.places import PlaceFinder
from watcher.types import Item

_BODY_CHARS_FOR_LANGUAGE = 400


class Analyser:
    """Reads items: knows the places and how to split words.

    Args:
        gazetteer: the places to be found.
        tokenizer: splits words and sentences, loaded once for the life of the process.
    """

    def __init__(self, gazetteer: Gazetteer, tokenizer: Splitter) -> None:
        self.gazetteer = gazetteer
        self.tokenizer = tokenizer
        self._finder = PlaceFinder(gazetteer)

    def read(self, item: Item, *, feed_language: str | None = None) -> Document:
        """Make a document of an item.

        Args:
            item: what the feed gave; the language that it declares itself goes before the feed's.
            feed_language: what the feed or the configuration declares, as any language tag.

        Returns:
            The document; nothing but the language has been computed yet.
        """
        hint = normalise(item.language) or normalise(feed_language)
        sample = f"{item.title}\n{item.body[:_BODY_CHARS_FOR_LANGUAGE]}"
        language = detect(sample, hint=hint) if sample.strip() else hint or UNKNOWN
        return Document(
            item=item, language=language, tokenizer=self.tokenizer, find_places=self._finder.places_of
        )
