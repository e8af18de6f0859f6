"""Stretches of an item's text, and the places that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FieldName = Literal["title", "body", "author", "categories", "url"]
FIELDS: tuple[FieldName, ...] = ("title", "body", "author", "categories", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a field's original text; `start` and `end` are offsets in code points, end exclusive."""

    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place of the gazetteer. `country` is ISO 3166-1 alpha-2; `id` is stable across builds."""

    id: str
    name: str
    country: str
    kind: str
    lat: float | None = None
    lon: float | None = None
    population: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMention:
    """A stretch of text that names a place (or a people), resolved; `confidence` is in 0..1."""

    span: Span
    text: str
    place: Place
    confidence: float
