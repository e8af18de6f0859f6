"""The places that ship in config/places: each is found by each of its names, in the script it is written in."""

from pathlib import Path

import pytest
import yaml

from tests.support.reading import read
from watcher.text.gazetteer import ExtraPlace, Gazetteer
from watcher.text.names import is_arabic, key

FOLDER = Path(__file__).parents[3] / "config" / "places"
PLACES = tuple(
    ExtraPlace(**{**entry, "aliases": tuple(entry["aliases"])})
    for path in sorted(FOLDER.glob("*.yml"))
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["places"]
)
GAZETTEER = Gazetteer.load(PLACES)
NAMES = [(place, name) for place in PLACES for name in (place.name, *place.aliases)]


def test_there_are_places_of_every_country_around() -> None:
    assert {place.country for place in PLACES} >= {"TN", "LY", "DZ", "NE", "ML", "BF"}


def test_no_two_places_of_one_country_share_a_name() -> None:
    owners: dict[tuple[str, str], str] = {}
    for place, name in NAMES:
        assert owners.setdefault((place.country, key(name)), place.name) == place.name, name


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.country} {place.name}")
def test_a_place_is_found_by_each_of_its_names(place: ExtraPlace) -> None:
    for name in (place.name, *place.aliases):
        title = f"هجوم في {name} أمس" if is_arabic(key(name)) else f"Attaque à {name} hier"
        document = read(title, language="ar" if is_arabic(key(name)) else "fr", extra=PLACES)
        found = [(one.text, one.place.country) for one in document.places]
        assert (name, place.country) in found, f"{name}: {found}"


def test_places_lie_near_a_town_of_their_country() -> None:
    """A coordinate typed wrongly would put a place into another country or the sea."""
    for place in PLACES:
        country = GAZETTEER.countries[place.country]
        south, north, west, east = BOUNDS[country.id]
        assert place.lat is not None
        assert place.lon is not None
        assert south <= place.lat <= north, place.name
        assert west <= place.lon <= east, place.name


BOUNDS = {
    "TN": (30.2, 37.6, 7.5, 11.7),
    "LY": (19.5, 33.3, 9.3, 25.2),
    "DZ": (18.9, 37.2, -8.7, 12.0),
    "NE": (11.6, 23.6, 0.1, 16.0),
    "ML": (10.1, 25.1, -12.3, 4.3),
    "BF": (9.4, 15.2, -5.6, 2.5),
    "TD": (7.4, 23.5, 13.4, 24.1),
    "NG": (4.2, 14.0, 2.6, 14.7),
}
