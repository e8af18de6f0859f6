"""A sighting → the signs around it by which a reader tells a place from a person, a team or a newspaper.

Comes in: pages with their sightings. Goes out: for each sighting the names of the signs that hold, all of them facts
of the text. Called by `resolve`, which gives each sign a weight; the word tables are in `cues`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from watcher.text.cues import (
    BODY_WORDS,
    COMMON_WORDS,
    DIRECTIONS,
    GIVEN_NAMES,
    MONEY_NOUNS,
    PERSON_TITLES,
    PERSON_VERBS,
    PLACE_PREPOSITIONS,
    PLACE_WORDS,
    STRONG_PREPOSITIONS,
)
from watcher.text.page import CAPITAL, SMALL, Page
from watcher.text.spotting import Sighting

_ADJACENT = frozenset((" ", "-", "'", ". ", ".", "' "))
_STARTS = re.compile(r'[.!?:\n]|"$')
_BEFORE_NAMES = GIVEN_NAMES | PERSON_TITLES
_NO_NAMES = BODY_WORDS | PLACE_WORDS
_PLAIN_CAPITALS = DIRECTIONS | PLACE_PREPOSITIONS | frozenset().union(*COMMON_WORDS.values())
_ANY_LANGUAGE = frozenset().union(*COMMON_WORDS.values())
_FINANCIAL = "مالي"
_SURE_KINDS = frozenset(("country", "people", "region"))
_LONGEST_PERSON_WORDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the words of an item tell as a whole.

    `pages`: where they stand; `surnames`: words that follow a given name or a title; `common`: words of its language
    that are also names of towns.
    """

    pages: tuple[Page, ...]
    surnames: frozenset[str]
    common: frozenset[str]
    _small: dict[str, bool] = field(default_factory=dict)

    def has_small(self, word: str) -> bool:
        """Tell whether the item writes a word with a small letter; looked for once, as names come several times."""
        found = self._small.get(word)
        if found is None:
            found = self._small[word] = any(page.has_small(word) for page in self.pages)
        return found


def vocabulary(pages: Iterable[Page], language: str) -> Vocabulary:
    """Gather what the words of an item tell."""
    surnames: set[str] = set()
    for page in pages:
        cases, sure = page.cases, sure_words(page)
        for at in page.marked:
            if cases[at] == CAPITAL and page.word(at) in _BEFORE_NAMES:
                surnames.update(_surnames(page, at, sure))
    common = COMMON_WORDS.get(language, _ANY_LANGUAGE)
    return Vocabulary(pages=tuple(pages), surnames=frozenset(surnames), common=common)


def sure_words(page: Page) -> frozenset[int]:
    """Give the indices of the words in names of countries, peoples and regions: no last name of anybody by chance."""
    return frozenset(
        at
        for one in page.sightings
        if one.candidates[0].kind in _SURE_KINDS
        for at in range(one.first, one.last + 1)
    )


def _surnames(page: Page, at: int, sure: frozenset[int]) -> Iterable[str]:
    """Yield the capitalised words right behind a given name or title."""
    for nearby in range(at + 1, min(at + _LONGEST_PERSON_WORDS, len(page.starts))):
        word = page.word(nearby)
        if page.cases[nearby] != CAPITAL or page.gap(nearby) not in _ADJACENT or word in _NO_NAMES:
            return
        if at in sure and nearby in sure:
            return  # "Jordan Syria border" is two countries; "Michael Jordan" is not
        if len(word) > 1:
            yield word


def observe(one: Sighting, known: Vocabulary, taken: frozenset[int], sure: frozenset[int]) -> list[str]:
    """Give the signs around a sighting.

    Args:
        one: what was seen.
        known: what the item's words tell.
        taken: indices of the words of its page that belong to sightings: a name before a name is no person's.
        sure: those of `taken` in names of countries, peoples and regions.
    """
    signs = _signs_of_word(one, known)
    signs.extend(_signs_before(one, taken))
    signs.extend(_signs_behind(one, taken, sure, is_given="given_name" in signs))
    if one.page.is_headline:
        signs.append("shouted" if one.page.is_shouted else "headline")
    return signs


def _signs_of_word(one: Sighting, known: Vocabulary) -> list[str]:
    page = one.page
    signs = []
    if one.is_acronym:
        signs.append("acronym")
    if one.proclitics:
        signs.append("stripped")
    if page.cases[one.first] not in (CAPITAL, SMALL):
        signs.append("uncased")
    if one.last > one.first:
        signs.append("several_words")
        return signs
    word = page.word(one.first)
    if word in known.common:
        signs.append("common_word")
    if word in GIVEN_NAMES:
        signs.append("given_name")
    if word in known.surnames:
        signs.append("person_here")
    if page.cases[one.first] == CAPITAL and not one.is_acronym and known.has_small(word):
        signs.append("small_elsewhere")
    return signs


def _signs_before(one: Sighting, taken: frozenset[int]) -> Iterable[str]:
    page, at = one.page, one.first
    gap = page.gap(at)
    if gap != " " and (not at or _STARTS.search(gap)):
        yield "starts_sentence"
    if "ب" in one.proclitics:
        yield "strong_preposition"
    if not at or gap not in _ADJACENT:
        return
    left = page.word(at - 1)
    if left in MONEY_NOUNS and page.word(at) == _FINANCIAL:
        yield "adjective"
    elif left in STRONG_PREPOSITIONS:
        yield "strong_preposition"
    elif left in PLACE_PREPOSITIONS:
        yield "weak_preposition"
    elif page.cases[at - 1] == CAPITAL and at - 1 not in taken:
        if left in _BEFORE_NAMES or (len(left) == 1 and gap != "'"):
            yield "after_given_name"
        elif left not in _PLAIN_CAPITALS and not page.is_headline:
            yield "after_capital"


def _signs_behind(
    one: Sighting, taken: frozenset[int], sure: frozenset[int], *, is_given: bool
) -> Iterable[str]:
    page, after = one.page, one.last + 1
    if after >= len(page.starts) or page.folded.text[one.end : page.starts[after]] not in (" ", "-"):
        return
    right = page.word(after)
    if right in PERSON_VERBS:
        yield "before_person_verb"
    if page.cases[after] != CAPITAL:
        return
    if right in BODY_WORDS:
        yield "before_body"
    elif right in PLACE_WORDS:
        yield "before_place_word"
    elif is_given and after not in sure:
        yield "given_before_capital"
    elif after not in taken and not page.is_headline:
        yield "before_capital"
