"""A sighting → what stands around it: the signs by which a reader tells a place from a person or a newspaper.

Comes in: a page with its sightings. Goes out: a `Context` for each. Called by `resolve`; the tables are in `cues`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watcher.text.cues import (
    BODY_WORDS,
    COMMON_ARABIC,
    COMMON_WORDS,
    DIRECTIONS,
    GIVEN_NAMES,
    PERSON_TITLES,
    PERSON_VERBS,
    PLACE_PREPOSITIONS,
    PLACE_WORDS,
    STRONG_PREPOSITIONS,
)
from watcher.text.spotting import Page, Sighting

_ADJACENT = (" ", "-", "'", ". ", ".")
_ENDS = ".!?:\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Signs around a sighting; all are facts of the text, none is a judgement.

    after_given_name: a given name, an initial or a title stands right before it.
    after_capital: another capitalised word stands right before it, no direction, people or place.
    before_body: a word of papers, teams, firms or streets follows with a capital.
    before_place_word: a word such as County or Police follows with a capital.
    before_capital: another capitalised word follows.
    after_preposition: 0 none, 1 one that may lead to a place, 2 one that mostly does.
    starts_sentence: so that its capital says nothing.
    is_given_name: the name, one word, is also given to people.
    is_common_word: it is also a word of a large language, or stands in small letters elsewhere in the item.
    is_person_here: the item names a person so.
    """

    after_given_name: bool
    after_capital: bool
    before_body: bool
    before_place_word: bool
    before_capital: bool
    before_person_verb: bool
    after_preposition: int
    starts_sentence: bool
    is_given_name: bool
    is_common_word: bool
    is_small_elsewhere: bool
    is_person_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the words of an item tell as a whole: those written small, and the last names of people."""

    small: frozenset[str]
    surnames: frozenset[str]


def vocabulary(pages: Iterable[Page]) -> Vocabulary:
    """Gather the words that an item writes small, and those that follow a given name or a title."""
    small: set[str] = set()
    surnames: set[str] = set()
    for page in pages:
        words = page.words
        small.update(word.text for word in words if word.is_cased and not word.is_capital)
        for at in range(len(words) - 1):
            if words[at].is_capital and words[at].text in GIVEN_NAMES | PERSON_TITLES:
                _gather_surnames(page, at, surnames)
    return Vocabulary(small=frozenset(small), surnames=frozenset(surnames))


def _gather_surnames(page: Page, at: int, surnames: set[str]) -> None:
    """Add the capitalised words right behind a given name or title."""
    words = page.words
    for nearby in range(at + 1, min(at + 4, len(words))):
        word = words[nearby]
        is_name = word.is_capital and page.between(nearby - 1, nearby) in _ADJACENT
        if not is_name or word.text in BODY_WORDS or word.text in PLACE_WORDS:
            return
        if word.text not in GIVEN_NAMES and word.end - word.start > 1:
            surnames.add(word.text)


def observe(sighting: Sighting, known: Vocabulary, taken: set[int]) -> Context:
    """Look around a sighting.

    Args:
        sighting: what was seen.
        known: words of the whole item.
        taken: indices of the words of this page that belong to sightings.
    """
    page, words = sighting.page, sighting.page.words
    before = words[sighting.first - 1] if sighting.first else None
    gap = page.between(sighting.first - 1, sighting.first) if before else "\n"
    is_adjacent = gap in _ADJACENT
    left = before.text if before and is_adjacent else ""
    is_left_capital = bool(before and is_adjacent and before.is_capital)
    right, gap_right = _right(page, sighting)
    single = sighting.name if sighting.first == sighting.last else ""
    is_name = left in GIVEN_NAMES or left in PERSON_TITLES or (len(left) == 1 and left not in "aeouy")
    return Context(
        after_given_name=is_left_capital and is_name and sighting.first - 1 not in taken,
        after_capital=is_left_capital
        and not is_name
        and left not in DIRECTIONS
        and left not in PLACE_PREPOSITIONS
        and left not in COMMON_WORDS
        and sighting.first - 1 not in taken,
        before_body=bool(right) and right in BODY_WORDS,
        before_place_word=bool(right) and right in PLACE_WORDS,
        before_capital=bool(right) and right not in BODY_WORDS and right not in PLACE_WORDS and sighting.last + 1 not in taken,
        before_person_verb=_verb_follows(page, sighting),
        after_preposition=_preposition(left),
        starts_sentence=before is None or any(end in gap for end in _ENDS) or '"' in gap,
        is_given_name=single in GIVEN_NAMES,
        is_common_word=single in COMMON_WORDS or single in COMMON_ARABIC,
        is_small_elsewhere=single in known.small,
        is_person_here=single in known.surnames or words[sighting.last].text in known.surnames and not single,
    )


def _right(page: Page, sighting: Sighting) -> tuple[str, str]:
    """Give the capitalised word right behind a sighting, empty where there is none, and what stands between."""
    after = sighting.last + 1
    if after >= len(page.words):
        return "", "\n"
    gap = page.folded.text[sighting.end : page.words[after].start]
    word = page.words[after]
    return (word.text if word.is_capital and gap in (" ", "-") else ""), gap


def _verb_follows(page: Page, sighting: Sighting) -> bool:
    after = sighting.last + 1
    return after < len(page.words) and page.words[after].text in PERSON_VERBS


def _preposition(left: str) -> int:
    if left in STRONG_PREPOSITIONS:
        return 2
    return 1 if left in PLACE_PREPOSITIONS else 0


