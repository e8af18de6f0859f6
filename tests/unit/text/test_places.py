"""Places in texts: found in three scripts, told from people and papers, resolved by what else the item says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.reading import analyser, item_of, places, read
from watcher.text.gazetteer import ExtraPlace
from watcher.text.places import PlaceFinder, to_json

RAS_JEDIR = ExtraPlace(
    name="Ras Jedir",
    aliases=("Ras Ajdir", "رأس جدير"),
    country="TN",
    lat=33.15,
    lon=11.56,
    kind="border_post",
)
CHAAMBI = ExtraPlace(
    name="Mount Chaambi", aliases=("Mont Chaambi", "جبل الشعانبي"), country="TN", kind="mountain"
)


def countries(
    title: str, body: str = "", *, language: str = "en", extra: tuple[ExtraPlace, ...] = ()
) -> set[str]:
    return {country for _, country in places(title, body, language=language, extra=extra)}


# --- found -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        (
            "Gunmen crossed from Libya into Tunisia near Ben Gardane",
            "en",
            [("Libya", "LY"), ("Tunisia", "TN"), ("Ben Gardane", "TN")],
        ),
        ("Tunisian troops and Algerians met", "en", [("Tunisian", "TN"), ("Algerians", "DZ")]),
        (
            "L’armée tunisienne à Kasserine et l’Algérie",
            "fr",
            [("tunisienne", "TN"), ("Kasserine", "TN"), ("Algérie", "DZ")],
        ),
        ("Une attaque en Côte d'Ivoire", "fr", [("Côte d'Ivoire", "CI")]),
        ("U.S. and UK officials in N'Djamena", "en", [("U.S.", "US"), ("UK", "GB"), ("N'Djamena", "TD")]),
        ("القوات التونسية في القصرين", "ar", [("التونسية", "TN"), ("القصرين", "TN")]),
        ("Protesta en Túnez y Argelia", "es", [("Túnez", "TN"), ("Argelia", "DZ")]),
        ("Боевики в Тунисе", "ru", []),
        ("Взрыв в городе Тунис", "ru", [("Тунис", "TN")]),
        ("La République démocratique du Congo", "fr", [("République démocratique du Congo", "CD")]),
        ("La Guinée équatoriale reçoit Bata", "fr", [("Guinée équatoriale", "GQ"), ("Bata", "GQ")]),
        ("Incendio en Arabia saudita", "es", [("Arabia saudita", "SA")]),
        ("La Libye orientale sous les eaux", "fr", [("Libye", "LY")]),
    ],
)
def test_names_adjectives_and_cities_are_found(
    text: str, language: str, found: list[tuple[str, str]]
) -> None:
    assert places(text, language=language) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("عبروا من ليبيا وتونس", [("ليبيا", "LY"), ("تونس", "TN")]),
        ("انفجار بتونس", [("تونس", "TN")]),
        ("زيارة للجزائر", [("جزائر", "DZ")]),
        ("هجوم بالقصرين", [("القصرين", "TN")]),
        ("ووصلوا ولبنان", [("لبنان", "LB")]),
    ],
)
def test_arabic_proclitics_are_seen_through_and_left_out(text: str, found: list[tuple[str, str]]) -> None:
    assert places(text, language="ar") == found


def test_common_arabic_words_are_no_places() -> None:
    assert places("قال الرئيس إن الحرب انتهت قبل يوم من عودة الجيش إلى المدينة", language="ar") == []


@pytest.mark.parametrize(
    ("text", "is_mali"),
    [
        ("دعم مالي للشركات الصغرى", False),
        ("فساد مالي وإداري", False),
        ("الجيش في شمال مالي", True),
        ("مالي: مقتل جنود في هجوم", True),
    ],
)
def test_the_arabic_for_financial_is_not_the_country(text: str, is_mali: bool) -> None:
    assert (("مالي", "ML") in places(text, language="ar")) == is_mali


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Georgia state senate passes a bill", "US"),
        ("Georgia governor signs a bill", "US"),
        ("Georgia prime minister signs a bill", "GE"),
    ],
)
def test_only_a_state_of_a_federation_has_a_governor(text: str, country: str) -> None:
    assert countries(text) == {country}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("حريق في عمان الأردنية", ("عمان", "JO")),
        ("وصل إلى العاصمة الأردنية عمان", ("عمان", "JO")),
        ("اشتباكات في طرابلس اللبنانية", ("طرابلس", "LB")),
        ("حريق في عمان", ("عمان", "OM")),
    ],
)
def test_an_arabic_adjective_beside_a_name_says_where_it_lies(text: str, place: tuple[str, str]) -> None:
    assert place in places(text, language="ar")


def test_own_places_are_found_in_every_spelling() -> None:
    assert places("Shots at Ras-Ajdir", extra=(RAS_JEDIR,)) == [("Ras-Ajdir", "TN")]
    assert places("غلق معبر رأس جدير", language="ar", extra=(RAS_JEDIR,)) == [("رأس جدير", "TN")]


def test_a_small_letter_may_begin_an_own_name() -> None:
    assert places("Deux morts au mont Chaambi", language="fr", extra=(CHAAMBI,)) == [("mont Chaambi", "TN")]


# --- told apart ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Coach Michael Jordan praised the team. Jordan said he was glad.",
        "Officers arrested Chad Smith on Monday. Smith and Chad Walker were questioned.",
        "The report was first published by the Washington Post on Sunday.",
        "Dr. Paris Hilton met Mr. Lebanon.",
        "Reading helps. March was long. Of the men, nobody was hurt.",
        "He was reading a nice mobile novel. Reading is good.",
    ],
)
def test_people_papers_and_plain_words_are_no_places(text: str) -> None:
    assert countries("Notes", text) == set()


def test_a_part_of_the_world_is_no_place_of_one_country() -> None:
    assert places("Talks on South America and the Middle East, said the United Nations") == []


def test_a_small_letter_is_no_name_in_english() -> None:
    assert places("he ate turkey on china plates and drank java") == []


# --- resolved ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Clashes in Tripoli, Lebanon, left three dead.", "LB"),
        ("Clashes in Tripoli left three dead, Libya's army said.", "LY"),
        ("The fire broke out in Paris, Texas.", "US"),
        ("The fire broke out in Paris, France.", "FR"),
        ("A man from London, Ky., was held.", "US"),
        ("A man from London, England, was held.", "GB"),
    ],
)
def test_what_is_written_behind_a_name_decides(text: str, country: str) -> None:
    assert countries("News", text) == ({country, "LY"} if country == "LY" else {country})


def test_the_rest_of_the_item_decides() -> None:
    caucasus = "Georgia and Russia traded fire near Tskhinvali. Tbilisi said Georgian troops were hit."
    south = (
        "Georgia voters chose a governor. In Atlanta and Savannah turnout beat that of Alabama and Florida."
    )
    assert "GE" in countries("War", caucasus)
    assert countries("Vote", south) == {"US"}


def test_one_name_means_one_place_throughout_an_item() -> None:
    text = "A blast shook Tripoli, Lebanon. Hours later Tripoli was calm, and shops in Tripoli opened."
    assert {country for name, country in places("Blast in Tripoli", text) if name == "Tripoli"} == {"LB"}


def test_what_is_written_behind_a_name_makes_it_surer() -> None:
    with_country = read("News", "Clashes in Tripoli, Lebanon.", language="en").places[0]
    without = read("News", "Clashes in Tripoli.", language="en").places[0]
    assert with_country.confidence > without.confidence


# --- offsets and shape ------------------------------------------------------------------------------------


def test_offsets_are_those_of_the_original_text() -> None:
    title = "«L\u200b’armée» ﬁnit à Kasserine…"
    (mention,) = read(title, language="fr").places
    assert title[mention.span.start : mention.span.end] == mention.text == "Kasserine"


def test_mentions_come_in_the_order_of_the_text_title_first() -> None:
    document = read("Libya and Tunisia", "Algeria, then Libya and Egypt", language="en")
    assert [one.text for one in document.places] == ["Libya", "Tunisia", "Algeria", "Libya", "Egypt"]
    assert [one.span.field for one in document.places] == ["title", "title", "body", "body", "body"]


def test_a_mention_is_printed_with_all_that_scan_promises() -> None:
    (mention,) = read("Shots at Ras Jedir", language="en", extra=(RAS_JEDIR,)).places
    printed = to_json(mention)
    confidence = printed.pop("confidence")
    assert 0.5 <= confidence <= 1.0
    assert printed == {
        "text": "Ras Jedir",
        "field": "title",
        "start": 9,
        "end": 18,
        "country": "TN",
        "kind": "border_post",
        "name": "Ras Jedir",
        "lat": 33.15,
        "lon": 11.56,
    }


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Tunis",
                "Libya",
                "تونس",
                "وليبيا",
                "U.S.",
                "Ras Jedir",
                "Jordan",
                "Mr",
                "Paris",
                ",",
                " ",
                "\n",
                "\u200b",
                "ß",
                "ﬁ",
                "\ud800",
            ]
        ),
        max_size=14,
    )
)
def test_mentions_lie_where_they_say_and_are_sure_to_a_degree(pieces: list[str]) -> None:
    title = " ".join(pieces)
    for mention in read(title, language="en", extra=(RAS_JEDIR,)).places:
        assert title[mention.span.start : mention.span.end] == mention.text
        assert mention.text.strip()
        assert 0.5 <= mention.confidence <= 1.0


@pytest.mark.parametrize("unit", ["Tunis ", "Paris, ", "A", "(", "بتونس ", "San ", "突尼斯", "U.S."])
def test_huge_texts_are_read_in_bounded_time(unit: str) -> None:
    document = read("", unit * (60_000 // len(unit)), language="en")
    assert len(document.places) <= 2_000


def test_the_country_of_the_feed_speaks_for_its_places() -> None:
    finder = PlaceFinder(analyser().gazetteer)
    document = analyser().read(item_of("Fire in Tripoli market", language="en"))
    at_home = finder.weigh(document, home="LB")[0]
    assert at_home.candidate.place.country == "LB"


def test_own_arabic_names_that_begin_with_a_short_word_are_found_behind_prepositions() -> None:
    town = ExtraPlace(name="Ben Guerdane", aliases=("بن قردان",), country="TN", kind="city")
    for text in ("هجوم ببن قردان", "نقل الجرحى لبن قردان", "قتلى في تطاوين وببن قردان", "هجوم في بن قردان"):
        found = read(text, language="ar", extra=(town,)).places
        assert "Ben Guerdane" in {one.place.name for one in found}, text


def test_a_small_word_that_is_a_people_elsewhere_is_no_people() -> None:
    assert countries("Le pôle antiterroriste enquête", language="fr") == set()
    assert countries("Le Pôle Nord fond, dit un ministre polonais", language="fr") >= {"PL"}
