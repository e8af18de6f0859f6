"""Sightings → the signs around them by which a reader tells a place from a person, a team or a newspaper.

Comes in: the pages of an item with their sightings. Goes out: for each sighting the signs that hold, all of them facts of
the text, as bits. Called by `resolve`, which gives each sign a weight. The word tables are in `cues`; where words must stand
for a sign to hold is said in `native.surroundings`.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from watcher.native.place_signs import SIGNS
from watcher.native.surroundings import Surroundings
from watcher.native.word_classes import WordClasses
from watcher.text.cues import (
    BODY_WORDS,
    COMMON_WORDS,
    DIRECTIONS,
    GIVEN_NAMES,
    HOME_WORDS,
    MONEY_NOUNS,
    PERSON_TITLES,
    PERSON_VERBS,
    PLACE_PREPOSITIONS,
    PLACE_WORDS,
    STATE_BODIES,
    STATE_OFFICES,
    STRONG_PREPOSITIONS,
)
from watcher.text.page import Page

_CLASSES = WordClasses(
    {
        "given": GIVEN_NAMES,
        "title": PERSON_TITLES,
        "body": BODY_WORDS,
        "place": PLACE_WORDS,
        "direction": DIRECTIONS,
        "preposition": PLACE_PREPOSITIONS,
        "strong": STRONG_PREPOSITIONS,
        "money": MONEY_NOUNS,
        "financial": ("مالي",),
        "verb": PERSON_VERBS,
        "state": ("state",),
        "state_office": STATE_OFFICES,
        "state_body": STATE_BODIES,
        "home": HOME_WORDS,
    },
    COMMON_WORDS,
)
_SURE_KINDS = frozenset(("country", "people", "region"))
_BITS = {sign: 1 << at for at, sign in enumerate(SIGNS)}


@dataclass(slots=True, kw_only=True, eq=False)
class Observed:
    """What was seen around the sightings of an item: the signs of those of each page, and the words of one country's public
    life that it has."""

    signs: Sequence[Sequence[int]]
    home_words: Set[str]


def observe(pages: Sequence[Page], language: str) -> Observed:
    """Look around all sightings of an item.

    Args:
        pages: title and body, as `spot` gives them.
        language: of the item, ISO 639-1: whose common words are not to be taken for towns.
    """
    views = [_view(page, language) for page in pages]
    persons = frozenset().union(*(view.surnames() for view in views))
    capitals = frozenset().union(*(view.capitals for view in views))
    small = frozenset().union(*(view.small_among(capitals) for view in views))
    return Observed(
        signs=[
            [
                view.signs(one.first, one.last, one.end, one.proclitics, one.is_acronym, persons, small)
                for one in page.sightings
            ]
            for page, view in zip(pages, views, strict=True)
        ],
        home_words=frozenset().union(*(view.home_words() for view in views)),
    )


def _view(page: Page, language: str) -> Surroundings:
    """Give the words of a page with what belongs to sightings."""
    view = Surroundings(_CLASSES, page.words, language, page.is_headline, page.is_shouted)
    for one in page.sightings:
        view.take(one.first, one.last, one.candidates[0].kind in _SURE_KINDS, one.is_acronym)
    return view


def bits_of(*signs: str) -> int:
    """Give some signs as bits."""
    return sum(_BITS[sign] for sign in signs)


def names_of(signs: int) -> tuple[str, ...]:
    """Give the names of the signs that are among some bits."""
    return tuple(sign for sign, bit in _BITS.items() if signs & bit)
