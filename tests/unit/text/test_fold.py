"""Folding: equal words become equal strings, and every offset leads back to the right characters."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.text.fold import fold, fold_char, fold_term

DETERMINISTIC = settings(derandomize=True, max_examples=80, deadline=None)

# Characters that grow, vanish, or sit beside each other in news: hit far more often than by chance.
TRICKY = st.text(
    st.one_of(
        st.sampled_from(
            "aÉéßœŒÆﬁﬀ½ﷺﻻإأآٱىةـ\u064e\u0651\u0301\u0308\u200b\u202e\ufeff\ud800\udfff’“—\u00a0\u2028\n\t  ١۲３Ⅷ™²İıσς"
        ),
        st.characters(),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("L’ÉTAT", "l'etat"),
        ("Straße", "strasse"),
        ("cœur Œuvre", "coeur oeuvre"),
        ("e\u0301te\u0301", "ete"),
        ("ﬁnal ＦＵＬＬ", "final full"),
        ("«Daech» – “IS”", '"daech" - "is"'),
        ("إرهاب أمن آمن ٱلله", "ارهاب امن امن الله"),
        ("مستشفى", "مستشفي"),
        ("الإِرْهَـــابِيّون", "الارهابيون"),
        ("مدينة", "مدينة"),
        ("١٢٣ ۴۵۶ ７８", "123 456 78"),
        ("کابل ایران", "كابل ايران"),
        ("Ben\u00a0Guerdane", "ben guerdane"),
        ("so\u00adft zero\u200bwidth \u202eright\u202c", "soft zerowidth right"),
        ("İstanbul DİYARBAKIR ılıca", "istanbul diyarbakir ilica"),
        ("Łódź Đà Nẵng", "lodz da nang"),
        ("note² brand™", "note² brand™"),
        ("ずっと が", "ずっと が"),
        ("한국", "한국"),
    ],
)
def test_spellings_of_one_word_fold_alike(written: str, folded: str) -> None:
    assert fold(written).text == folded


def test_runs_of_white_space_become_one_space() -> None:
    folded = fold("armed \n\n  group\tleft")
    assert folded.text == "armed group left"
    assert folded.origin(6, 11) == (10, 15)


def test_a_term_is_folded_without_outer_space() -> None:
    assert fold_term("  Al-Qaïda  au\nMaghreb ") == "al-qaida au maghreb"


def test_lone_surrogates_can_be_encoded_after_folding() -> None:
    assert fold("a\ud800b").text.encode() == "a\ufffdb".encode()


def test_the_usual_text_needs_no_map_of_offsets() -> None:
    assert fold("L’armée a tué trois djihadistes près de Kasserine. قتل").origins is None


def test_a_character_that_grows_is_given_back_whole() -> None:
    folded = fold("die Straße dort")
    at = folded.text.index("sse")
    assert folded.origin(at, at + 2) == (8, 9)
    assert folded.origin(at + 1, at + 3) == (8, 10)


def test_accents_behind_the_last_letter_belong_to_it() -> None:
    text = "cafe\u0301 noir"
    folded = fold(text)
    start, end = folded.origin(0, 4)
    assert text[start:end] == "cafe\u0301"


def test_an_empty_stretch_stays_empty() -> None:
    folded = fold("ﬁn de l\u200ba")
    assert folded.origin(3, 3) == (2, 2)
    assert folded.origin(len(folded.text), len(folded.text)) == (9, 9)


@DETERMINISTIC
@given(TRICKY)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@DETERMINISTIC
@given(TRICKY)
def test_every_folded_character_comes_from_where_its_origin_says(text: str) -> None:
    folded = fold(text)
    for at, char in enumerate(folded.text):
        start, end = folded.origin(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert char in fold_char(text[start])


@DETERMINISTIC
@given(TRICKY, st.data())
def test_the_stretch_given_back_folds_to_the_stretch_asked_for(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    first, last = folded.origin(start, end)
    assert folded.text[start:end] in fold(text[first:last]).text or start == end


@DETERMINISTIC
@given(TRICKY)
def test_a_text_folds_as_its_characters_do_one_by_one(text: str) -> None:
    pairs = [(char, at) for at, source in enumerate(text) for char in fold_char(source)]
    kept = [
        pair for last, pair in zip([("", 0), *pairs], pairs, strict=False) if (last[0], pair[0]) != (" ", " ")
    ]
    folded = fold(text)
    assert folded.text == "".join(char for char, _ in kept)
    origins = folded.origins if folded.origins is not None else range(len(text))
    assert list(origins) == [at for _, at in kept]


@DETERMINISTIC
@given(TRICKY)
def test_origins_never_run_backwards(text: str) -> None:
    folded = fold(text)
    starts = [folded.origin(at, at + 1)[0] for at in range(len(folded.text))]
    assert starts == sorted(starts)


@DETERMINISTIC
@given(TRICKY)
def test_a_long_text_folds_as_its_parts_do(text: str) -> None:
    before = 200
    separate = "a" * before
    alone, within = fold(f".{text}."), fold(f"{separate}.{text}.")
    assert within.text == separate + alone.text
    assert [within.origin(at, at + 1)[0] - before for at in range(before, len(within.text))] == [
        alone.origin(at, at + 1)[0] for at in range(len(alone.text))
    ]


@pytest.mark.parametrize("unit", ["é", "ß", "\u0301", "\u200b", " ", "ـ", "x\u202e  ", "\ud800"])
def test_a_huge_text_folds_in_bounded_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    start = time.process_time()
    folded = fold(text)
    folded.origin(0, len(folded.text))
    assert time.process_time() - start < 5


def test_a_letter_under_endless_accents_is_given_back_quickly() -> None:
    text = "e" + "\u0301" * 50_000
    start, end = fold(text).origin(0, 1)
    assert (start, end) == (0, 33)


@DETERMINISTIC
@given(TRICKY, st.integers(0, 70))
def test_the_beginning_of_a_folded_text_is_the_folded_beginning(text: str, length: int) -> None:
    assert fold(text).beginning(length) == fold(text[:length]).text
