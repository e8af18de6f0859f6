"""Inflected forms in rules: found in the item's language, with exact evidence, by the index, and without useless work."""

from __future__ import annotations

import pytest

from tests.support.matching import (
    FEED,
    GAZETTEER,
    document,
    engine_of,
    evidence,
    holds,
    matches,
    problems_of,
    read_rule,
)
from watcher.match.check import cross_check
from watcher.match.compile import compile_rules
from watcher.match.engine import Engine


@pytest.mark.parametrize(
    ("condition", "language", "title", "expected"),
    [
        ("{lemma: cross}", "en", "Gunmen crossing at night", True),
        ("{lemma: cross}", "en", "Gunmen Crossed at night", True),
        ("{lemma: cross}", "en", "People across the border", False),
        ("{lemma: [cross, flee]}", "en", "They fled", True),
        ("{lemma: fuir}", "fr", "Ils fuient vers l'est", True),
        ("{lemma: évader}", "fr", "L’évadé s'évade", True),
        ("{lemma: fuir}", "fr", "La fuite d'eau", False),
        ("{lemma: تسلل}", "ar", "مسلحون يتسللون عبر الحدود", True),
        ("{lemma: تسلل}", "ar", "إحباط عملية التسلل", True),
        ("{lemma: تسلل}", "ar", "حدود تونس", False),
        ("{lemma: fuir}", "en", "Ils fuient", False),
        ("{lemma: cross}", "tr", "cross", True),
        ("{lemma: cross}", "und", "crossing", False),
        ("{lemma: تسلل}", "und", "تسلل", True),
        ("{near: [{lemma: cross}, border], within: 3}", "en", "They crossed the border", True),
        (
            "{near: [{lemma: cross}, border], within: 3}",
            "en",
            "They crossed a very long stretch of border",
            False,
        ),
        ("{sequence: [{lemma: flee}, {lemma: cross}], within: 5}", "en", "Fleeing men crossed", True),
        ("{sequence: [{lemma: flee}, {lemma: cross}], within: 5}", "en", "Crossing, men fled", False),
        ("{count: {lemma: cross}, min: 2}", "en", "One crosses, two crossed", True),
        ("{all: [{none: [{lemma: cross}]}, men]}", "en", "men crossed", False),
        ("{score: [{term: {lemma: cross}, weight: 2}], threshold: 2}", "en", "crossed", True),
    ],
)
def test_it_finds_forms_in_the_language_of_the_item(
    condition: str, language: str, title: str, expected: bool
) -> None:
    assert holds(condition, title, language=language) is expected


def test_it_looks_only_where_field_says() -> None:
    assert holds("{field: title, match: {lemma: cross}}", "They crossed", "x")
    assert not holds("{field: title, match: {lemma: cross}}", "x", "They crossed")
    assert not holds("{field: lead, match: {lemma: cross}}", "x", "One. Two. They crossed.")
    assert holds("{field: categories, match: {lemma: cross}}", "x", categories=("crossing",))


@pytest.mark.parametrize(
    ("language", "lemma", "title", "found"),
    [
        ("en", "cross", "🚀 They CROSSED the “crossing”", ["CROSSED", "crossing"]),
        ("fr", "évader", "e\u0301té : l’évadé et d'autres évadés", ["évadé", "évadés"]),
        ("fr", "évader", "L’e\u0301vade\u0301 !", ["e\u0301vade\u0301"]),
        ("ar", "تسلل", "عاجل: مُسلّحون يتسلّلون وتسلـلوا", ["يتسلّلون", "وتسلـلوا"]),
        ("de", "Angriff", "Straße: Angriffe", ["Angriffe"]),
    ],
)
def test_evidence_is_the_word_as_written(language: str, lemma: str, title: str, found: list[str]) -> None:
    engine = engine_of(f"match: {{lemma: {lemma}}}")
    read = document(title, "", language=language)
    assert evidence(matches(engine, read)) == [(text, f"match.lemma:{lemma}") for text in found]


def test_the_index_proposes_rules_by_their_forms() -> None:
    engine = engine_of("match: {all: [{lemma: [infiltrate, sneak]}, border]}")
    texts = ("They sneaked over the border", "They crossed the border", "They sneaked in")
    views = [engine.view(document(text), FEED) for text in texts]
    assert [len(engine._candidates(view)) for view in views] == [1, 0, 0]


class Counting:
    """Counts what is asked of it; a word is a form of itself."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def headword(self, written: str, language: str) -> str:
        return written

    def readings(self, word: str, language: str) -> frozenset[str]:
        self.asked.append(word)
        return frozenset((word,))


def test_each_word_is_read_once_and_only_where_a_form_can_be() -> None:
    lemmas = Counting()
    engine = Engine(compile_rules([read_rule("match: {lemma: cross}")], {}, GAZETTEER, lemmas))
    for _ in range(3):
        assert matches(engine, document("cross cross it", ""))
    assert sorted(lemmas.asked) == ["cross", "it"]
    assert not matches(engine, document("عبر الحدود", "", language="ar"))
    assert len(lemmas.asked) == 2
    plain = Engine(compile_rules([read_rule("match: cross")], {}, GAZETTEER, lemmas))
    assert matches(plain, document("cross it now", ""))
    assert len(lemmas.asked) == 2


def test_a_text_of_endlessly_many_words_is_not_read_to_its_end() -> None:
    lemmas = Counting()
    engine = Engine(compile_rules([read_rule("match: {lemma: cross}")], {}, GAZETTEER, lemmas))
    body = " ".join(f"x{n}" for n in range(50_000))
    [found] = matches(engine, document("", f"{body} crossed cross"))
    assert [one.text for one in found.evidence] == ["cross"]
    assert len(lemmas.asked) == 20_000


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        ("cross*", ("match", "lemma"), "wildcard"),
        ("cross the border", ("match", "lemma"), "several words"),
        ("[cross, '']", ("match", "lemma", 1), "empty"),
        ("[cross, flee over]", ("match", "lemma", 1), "several words"),
        ("[]", ("match", "lemma"), "empty"),
        ("5", ("match", "lemma"), "in quotes"),
        ("no", ("match", "lemma"), "in quotes"),
        ("'#x'", ("match", "lemma"), "not part of a word"),
        ("国境", ("match", "lemma"), "without spaces"),
    ],
)
def test_what_is_no_word_is_refused(value: str, path: tuple[str | int, ...], message: str) -> None:
    [problem] = problems_of(f"match: {{lemma: {value}}}")
    assert problem.path == path
    assert message in problem.message
    assert not problem.is_warning


def test_a_language_without_inflection_is_warned_of() -> None:
    rule = read_rule(
        "{match: {lemma: cross}, from: {languages: [en, tr]}, tests: [{title: a1, expect: match}]}"
    )
    [(_, problem)] = cross_check([rule], {}, GAZETTEER, [])
    assert problem.is_warning
    assert "no inflection is known of 'tr'" in problem.message
    arabic = read_rule(
        "{match: {lemma: cross}, from: {languages: [ar]}, tests: [{title: a1, expect: match}]}"
    )
    [(_, problem)] = cross_check([arabic], {}, GAZETTEER, [FEED])
    assert "no terms that could hold" in problem.message
