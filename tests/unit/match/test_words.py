"""Phrases, wildcards, exact spellings and lists: what counts as the same word, in three scripts."""

from __future__ import annotations

import pytest

from tests.support.matching import document, engine_of, evidence, holds, matches


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("border", "The BORDER is shut"),
        ("border", "cross-border raid"),
        ("border", "“border”"),
        ("Al-Qaeda", "al Qaeda said"),
        ("Al Qaeda", "an Al‑Qaeda cell"),
        ("Islamic State group", 'the "Islamic State" group'),
        ("Ben Guerdane", "à Ben-Guerdane,"),
        ("armée", "l'armée tire"),
        ("armée", "L’ARMEE TIRE"),
        ("frontière", "la frontiere"),
        ("otage", "jusqu'otage"),
        ("Straße", "die STRASSE"),
        ("U.S.", "the U.S. army"),
        ("東京", "今日は東京都で"),
        ("Tunisia", "Tunisia's army"),
        ("G5", "the Ｇ５ force"),
    ],
)
def test_a_phrase_is_found_however_it_is_written(term: str, text: str) -> None:
    assert holds(f'"{term}"', body=text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("border", "borderline"),
        ("Tor", "FileStore"),
        ("is", "this Isabel"),
        ("Tunisia border", "in Tunisia. Border guards"),
        ("armed group", "armed groups"),
        ("U.S.", "us and them"),
        ("مسلح", "المسلحون"),
    ],
)
def test_a_phrase_is_whole_words_in_one_phrase(term: str, text: str) -> None:
    assert not holds(f'"{term}"', body=text)


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("حدود", "على الحدود", "حدود"),
        ("حدود", "والحدود", "حدود"),
        ("حدود", "بحدود البلاد", "حدود"),
        ("حدود", "للحدود", "حدود"),
        ("الحدود", "عبر الحدود", "الحدود"),
        ("الحدود", "وبالحدود", "الحدود"),
        ("الحدود", "للحدود", "حدود"),
        ("الإرهاب", "الارهاب", "الارهاب"),
        ("إرهابيون", "وإرهابيون", "إرهابيون"),
        ("مجموعة مسلحة", "المجموعة المسلحة", "مجموعة المسلحة"),
        ("مجموعة مسلحة", "ومجموعةٌ مُسَلَّحة", "مجموعةٌ مُسَلَّحة"),
        ("الدولة الإسلامية", "بالدولة الإسلامية", "الدولة الإسلامية"),
        ("متسلل*", "والمتسللين", "متسللين"),
        ("ألمانيا", "لألمانيا", "ألمانيا"),
        ("سيعبر", "وسيعبر", "سيعبر"),
    ],
)
def test_arabic_particles_are_seen_through(term: str, text: str, found: str) -> None:
    got = evidence(matches(engine_of(f'match: "{term}"'), document(body=text, language="ar")))
    assert got == [(found, "match")]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("حدود", "محدود"),  # limited: the m is no particle
        ("الحدود", "حدود"),  # written with the article, so meant with it
        ("حد", "وحد"),  # too short to tell the particle from the root
        ("حرس حدود", "حرس وحدود"),  # guards and borders
    ],
)
def test_letters_that_are_no_particles_are_not_seen_through(term: str, text: str) -> None:
    assert not holds(f'"{term}"', body=text, language="ar")


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("infiltrat*", "Infiltrators came", "Infiltrators"),
        ("infiltrat*", "they infiltrat", "infiltrat"),
        ("*stan", "in Pakistan now", "Pakistan"),
        ("organi*ation", "an organisation", "organisation"),
        ("armed group*", "the Armed-Groups of", "Armed-Groups"),
        ("évad*", "des évadées", "évadées"),
        ("*border*", "crossborderly", "crossborderly"),
    ],
)
def test_a_wildcard_stands_for_letters_of_one_word(term: str, text: str, found: str) -> None:
    assert evidence(matches(engine_of(f'match: "{term}"'), document(body=text))) == [(found, "match")]


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("milit*nt* group*", ["militant groups", "militants-group"]),  # the longest stretch begins its word
        ("milit* *roups", ["militant groups"]),
        ("mi*ant group", []),
        ("*tants gro*p", ["militants-group"]),  # it ends one
        ("pre-mil* camp", ["pre-military camp"]),  # it is in two
        ("rebel* in al*sab", ["rebels in alsab"]),
    ],
)
def test_wildcards_may_stand_in_any_word_of_a_phrase(term: str, found: list[str]) -> None:
    body = "militant groups, militants-group; pre-military camp; rebels in alsab, rebels in al-Qasab, alQasab"
    got = evidence(matches(engine_of(f'match: "{term}"'), document(body=body)))
    assert [text for text, _ in got] == found


def test_a_wildcard_does_not_leave_its_word() -> None:
    assert not holds('"armed*group"', body="armed men of a group")
    assert not holds('"border*"', body="cross-aborder")


@pytest.mark.parametrize("text", ["IS fighters", "anti-IS", "(IS)", "IS's men"])
def test_exact_is_found_as_written(text: str) -> None:
    assert holds("{exact: IS}", body=text)


@pytest.mark.parametrize("text", ["it is", "ISLAMIC", "THIS", "Is"])
def test_exact_needs_case_and_whole_words(text: str) -> None:
    assert not holds("{exact: IS}", body=text)


def test_exact_keeps_accents_and_symbols() -> None:
    assert holds("{exact: Évry}", body="à Évry")
    assert not holds("{exact: Évry}", body="à Evry")
    assert holds("{exact: AT&T}", body="AT&T said")


def test_evidence_is_the_original_text_at_its_offsets() -> None:
    body = "Selon  l’agence, l’É­tat   islamique («\u200fDaech») ﬁnance Œdipe."
    found = matches(
        engine_of('match: {all: ["état islamique", daech, finance, oedipe]}'), document(body=body)
    )
    for one in found[0].evidence:
        assert body[one.span.start : one.span.end] == one.text
    assert [text for text, _ in evidence(found)] == ["É\u00adtat   islamique", "Daech", "ﬁnance", "Œdipe"]


LISTS = "{groups: {any: [Daesh], exact: [IS], en: [but], fr: [pain, 'groupe armé']}}"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "daesh", True),
        ("fr", "DAESH", True),
        ("en", "the IS group", True),
        ("en", "it is so", False),
        ("fr", "un groupe arme", True),
        ("en", "no pain no gain", False),  # a French term is not asked of an English item
        ("fr", "but contre son camp", False),
        ("und", "un groupe armé", True),  # unknown: all terms count
        ("it", "un groupe armé", True),  # a language that the list does not have: may be guessed wrong
    ],
)
def test_terms_of_a_list_apply_to_items_of_their_language(language: str, text: str, expected: bool) -> None:
    assert holds("{list: groups}", body=text, lists=LISTS, language=language) is expected


def test_lone_surrogates_and_control_characters_move_nothing() -> None:
    body = "\ud800 border \x00\x07 IS \udfff"
    found = matches(engine_of("match: {all: [border, {exact: IS}]}"), document(body=body))
    assert [(one.span.start, one.span.end) for one in found[0].evidence] == [(2, 8), (12, 14)]
