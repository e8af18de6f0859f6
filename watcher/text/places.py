"""Document → the places that its title and body name, each resolved to one place of the gazetteer."""

from __future__ import annotations

from watcher.text.document import Document
from watcher.text.gazetteer import Gazetteer
from watcher.types import PlaceMention


class PlaceFinder:
    """Finds and resolves place names in documents."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def places_of(self, document: Document) -> tuple[PlaceMention, ...]:
        """Find the places that title and body name, in the order of the text."""
        return ()
