"""Inflection by the grammars of seven languages: forms that a dictionary form must be found in, and words that are none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.text.lemmas import LANGUAGES, Lemmatizer

LEMMATIZER = Lemmatizer()

# From conjugation tables and declensions, the forms that news use.
FORMS = [
    ("en", "cross", "cross crosses crossed crossing"),
    ("en", "flee", "flee flees fled fleeing"),
    ("en", "shoot", "shoots shot shooting"),
    ("en", "leave", "leaves left leaving"),
    ("en", "kidnap", "kidnaps kidnapped kidnapping"),
    ("en", "carry", "carries carried carrying"),
    ("en", "die", "dies died dying"),
    ("en", "take", "takes took taken taking"),
    ("en", "militia", "militia militias"),
    ("en", "child", "child children"),
    ("fr", "fuir", "fuir fuis fuit fuient fui fuyant fuyaient fuira fuiront"),
    ("fr", "franchir", "franchit franchissent franchi franchie franchies franchissant franchira"),
    ("fr", "enlever", "enlève enlèvent enlevé enlevée enlevés enlevées enlevant"),
    ("fr", "traverser", "traverse traversent traversé traversée traversaient traverseront"),
    ("fr", "prendre", "prend prennent pris prise prises prenant prendra"),
    ("fr", "blesser", "blessé blessés blessées blessant"),
    ("fr", "mourir", "meurt meurent mort mortes mourra"),
    ("fr", "journal", "journal journaux"),
    ("fr", "déployer", "déploie déploient déployé déployées déployant"),
    ("ar", "تسلل", "تسلل تسللت تسللوا يتسلل يتسللون تتسلل ويتسللون سيتسللون التسلل بالتسلل متسلل المتسللين"),
    ("ar", "عبر", "عبر عبرت عبروا يعبر تعبر يعبرون سيعبر وعبروا"),
    ("ar", "قتل", "قتل قتلت قتلوا يقتل يقتلون تقتل"),
    ("ar", "اقتحم", "اقتحم اقتحمت اقتحموا يقتحم يقتحمون"),
    ("ar", "أطلق", "أطلق أطلقت أطلقوا يطلق يطلقون اطلق"),
    ("ar", "هاجم", "هاجم هاجمت هاجموا يهاجم يهاجمون"),
    ("ar", "فر", "فر فروا يفر يفرون"),
    ("ar", "مسلح", "مسلح مسلحون مسلحين المسلحون والمسلحين للمسلحين مسلحة مسلحو مسلحي"),
    ("ar", "سيارة", "سيارة السيارة سيارات سيارتان بالسيارتين سيارته وسيارتهم"),
    ("ar", "إرهابي", "إرهابي إرهابيون إرهابيين الإرهابيين ارهابي الإرهابية"),
    ("ar", "هجوم", "هجوم الهجوم بالهجوم والهجوم لهجوم هُجُوم هجـوم هجومين"),
    ("es", "cruzar", "cruza cruzan cruzó cruzaron cruzado cruzando"),
    ("es", "huir", "huye huyen huyó huyeron huido huyendo"),
    ("es", "armar", "armado armados armada armadas"),
    ("pt", "cruzar", "cruza cruzou cruzaram cruzado cruzando"),
    ("pt", "fugir", "foge fogem fugiu fugiram fugindo"),
    ("it", "fuggire", "fugge fuggono fuggito fuggiti fuggendo"),
    ("it", "armare", "armato armati armata armate"),
    ("de", "fliehen", "flieht floh flohen geflohen"),
    ("de", "überqueren", "überquert überquerte überquerten"),
    ("de", "Angriff", "Angriff Angriffe Angriffen"),
    ("de", "flüchten", "flüchtet flüchtete geflüchtet geflüchteten"),
]
OTHERS = [
    ("en", "cross", "across crossbow crossroads crow"),
    ("en", "flee", "fleet flea"),
    ("en", "kill", "kilo skill killjoy"),
    ("en", "war", "ward warm wary"),
    ("fr", "fuir", "fuite suivre fusil"),
    ("fr", "armer", "armoire alarmer"),
    ("ar", "تسلل", "سلسلة مسلسل سلة"),
    ("ar", "قتل", "مقتل قتال قتيل"),
    ("ar", "هجوم", "نجوم هجرة"),
    ("de", "fliehen", "fliegen"),
    ("es", "huir", "hoy hueso"),
]


@pytest.mark.parametrize(("language", "lemma", "forms"), FORMS)
def test_all_forms_of_a_word_are_its_forms(language: str, lemma: str, forms: str) -> None:
    head = LEMMATIZER.headword(lemma, language)
    assert [form for form in forms.split() if head not in LEMMATIZER.readings(form, language)] == []


@pytest.mark.parametrize(("language", "lemma", "others"), OTHERS)
def test_other_words_are_no_forms_of_it(language: str, lemma: str, others: str) -> None:
    head = LEMMATIZER.headword(lemma, language)
    assert [other for other in others.split() if head in LEMMATIZER.readings(other, language)] == []


@pytest.mark.parametrize(("language", "lemma", "forms"), FORMS)
def test_capitals_do_not_count(language: str, lemma: str, forms: str) -> None:
    head = LEMMATIZER.headword(lemma, language)
    for form in forms.split()[:3]:
        assert head in LEMMATIZER.readings(form.upper(), language)
        assert head in LEMMATIZER.readings(form.capitalize(), language)


def test_a_rule_may_name_a_word_by_one_of_its_forms() -> None:
    assert LEMMATIZER.headword("fled", "en") == "flee"
    assert LEMMATIZER.headword("franchissent", "fr") == "franchir"
    assert LEMMATIZER.headword("التسلل", "ar") == "تسلل"


@pytest.mark.parametrize("language", ["tr", "und", "", "xx-unknown"])
def test_without_a_dictionary_a_word_is_a_form_of_itself(language: str) -> None:
    assert LEMMATIZER.readings("Évadés", language) == {"evades"}
    assert LEMMATIZER.headword("Évadés", language) == "evades"


@given(st.text(max_size=60), st.sampled_from([*LANGUAGES, "und"]))
@settings(max_examples=75, derandomize=True, deadline=None)
def test_any_text_has_few_readings(word: str, language: str) -> None:
    readings = LEMMATIZER.readings(word, language)
    assert 1 <= len(readings) <= 400
    LEMMATIZER.headword(word, language)
