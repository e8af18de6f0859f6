"""The condition on places: the text names one in a country, of a kind, or near another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING, ClassVar

from watcher.match.anchor import ANY_COUNTRY, PLACE_COST, Anchor, place_sign
from watcher.match.forms.words import leaf
from watcher.match.reader import Reader
from watcher.match.syntax import Condition, Hit, Occurrence
from watcher.types import Place, PlaceMention, Span

if TYPE_CHECKING:
    from watcher.match.view import View
    from watcher.match.vocabulary import Vocabulary

LEAST_CONFIDENCE = 0.5
"""Mentions that are more likely something else do not count unless a rule asks for them."""

_MOST_LISTED = 20

_EARTH_RADIUS_KM = 6371.0
_WHOLE_COUNTRIES = ("country", "people")
_TEXTS: dict[str, object] = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
    ]
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceIs(Condition):
    """`{place: TN}`, `{place: {in: TN, kind: city}}`, `{place: {near: Ben Gardane, km: 50}}`.

    `countries` are ISO 3166-1 alpha-2 codes and `kinds` the gazetteer's; empty means any. `near` names a place of
    the gazetteer, `km` how far from it; all parts that are given must be true of one mention.
    """

    countries: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    near: str | None = None
    km: float = 0.0
    min_confidence: float = LEAST_CONFIDENCE
    key: ClassVar[str] = "place"
    options: ClassVar[tuple[str, ...]] = ()
    own_effort: ClassVar[int] = 2

    @property
    def label(self) -> str:
        parts = [_listed(self.countries), ",".join(sorted(self.kinds))]
        parts.append(f"within {self.km:g} km of {self.near}" if self.near else "")
        return f"place:{' '.join(filter(None, parts))}"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        wanted = value[cls.key]
        if not isinstance(wanted, Mapping):
            countries = _countries(reader, wanted, cls.key)
            return None if countries is None else cls(path=_path(reader, countries), countries=countries)
        return _Wish(reader.at(cls.key), wanted).read()

    @classmethod
    def schema(cls) -> dict[str, object]:
        wish = {
            "type": "object",
            "properties": {
                "in": _TEXTS,
                "kind": _TEXTS,
                "near": {"type": "string", "minLength": 1},
                "km": {"type": "number", "exclusiveMinimum": 0},
                "min_confidence": {"type": "number", "minimum": 0, "maximum": 1},
            },
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {cls.key: {"anyOf": [*_TEXTS["anyOf"], wish]}}  # type: ignore[misc]  # a literal above

    def occurrences(self, view: View) -> Sequence[Occurrence]:
        return [leaf(span.field, span.start, span.end, self.path) for span in self._spans(view)]

    def evidence(self, view: View) -> Iterable[Hit]:
        return [Hit(span.field, span.start, span.end, self.path) for span in self._spans(view)]

    def _spans(self, view: View) -> list[Span]:
        return [one.span for one in view.places_in(self.countries) if self._fits(one, view.vocabulary)]

    def holds(self, view: View) -> bool:
        return any(self._fits(mention, view.vocabulary) for mention in view.places_in(self.countries))

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:  # noqa: ARG002 - countries need no list
        signs = frozenset(
            place_sign(country, kind)
            for country in self.countries or (ANY_COUNTRY,)
            for kind in self.kinds or ("",)
        )
        return Anchor(signs=signs, cost=PLACE_COST * len(signs))

    def _fits(self, mention: PlaceMention, vocabulary: Vocabulary) -> bool:
        """Tell whether a mention in one of the countries is what is looked for."""
        place = mention.place
        return (
            mention.confidence >= self.min_confidence
            and (not self.kinds or place.kind in self.kinds)
            and (self.near is None or self._is_close(place, vocabulary.located(self.near)))
        )

    def _is_close(self, place: Place, centre: tuple[float, float] | None) -> bool:
        if centre is None or place.lat is None or place.lon is None or place.kind in _WHOLE_COUNTRIES:
            return False  # the middle of a country says nothing about where in it things happen
        return distance_km(centre, (place.lat, place.lon)) <= self.km


class _Wish:
    """Reads the long form of `place`."""

    def __init__(self, reader: Reader, value: Mapping[object, object]) -> None:
        self._reader = reader
        self._value = value

    def read(self) -> PlaceIs | None:
        reader, value = self._reader, self._value
        before = len(reader.problems)
        reader.check_keys(value, ("in", "kind", "near", "km", "min_confidence"))
        if not value.keys() & {"in", "kind", "near"}:
            reader.fail("'place' needs a country, a kind or a place to be near", suggestion="place: TN")
            return None
        countries = _countries(reader, value["in"], "in") if "in" in value else None
        kinds = reader.strings(value["kind"], "'kind'", "kind") if "kind" in value else None
        near, km = self._near()
        confidence = self._confidence()
        if any(not problem.is_warning for problem in reader.problems[before:]):
            return None
        return PlaceIs(
            path=_path(reader, countries or frozenset(), near),
            countries=countries or frozenset(),
            kinds=frozenset(kinds or ()),
            near=near,
            km=km,
            min_confidence=confidence,
        )

    def _near(self) -> tuple[str | None, float]:
        if ("near" in self._value) != ("km" in self._value):
            self._reader.fail("'near' and 'km' belong together", suggestion="{near: Ben Gardane, km: 50}")
            return None, 0.0
        if "near" not in self._value:
            return None, 0.0
        name = self._reader.string(self._value["near"], "'near'", "near")
        km = self._reader.number(self._value["km"], "km", "km")
        if km is not None and km <= 0:
            self._reader.fail("km must be above 0", "km")
        return name, km or 0.0

    def _confidence(self) -> float:
        if "min_confidence" not in self._value:
            return LEAST_CONFIDENCE
        given = self._reader.number(self._value["min_confidence"], "min_confidence", "min_confidence")
        if given is not None and not 0 <= given <= 1:
            self._reader.fail("min_confidence lies between 0 and 1", "min_confidence")
        return LEAST_CONFIDENCE if given is None else given


def _countries(reader: Reader, value: object, key: str) -> frozenset[str] | None:
    # Norway's code is YAML 1.1's word for false.
    if value is False:
        reader.fail("YAML reads NO as false: put the country code in quotes", key, suggestion='"NO"')
        return None
    codes = reader.strings(value, "a country code", key)
    if codes is None:
        return None
    # Whether there is such a country is found out with the gazetteer at hand.
    return frozenset(code.upper() if len(code) == 2 else code for code in codes)


def _path(reader: Reader, countries: frozenset[str], near: str | None = None) -> str:
    return f"{reader.path}.place:{_listed(countries) or near or '*'}"


def _listed(countries: frozenset[str]) -> str:
    """Write countries down, many of them cut short: for people to read."""
    codes = sorted(countries)
    more = f" and {len(codes) - _MOST_LISTED} more" if len(codes) > _MOST_LISTED else ""
    return ",".join(codes[:_MOST_LISTED]) + more


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Give the great-circle distance of two points in degrees of latitude and longitude (haversine formula)."""
    lat1, lon1, lat2, lon2 = map(radians, (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(half))
