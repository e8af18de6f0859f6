"""Document → the places that its title and body name, each resolved to one place of the gazetteer.

Called by `Document.places`, on first use. The work is done in three steps: `spotting` finds what may be a name,
`context` looks around it, `resolve` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from watcher.text.document import Document
from watcher.text.gazetteer import Gazetteer
from watcher.text.page import Page
from watcher.text.resolve import SHIPPED, Model, Resolved, resolve
from watcher.text.spotting import Spotted, Spotter
from watcher.types import FieldName, PlaceMention, Span

_FIELDS: tuple[FieldName, ...] = ("title", "body")
LEAST_CONFIDENCE = 0.5
"""What is less likely than not to be a place is not reported."""


class Sighted:
    """What may be a place in one document; decided when asked, for often it is enough to know what it cannot be."""

    def __init__(self, spotted: Sequence[Spotted], *, language: str, home: str | None) -> None:
        self._spotted = spotted
        self._language = language
        self._home = home

    @cached_property
    def countries(self) -> frozenset[str]:
        """The countries in which places of the names lie that were seen."""
        return frozenset().union(*(one.countries() for one in self._spotted))

    @cached_property
    def _pages(self) -> Sequence[Page]:
        return [one.sighted() for one in self._spotted]

    def weighed(self, *, least: float = 0.0, model: Model = SHIPPED) -> list[Resolved]:
        """Give what was seen and is at least so likely a place, in the order of the text: all of it unless told."""
        return resolve(self._pages, language=self._language, home=self._home, least=least, model=model)

    def mentions(self) -> tuple[PlaceMention, ...]:
        """Give what is likelier a place than not, in the order of the text."""
        return tuple(map(_mention, self.weighed(least=LEAST_CONFIDENCE)))


class PlaceFinder:
    """Finds and resolves place names in documents."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._spotter = Spotter(gazetteer)

    def sight(self, document: Document, *, home: str | None = None) -> Sighted:
        """Find what may name a place in title and body.

        Args:
            document: the item.
            home: country of the feed, ISO 3166-1 alpha-2, None if unknown.
        """
        spotted = [self._spotter.spot(name, document.folded(name), document.language) for name in _FIELDS]
        return Sighted(spotted, language=document.language, home=home)

    def weigh(self, document: Document, *, home: str | None = None, model: Model = SHIPPED) -> list[Resolved]:
        """Give all that was seen in title and body, also what is hardly a place, in the order of the text."""
        return self.sight(document, home=home).weighed(model=model)


def _mention(one: Resolved) -> PlaceMention:
    page = one.sighting.page
    start, end = page.folded.origin(one.sighting.start, one.sighting.end)
    return PlaceMention(
        span=Span(field=page.field_name, start=start, end=end),
        text=page.folded.source[start:end],
        place=one.candidate.place,
        confidence=round(one.confidence, 3),
    )


def to_json(mention: PlaceMention) -> dict[str, Any]:
    """Give a mention as `scan` prints it."""
    span, place = mention.span, mention.place
    return {
        "text": mention.text,
        "field": span.field,
        "start": span.start,
        "end": span.end,
        "country": place.country,
        "kind": place.kind,
        "name": place.name,
        "lat": place.lat,
        "lon": place.lon,
        "confidence": mention.confidence,
    }
