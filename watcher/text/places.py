"""Document → the places that its title and body name, each resolved to one place of the gazetteer.

Called by `Document.places`, on first use. The work is done in three steps: `spotting` finds what may be a name,
`context` looks around it, `resolve` decides.
"""

from __future__ import annotations

from typing import Any

from watcher.text.document import Document
from watcher.text.gazetteer import Gazetteer
from watcher.text.resolve import Resolved, resolve
from watcher.text.spotting import spot
from watcher.types import FieldName, PlaceMention, Span

_FIELDS: tuple[FieldName, ...] = ("title", "body")
LEAST_CONFIDENCE = 0.5
"""What is less likely than not to be a place is not reported."""


class PlaceFinder:
    """Finds and resolves place names in documents."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def weigh(self, document: Document, *, home: str | None = None) -> list[Resolved]:
        """Give all that was seen in title and body, also what is hardly a place, in the order of the text."""
        pages = [spot(name, document.folded(name), self._gazetteer, document.language) for name in _FIELDS]
        return resolve(pages, language=document.language, home=home)

    def places_of(self, document: Document, *, home: str | None = None) -> tuple[PlaceMention, ...]:
        """Find the places that title and body name, in the order of the text.

        Args:
            document: the item.
            home: country of the feed, ISO 3166-1 alpha-2, None if unknown.
        """
        weighed = self.weigh(document, home=home)
        return tuple(_mention(one) for one in weighed if one.confidence >= LEAST_CONFIDENCE)


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
