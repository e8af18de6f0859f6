"""Names → places of the world, from the built data file and from the users' extra places.

Comes in: the data file that `tools/build_gazetteer.py` makes, and `ExtraPlace`s. Goes out: `Place`s by id, country or
name. Called by `places`, and by the rule compiler to check and resolve names in rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watcher.text.fold import fold_term
from watcher.types import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraPlace:
    """A place or spelling that users add in YAML; it wins over the data file's places of the same name.

    `country` is ISO 3166-1 alpha-2; `kind` is free text such as city, region, border_post, mountain, area.
    """

    name: str
    country: str
    aliases: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    kind: str = "area"


class Gazetteer:
    """The places that can be found, and their names. Build it with `load`."""

    def __init__(self, places: Mapping[str, Place], names: Mapping[str, tuple[str, ...]]) -> None:
        self._places = places
        self._names = names
        self.countries: Mapping[str, Place] = {p.country: p for p in places.values() if p.kind == "country"}

    @classmethod
    def load(cls, extra: Sequence[ExtraPlace] = ()) -> Gazetteer:
        """Read the data file of the package and add the users' places."""
        places: dict[str, Place] = {}
        names: dict[str, tuple[str, ...]] = {}
        for one in extra:
            place = Place(
                id=f"extra:{fold_term(one.name)}",
                name=one.name,
                country=one.country,
                kind=one.kind,
                lat=one.lat,
                lon=one.lon,
            )
            places[place.id] = place
            for name in (one.name, *one.aliases):
                key = fold_term(name)
                names[key] = (*names.get(key, ()), place.id)
        return cls(places, names)

    def place(self, place_id: str) -> Place:
        """Give the place with an id; raises KeyError when there is none."""
        return self._places[place_id]

    def named(self, name: str) -> tuple[Place, ...]:
        """Give the places with a name, in any spelling of it, the most prominent first; empty when there are none."""
        return tuple(self._places[i] for i in self._names.get(fold_term(name), ()))
