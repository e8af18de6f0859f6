"""The gazetteer: every country by its names, cities, ids that last, and the users' own places."""

import time

import pytest

from watcher.native.names import BEGINNING, NAME
from watcher.text.gazetteer import ExtraPlace, Gazetteer
from watcher.text.names import key

GAZETTEER = Gazetteer.load()


def first(name: str) -> tuple[str, str]:
    place = GAZETTEER.named(name)[0]
    return place.country, place.kind


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Tunisia", "TN"),
        ("Tunisie", "TN"),
        ("Tunesien", "TN"),
        ("تونس", "TN"),
        ("Тунис", "TN"),
        ("突尼斯", "TN"),
        ("UK", "GB"),
        ("USA", "US"),
        ("UAE", "AE"),
        ("Ivory Coast", "CI"),
        ("Côte d’Ivoire", "CI"),
        ("DR Congo", "CD"),
        ("Türkiye", "TR"),
        ("الولايات المتحدة", "US"),
        ("Elfenbeinküste", "CI"),
    ],
)
def test_countries_are_known_by_their_names_in_many_languages(name: str, country: str) -> None:
    assert first(name) == (country, "country")


@pytest.mark.parametrize(
    ("form", "country"),
    [
        ("Tunisian", "TN"),
        ("Tunisians", "TN"),
        ("tunisienne", "TN"),
        ("tunisiens", "TN"),
        ("تونسي", "TN"),
        ("التونسيين", "TN"),
        ("Malian", "ML"),
        ("tchadiens", "TD"),
        ("الأتراك", "TR"),
        ("nigérien", "NE"),
        ("nigérian", "NG"),
        ("Sudanese", "SD"),
        ("South Sudanese", "SS"),
    ],
)
def test_adjectives_and_peoples_are_their_country(form: str, country: str) -> None:
    assert (country, "people") in {(place.country, place.kind) for place in GAZETTEER.named(form)}


def test_every_large_country_has_adjectives() -> None:
    peoples = {code for code in GAZETTEER.countries if _has_people(code)}
    large = {code for code, place in GAZETTEER.countries.items() if place.population > 1_000_000}
    assert large - peoples <= {
        "CG"
    }  # the two Congos share their adjective, which is found for the larger one


def _has_people(code: str) -> bool:
    try:
        return GAZETTEER.place(f"{code}:people").kind == "people"
    except KeyError:
        return False


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Kasserine", "TN"),
        ("القصرين", "TN"),
        ("Tébessa", "DZ"),
        ("سبها", "LY"),
        ("Sirte", "LY"),
        ("Niamey", "NE"),
        ("Le Caire", "EG"),
    ],
)
def test_cities_are_known_in_latin_and_arabic_script(name: str, country: str) -> None:
    assert first(name) == (country, "city")


def test_of_places_with_one_name_the_best_known_comes_first() -> None:
    assert [place.country for place in GAZETTEER.named("Tripoli")][:2] == ["LY", "LB"]
    assert len(GAZETTEER.named("Springfield")) > 10


def test_an_unknown_name_gives_nothing() -> None:
    assert GAZETTEER.named("Qwertzuiop") == ()
    assert GAZETTEER.named("") == ()


@pytest.mark.parametrize(
    "place_id", ["TN", "TN:people", "geonames:2464470", "geonames:6254925", "GB.SCT:scotland"]
)
def test_a_place_is_found_by_its_id(place_id: str) -> None:
    assert GAZETTEER.place(place_id).id == place_id


@pytest.mark.parametrize("place_id", ["", "XX", "geonames:1", "geonames:x", "own:TN:nothing"])
def test_an_unknown_id_is_a_key_error(place_id: str) -> None:
    with pytest.raises(KeyError):
        GAZETTEER.place(place_id)


def test_countries_are_keyed_by_their_codes() -> None:
    assert len(GAZETTEER.countries) > 240
    assert GAZETTEER.countries["TN"].name == "Tunisia"
    assert all(code == place.country == place.id for code, place in GAZETTEER.countries.items())


def test_places_have_coordinates_that_are_right() -> None:
    tunis = GAZETTEER.place("geonames:2464470")
    assert tunis.lat == pytest.approx(36.819, abs=0.001)
    assert tunis.lon == pytest.approx(10.166, abs=0.001)


def test_own_places_win_over_those_of_the_data() -> None:
    own = ExtraPlace(
        name="Springfield",
        aliases=("Ras  Jédir", "رأس جدير"),
        country="TN",
        lat=33.1,
        lon=11.5,
        kind="border_post",
    )
    gazetteer = Gazetteer.load([own])
    place = gazetteer.named("springfield")[0]
    assert (place.country, place.kind, place.lat) == ("TN", "border_post", 33.1)
    assert gazetteer.named("ras jedir") == gazetteer.named("راس جدير") == (place,)
    assert gazetteer.place(place.id) == place


def test_opening_the_data_takes_no_time() -> None:
    start = time.process_time()
    Gazetteer.load()
    assert time.process_time() - start < 0.5  # measured: under 10 ms; the rest is room for a busy machine


def test_a_name_is_found_in_a_text_whenever_it_names_a_place() -> None:
    """Texts are asked about by a quicker way than names in rules."""
    for name in ("Tunisia", "Tunis", "تونس", "Ben Gardane", "Los Angeles", "突尼斯"):
        assert GAZETTEER.candidates(key(name))[0].place == GAZETTEER.named(name)[0]
    assert GAZETTEER.candidates("no such place anywhere") == ()


def test_what_names_begin_with_is_known() -> None:
    assert GAZETTEER.tracer.trace("united") & BEGINNING
    assert GAZETTEER.tracer.trace("united states") & NAME
    assert GAZETTEER.tracer.trace("united arab") & BEGINNING
    own = Gazetteer.load([ExtraPlace(name="Zzyq Wvut Post", country="TN")])
    assert own.tracer.trace("zzyq") & own.tracer.trace("zzyq wvut") & BEGINNING
    assert own.tracer.trace("zzyq wvut post") & NAME


def test_the_countries_of_a_name_are_those_of_its_candidates() -> None:
    for name in ("tripoli", "georgia", "end", "US", ", TX", "no such place anywhere"):
        candidates = GAZETTEER.candidates(name)
        assert GAZETTEER.countries_named(name) == {one.place.country for one in candidates}
