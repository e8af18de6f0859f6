"""Language: told by the text, with what the feed declares as a prior."""

import pytest

from watcher.text.language import detect, normalise


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The minister warned that fighters may cross the border in the coming days.", "en"),
        ("Le ministre a averti que des combattants pourraient franchir la frontière.", "fr"),
        ("حذر الوزير من أن المقاتلين قد يعبرون الحدود خلال الأيام المقبلة", "ar"),
        ("رئیس جمهور ایران امروز در تهران گفت که مذاکرات ادامه دارد", "fa"),
        ("وزیراعظم نے کہا ہے کہ پاکستان میں سکیورٹی کی صورتحال بہتر ہوئی ہے", "ur"),
        ("Der Minister warnte, Kämpfer könnten in den nächsten Tagen die Grenze überqueren.", "de"),
        ("El ministro advirtió que los combatientes podrían cruzar la frontera.", "es"),
        ("Министр предупредил, что боевики могут пересечь границу.", "ru"),
        ("首相は国境を越える可能性があると警告した", "ja"),
        ("部长警告说武装分子可能越过边境", "zh"),
        ("장관은 무장세력이 국경을 넘을 수 있다고 경고했다", "ko"),
    ],
)
def test_a_sentence_tells_its_language(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("headline", "language"),
    [
        ("Border closed after clashes", "en"),
        ("Gunmen storm hotel in Bamako", "en"),
        ("Instagram fixes photo bug", "en"),
        ("Djerba hotels bulge as Libyans flood in", "en"),
        ("Tennis and democracy", "en"),
        ("Attentat à Bamako", "fr"),
        ("Un soldat tué dans une attaque", "fr"),
        ("Soldat bei Angriff getötet", "de"),
        ("Migranti sbarcati a Lampedusa", "it"),
        ("Muere un soldado en un ataque", "es"),
        ("Governo aprova reforma", "pt"),
        ("Trzech uzbrojonych mężczyzn zatrzymano na granicy", "pl"),
        ("Tiga pria bersenjata ditangkap di perbatasan", "id"),
        ("Watu watatu wenye silaha wakamatwa mpakani", "sw"),
        ("انفجار قرب المطار", "ar"),
    ],
)
def test_a_short_headline_is_held_for_a_language_that_news_is_written_in(
    headline: str, language: str
) -> None:
    assert detect(headline) == language


@pytest.mark.parametrize("text", ["", "   ", "12:30", "!?", "https://example.org/a/b"])
def test_nothing_to_tell_by_is_unknown(text: str) -> None:
    assert detect(text) == "und"


def test_nothing_to_tell_by_leaves_what_the_feed_declares() -> None:
    assert detect("4-2", hint="fr-FR") == "fr"


def test_what_the_feed_declares_decides_over_a_short_headline() -> None:
    headline = "Djerba hotels bulge as Libyans flood over border for Eid"
    assert detect(headline, hint="en") == "en"


def test_a_long_text_in_another_language_is_believed_over_the_feed() -> None:
    text = "Le président tunisien a déclaré mardi que des combattants avaient franchi la frontière pendant la nuit."
    assert detect(text, hint="en") == "fr"


def test_control_characters_and_lone_surrogates_do_no_harm() -> None:
    assert detect("\ud800\u202eThe minister warned that fighters may cross the border.\x00") == "en"


@pytest.mark.parametrize(
    ("tag", "subtag"),
    [
        ("fr-FR", "fr"),
        ("EN_us", "en"),
        (" ar ", "ar"),
        ("", None),
        (None, None),
        ("no such", None),
        ("1x", None),
        ("x", None),
    ],
)
def test_a_language_tag_is_cut_to_its_primary_subtag(tag: str | None, subtag: str | None) -> None:
    assert normalise(tag) == subtag
