"""Signs around names: what the compiled reading of a page sees is what a plain one sees."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.native.place_signs import SIGNS, SignWeights
from watcher.native.surroundings import Surroundings
from watcher.native.word_classes import CLASSES, WordClasses
from watcher.text.context import bits_of, names_of
from watcher.text.fold import fold
from watcher.text.page import CAPITAL, SMALL, Page, page_of

DETERMINISTIC = settings(derandomize=True, max_examples=150, deadline=None)

WORDS = {
    "given": ("ann", "jordan"),
    "title": ("dr",),
    "body": ("times",),
    "place": ("city",),
    "direction": ("north",),
    "preposition": ("to", "in"),
    "strong": ("in", "في"),
    "money": ("دعم",),
    "financial": ("مالي",),
    "verb": ("said",),
    "state": ("state",),
    "state_office": ("gov",),
    "state_body": ("senate",),
    "home": ("fbi", "مالي"),
}
COMMON = {"en": ("nice",), "fr": ("pole", "sur")}
TABLE = WordClasses(WORDS, COMMON)
KNOWN = sorted({word for words in (*WORDS.values(), *COMMON.values()) for word in words})

PIECES = st.sampled_from(
    [*KNOWN, *(word.title() for word in KNOWN), "lyon", "Lyon", "X", "LYON", "٣", "中", "\x00", "\ud800", "𐐀"]
)
GAPS = st.sampled_from(
    [" ", " ", " ", "-", "'", ". ", ".", "' ", ", ", "! ", ' "', "\n", " : ", "", "\u200b"]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Words of a page that may name a place."""

    first: int
    last: int
    proclitics: str
    is_acronym: bool
    is_sure: bool


@st.composite
def pages(draw: st.DrawFn) -> tuple[Page, list[Stretch]]:
    """Give a page with some stretches on it, none of which overlap."""
    pieces = draw(st.lists(st.tuples(PIECES, GAPS), max_size=25))
    page = page_of("body", fold("".join(word + gap for word, gap in pieces)))
    found, at = [], 0
    while at < len(page.starts):
        last = min(at + draw(st.integers(0, 2)), len(page.starts) - 1)
        if draw(st.booleans()):
            proclitics = draw(st.sampled_from(["", "", "و", "ب"]))
            flags = draw(st.tuples(st.booleans(), st.booleans()))
            found.append(
                Stretch(first=at, last=last, proclitics=proclitics, is_acronym=flags[0], is_sure=flags[1])
            )
        at = last + 1
    return page, found


def view_of(page: Page, stretches: list[Stretch], language: str) -> Surroundings:
    view = Surroundings(TABLE, page.words, language, page.is_headline, page.is_shouted)
    for one in stretches:
        view.take(one.first, one.last, one.is_sure, one.is_acronym)
    return view


class Plain:
    """The same, as one would write it down."""

    def __init__(self, page: Page, stretches: list[Stretch], language: str) -> None:
        self.page, self.language = page, language
        self.taken = {at for one in stretches for at in range(one.first, one.last + 1)}
        self.sure = {at for one in stretches if one.is_sure for at in range(one.first, one.last + 1)}

    def is_in(self, at: int, *classes: str) -> bool:
        return any(self.page.word(at) in WORDS[one] for one in classes)

    def is_capital(self, at: int) -> bool:
        return self.page.cases[at] == CAPITAL

    def is_adjacent(self, at: int) -> bool:
        return self.page.gap(at) in (" ", "-", "'", ". ", ".", "' ")

    def is_common(self, at: int, *languages: str) -> bool:
        return any(self.page.word(at) in COMMON[one] for one in languages)

    def surnames(self) -> set[str]:
        found = set()
        for at in range(len(self.page.starts)):
            if not (self.is_capital(at) and self.is_in(at, "given", "title")):
                continue
            for nearby in range(at + 1, min(at + 4, len(self.page.starts))):
                if not (self.is_capital(nearby) and self.is_adjacent(nearby)) or self.is_in(
                    nearby, "body", "place"
                ):
                    break
                if {at, nearby} <= self.sure:
                    break
                if len(self.page.word(nearby)) > 1:
                    found.add(self.page.word(nearby))
        return found

    def signs(self, one: Stretch, end: int, persons: set[str], small: set[str]) -> set[str]:
        page = self.page
        found = self.before(one.first) | self.behind(one, end)
        found |= {"shouted" if page.is_shouted else "headline"} if page.is_headline else set()
        found |= {"acronym"} if one.is_acronym else set()
        found |= {"stripped"} if one.proclitics else set()
        found |= {"strong_preposition"} if "ب" in one.proclitics else set()
        found |= {"uncased"} if page.cases[one.first] not in (CAPITAL, SMALL) else set()
        if one.last > one.first:
            return found | {"several_words"}
        word = page.word(one.first)
        languages = (self.language,) if self.language in COMMON else tuple(COMMON)
        found |= {"common_word"} if self.is_common(one.first, *languages) else set()
        found |= {"given_name"} if self.is_in(one.first, "given") else set()
        found |= {"person_here"} if word in persons else set()
        is_marked = self.is_capital(one.first) and not one.is_acronym
        return found | ({"small_elsewhere"} if is_marked and word in small else set())

    def before(self, at: int) -> set[str]:
        gap = self.page.gap(at)
        found = {"starts_sentence"} if not at or re.search(r'[.!?:\n]|"$', gap) else set()
        if not at or not self.is_adjacent(at):
            return found
        left = at - 1
        if self.is_in(left, "money") and self.is_in(at, "financial"):
            return found | {"adjective"}
        if self.is_in(left, "strong"):
            return found | {"strong_preposition"}
        if self.is_in(left, "preposition"):
            return found | {"weak_preposition"}
        if not self.is_capital(left) or left in self.taken:
            return found
        if self.is_in(left, "given", "title") or (len(self.page.word(left)) == 1 and gap != "'"):
            return found | {"after_given_name"}
        is_plain = self.is_in(left, "direction", "preposition") or self.is_common(left, *COMMON)
        return found if is_plain or self.page.is_headline else found | {"after_capital"}

    def behind(self, one: Stretch, end: int) -> set[str]:
        page, after, found = self.page, one.last + 1, set()
        if after >= len(page.starts):
            return found
        if page.gap(after) == " ":
            is_body = after + 1 < len(page.starts) and self.is_in(after + 1, "state_body")
            is_state = self.is_in(after, "state") and is_body
            found |= {"governed"} if is_state or self.is_in(after, "state_office") else set()
        if page.folded.text[end : page.starts[after]] not in (" ", "-"):
            return found
        found |= {"before_person_verb"} if self.is_in(after, "verb") else set()
        if not self.is_capital(after):
            return found
        if self.is_in(after, "body"):
            return found | {"before_body"}
        if self.is_in(after, "place"):
            return found | {"before_place_word"}
        if one.first == one.last and self.is_in(one.first, "given") and after not in self.sure:
            return found | {"given_before_capital"}
        return found if after in self.taken or page.is_headline else found | {"before_capital"}


@DETERMINISTIC
@given(pages(), st.sampled_from(["en", "fr", "ar", "und"]), st.integers(0, 2))
def test_signs_are_those_that_a_plain_reading_finds(
    made: tuple[Page, list[Stretch]], language: str, more: int
) -> None:
    page, stretches = made
    view, plain = view_of(page, stretches, language), Plain(page, stretches, language)
    persons = view.surnames()
    assert persons == plain.surnames()
    words = [page.word(at) for at in range(len(page.starts))]
    small = {word for word, case in zip(words, page.cases, strict=True) if case == SMALL}
    alone = [one for one in stretches if one.first == one.last and not one.is_acronym]
    capitals = {words[one.first] for one in alone if page.cases[one.first] == CAPITAL}
    # Of the hashes, it is known only which words they stand for: here, all that are alike are one.
    assert len(view.capitals) == len(capitals)
    hashes = view.small_among(view.capitals)
    assert len(hashes) == len(capitals & small)
    assert view.home_words() == {word for word in words if word in WORDS["home"]}
    for one in stretches:
        end = page.ends[one.last] + more  # the point of an acronym, say
        bits = view.signs(one.first, one.last, end, one.proclitics, one.is_acronym, persons, hashes)
        assert set(names_of(bits)) == plain.signs(one, end, persons, small)


@pytest.mark.parametrize("word", ["", "nice", "مالي", "jordanx", "jorda", "\ud800", "x" * 100_000])
def test_the_classes_of_a_word_are_those_that_list_it(word: str) -> None:
    listed = {name for name, words in {**WORDS, **COMMON}.items() if word in words}
    assert TABLE.of(word) == listed


def test_many_words_keep_their_classes() -> None:
    many = [f"word{number}" for number in range(3_000)]
    table = WordClasses({name: many[at::7] for at, name in enumerate(CLASSES)}, {})
    for at in range(0, 3_000, 97):
        assert table.of(many[at]) == {
            name for number, name in enumerate(CLASSES) if at % 7 == number % 7 and at >= number
        }
    assert not table.of("word3000")


def test_what_is_no_word_of_a_page_is_refused() -> None:
    page = page_of("body", fold("Lyon and Nice"))
    view = view_of(page, [], "en")
    for first, last in ((-1, 0), (0, 3), (2, 1)):
        with pytest.raises(IndexError):
            view.take(first, last, False, False)
        with pytest.raises(IndexError):
            view.signs(first, last, 4, "", False, set(), set())


def test_a_confidence_is_the_logistic_of_the_odds_and_the_weights_of_the_signs() -> None:
    weights = SignWeights([at / 10 for at in range(len(SIGNS))])
    bits = bits_of(SIGNS[3], SIGNS[7])
    assert math.isclose(weights.confidence(-0.5, bits), 1 / (1 + math.exp(-0.5)), rel_tol=1e-12)
    assert weights.confidence(1e9, 0) <= 1.0
    assert weights.confidence(-1e9, 0) > 0.0
