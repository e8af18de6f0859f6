"""Item → Document: where the parts of reading a text are put together.

Comes in: an item and what its feed declares. Goes out: a `Document`. Called once per item, by the pipeline and by
`scan`, `test` and `explain`.
"""

from __future__ import annotations

from collections.abc import Container
from functools import partial
from urllib.parse import urlsplit

from watcher.text.document import Document, EntityFinder, Splitter
from watcher.text.gazetteer import Gazetteer
from watcher.text.language import UNKNOWN, detect, normalise
from watcher.text.places import PlaceFinder
from watcher.types import Item

_BODY_CHARS_FOR_LANGUAGE = 400

# Domains of countries that the whole world registers names in; they tell nothing of where a paper is from.
_RENTED_DOMAINS = frozenset(
    ("ag", "ai", "am", "cc", "co", "fm", "gg", "io", "la", "ly", "me", "nu", "sh", "st", "to", "tv", "ws")
)


class Analyser:
    """Reads items: knows the places and how to split words.

    Args:
        gazetteer: the places to be found.
        tokenizer: splits words and sentences, loaded once for the life of the process.
        recogniser: finds named entities; None where there is no trained pipeline.
    """

    def __init__(
        self, gazetteer: Gazetteer, tokenizer: Splitter, recogniser: EntityFinder | None = None
    ) -> None:
        self.gazetteer = gazetteer
        self.tokenizer = tokenizer
        self._recogniser = recogniser
        self._finder = PlaceFinder(gazetteer)

    def read(
        self, item: Item, *, feed_language: str | None = None, feed_country: str | None = None
    ) -> Document:
        """Make a document of an item.

        Args:
            item: what the feed gave; the language that it declares itself goes before the feed's.
            feed_language: what the feed or the configuration declares, as any language tag.
            feed_country: where the feed is from, ISO 3166-1 alpha-2; None to go by the domain of the item's link.
                Of places with one name, those at home are likelier.

        Returns:
            The document; nothing but the language has been computed yet.
        """
        hint = normalise(item.language) or normalise(feed_language)
        sample = f"{item.title}\n{item.body[:_BODY_CHARS_FOR_LANGUAGE]}"
        language = detect(sample, hint=hint) if sample.strip() else hint or UNKNOWN
        home = feed_country or country_of_link(item.url, self.gazetteer.countries)
        find_places = partial(self._finder.sight, home=home)
        return Document(
            item=item,
            language=language,
            tokenizer=self.tokenizer,
            find_places=find_places,
            recogniser=self._recogniser,
        )


def country_of_link(url: str | None, countries: Container[str]) -> str | None:
    """Give the country whose top-level domain a link is in, None for `.com` and for domains rented out to the world."""
    try:
        domain = (urlsplit(url or "").hostname or "").rpartition(".")[2]
    except ValueError:
        return None
    code = "GB" if domain == "uk" else domain.upper()
    return code if code in countries and domain not in _RENTED_DOMAINS else None
