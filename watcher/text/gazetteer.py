"""Names → places of the world, from the built data file and from the users' extra places.

Comes in: the data file that `tools/build_gazetteer.py` makes, and `ExtraPlace`s. Goes out: `Place`s by id, country or
name. Called by `places`, and by the rule compiler to check and resolve names in rules.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from watcher.native.names import BEGINNING, DULL, INSIDE, NAME, OWN, PEOPLE, NameTracer
from watcher.native.word_marks import WordMarks
from watcher.text.atlas import ALTERNATE, FOREIGN, Atlas, beginnings_of
from watcher.text.cues import COMMON_ARABIC, MAY_BE_SMALL, NEVER_ALONE, NEVER_SMALL, NOT_PLACES
from watcher.text.names import ARTICLE, PROCLITICS, is_arabic, key
from watcher.types import Place

DATA_FILE = Path(__file__).with_name("data") / "gazetteer.bin"

# Countries are spoken of far more than their size says, and small ones nearly as much as large ones.
_COUNTRY_PROMINENCE = 7.5
_PROMINENCE_OF_KIND = {"region": 7.0, "area": 7.0, "county": 4.5}
_EXTRA_PROMINENCE = 6.5
_ALTERNATE_LOSS = 0.8
_CAPITAL_GAIN = 0.3

_SHORT_ARABIC = 2

_NAMES_REMEMBERED = 2_048
_PLACES_REMEMBERED = 2_048


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


# Not frozen, as setting the fields of a frozen one takes three times as long, and every third name is new.
@dataclass(slots=True, kw_only=True, eq=False)
class Candidate:
    """One place that a name may mean: as much of it as it takes to decide between them.

    `country` and `kind` are the place's. `admin` is the first-level region as `TN.36`, empty if unknown.
    `is_alternate`: the place mostly goes by another name. `is_extra`: added by the users.
    `prominence`: how well known the place is, as the decimal logarithm of the people who live there or are meant.
    `read` gives the place of a `row`.
    """

    country: str
    kind: str
    prominence: float
    read: Callable[[int], Place]
    row: int
    admin: str = ""
    is_alternate: bool = False
    is_extra: bool = False

    @property
    def place(self) -> Place:
        """The place; of most candidates it is never asked for."""
        return self.read(self.row)


@cache
def _shipped() -> Atlas:
    # It never changes, and workers share what was read of it before they were forked.
    return Atlas(DATA_FILE)


class Gazetteer:
    """The places that can be found, and their names. Build it with `load`; it never changes afterwards."""

    def __init__(self, atlas: Atlas, extra: Sequence[ExtraPlace] = ()) -> None:
        self._atlas = atlas
        self._extra_places, self._extra_names = _index(extra)
        self.tracer = NameTracer(
            atlas.names,
            WordMarks(_marks(self._extra_names)),
            WordMarks(dict.fromkeys(atlas.peoples - NEVER_SMALL, PEOPLE)),
            proclitics=PROCLITICS,
            article=ARTICLE,
        )
        """Tells where in a text names may be, also of what is no place by decree."""
        self._place_of_row = lru_cache(maxsize=_PLACES_REMEMBERED)(self._read)
        self.candidates = lru_cache(maxsize=_NAMES_REMEMBERED)(self._candidates)
        self.common_candidates = lru_cache(maxsize=_NAMES_REMEMBERED)(self._common_candidates)
        self.countries_named = lru_cache(maxsize=_NAMES_REMEMBERED)(self._countries_named)
        self.countries_commonly_named = lru_cache(maxsize=_NAMES_REMEMBERED)(self._countries_commonly_named)
        self.countries: Mapping[str, Place] = self._read_countries()

    @classmethod
    def load(cls, extra: Sequence[ExtraPlace] = ()) -> Gazetteer:
        """Open the data file of the package and add the users' places."""
        return cls(_shipped(), extra)

    def place(self, place_id: str) -> Place:
        """Give the place with an id; raises KeyError when there is none."""
        if place_id in self._extra_places:
            return self._extra_places[place_id]
        if place_id in self.countries:
            return self.countries[place_id]
        row = self._atlas.row_of_id(place_id)
        if row is None:
            raise KeyError(place_id)
        return self._place_of_row(row)

    def named(self, name: str) -> tuple[Place, ...]:
        """Give the places with a name, in any spelling of it, the most prominent first; empty when there are none.

        The users' own places come first, then countries, then the places that go by this name before those that are
        only sometimes called so. Adjectives and peoples count as their country.
        """
        exact = self._places_named(name.strip()) if name.isupper() else []
        found = {one.id: one for one in (*exact, *self._places_named(key(name)))}
        return tuple(found.values())

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of place that there are, the users' own among them."""
        return self._atlas.kinds | {place.kind for place in self._extra_places.values()}

    def is_own(self, name: str) -> bool:
        """Tell whether a key is a name that the users gave."""
        return name in self._extra_names

    def _places_named(self, name: str) -> list[Place]:
        """Give all places with a key."""
        rows = self._atlas.rows_named(name)
        return [*self._extra_names.get(name, ()), *(self._place_of_row(row) for row, _ in rows)]

    def _candidates(self, name: str, without: int = 0) -> tuple[Candidate, ...]:
        """Give what a key (see `names.key`) may mean in a text; an acronym is its own key.

        Those that a text can tell apart: in one region, only the most prominent of a kind. Names that have one of the
        flags `without` are left out.
        """
        atlas = self._atlas
        first: dict[tuple[str, str, str], Candidate] = {}
        for row, place in enumerate(own := self._extra_names.get(name, ())):
            if (place.country, "", place.kind) not in first:
                first[place.country, "", place.kind] = Candidate(
                    country=place.country,
                    kind=place.kind,
                    prominence=_EXTRA_PROMINENCE,
                    read=own.__getitem__,
                    row=row,
                    is_extra=True,
                )
        for row, flags in atlas.rows_named(name):
            country, kind, admin, population = atlas.gist(row)
            if flags & without or (country, admin, kind) in first:
                continue
            is_alternate = bool(flags & ALTERNATE)
            prominence = _prominence(kind, population) + (_CAPITAL_GAIN if row in atlas.capitals else 0.0)
            first[country, admin, kind] = Candidate(
                country=country,
                kind=kind,
                prominence=prominence - (_ALTERNATE_LOSS if is_alternate else 0.0),
                read=self._place_of_row,
                row=row,
                admin=admin,
                is_alternate=is_alternate,
            )
        return tuple(first.values())

    def _common_candidates(self, name: str) -> tuple[Candidate, ...]:
        """Give the same without names of countries that are in none of the main languages."""
        return self._candidates(name, FOREIGN)

    def _countries_named(self, name: str, without: int = 0) -> frozenset[str]:
        """Give the countries of what a key may mean, at a fraction of the cost of `candidates`; empty if it is no name."""
        own = self._extra_names.get(name)
        found = self._atlas.countries_named(name, without)
        return found if own is None else found | {place.country for place in own}

    def _countries_commonly_named(self, name: str) -> frozenset[str]:
        """Give the same without names of countries that are in none of the main languages."""
        return self._countries_named(name, FOREIGN)

    def _read(self, index: int) -> Place:
        row = self._atlas.row(index)
        return Place(
            id=row.id,
            name=row.name,
            country=row.country,
            kind=row.kind,
            lat=row.lat,
            lon=row.lon,
            population=row.population,
        )

    def _read_countries(self) -> dict[str, Place]:
        rows = self._atlas.rows_of_countries()
        return {place.country: place for place in map(self._place_of_row, rows)}


def _marks(own: Iterable[str]) -> dict[str, int]:
    """Give what is known of words and phrases by the users' names, by what is no place by decree, and by common words."""
    marks: dict[str, int] = defaultdict(int)
    for name in (*own, *NOT_PLACES):
        marks[name] |= NAME
        for beginning in beginnings_of(name):
            marks[beginning] |= BEGINNING
    for word in (NEVER_ALONE | COMMON_ARABIC).difference(own) | NOT_PLACES:
        marks[word] |= DULL
    for word in MAY_BE_SMALL:
        marks[word] |= INSIDE
    for name in own:
        for words in ((" ".join(name.split(" ")[:count])) for count in (1, 2) if " " in name):
            marks[words] |= OWN
    return dict(marks)


def _prominence(kind: str, population: int) -> float:
    people = math.log10(population + 10)
    if kind in ("country", "people"):
        return _COUNTRY_PROMINENCE + people / 10
    return _PROMINENCE_OF_KIND.get(kind, people)


def _forms(name: str) -> tuple[str, ...]:
    """Give a key, and where it begins with an Arabic word of two letters, with the prepositions written onto it.

    The reading of texts takes no letter off words this short: among single words it would find too much.
    """
    is_short = is_arabic(name) and name.find(" ") == _SHORT_ARABIC
    return (name, *(f"{preposition}{name}" for preposition in "بلك")) if is_short else (name,)


def _index(extra: Sequence[ExtraPlace]) -> tuple[dict[str, Place], dict[str, list[Place]]]:
    """Give the users' places by id, and by the key of each of their names."""
    places: dict[str, Place] = {}
    names: dict[str, list[Place]] = defaultdict(list)
    for one in extra:
        place = Place(
            id=f"own:{one.country}:{key(one.name)}",
            name=one.name,
            country=one.country,
            kind=one.kind,
            lat=one.lat,
            lon=one.lon,
        )
        places[place.id] = place
        for found in dict.fromkeys(key(name) for name in (one.name, *one.aliases)):
            for form in _forms(found):
                names[form].append(place)
    return places, dict(names)
