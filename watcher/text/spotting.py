"""Text → the stretches that may name a place, each with its candidates and what stands around it.

Comes in: a field's folded text and the gazetteer. Goes out: `Sighting`s, longest name first where names overlap.
Called by `places`, for title and body. Nothing is decided here: `resolve` weighs what was seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from watcher.text.fold import Folded
from watcher.text.gazetteer import Candidate, Gazetteer
from watcher.text.names import WORD, is_arabic, without_proclitics
from watcher.types import FieldName

_LONGEST_NAME_WORDS = 6
_MOST_SIGHTINGS = 2_000

_POINTED = re.compile(r"(?:[A-Za-z]{1,5}\.){1,4}")
_POINT_FOLLOWS = frozenset("st ste ft mt dr s n w e u".split())
_INSIDE_NAMES = frozenset(
    "a al am an and au aux d da das de del della den der des di do dos du e el en es et i in ja l la las le les lez lo los o of "
    "on op os saint sankt santa sous sur the und upon van von y ad ar as ash at az bin ibn ou oulad ben".split()
)
_HEADLINE_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a field: offsets in the folded text, and how it is written."""

    text: str
    start: int
    end: int
    is_capital: bool
    is_cased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A stretch that may name a place.

    `first` and `last` are the indices of its words in `page.words`; `start` and `end` are offsets in the folded text.
    `stripped` counts proclitics taken off. `is_acronym`: found as written, as `US`, `Ky.` or `, TX`.
    """

    page: Page
    first: int
    last: int
    start: int
    end: int
    name: str
    candidates: tuple[Candidate, ...]
    stripped: int = 0
    is_acronym: bool = False


@dataclass(slots=True, kw_only=True)
class Page:
    """One field, cut into words, with what was seen in it.

    `is_headline`: most words begin with a capital, so that capitals tell little; `is_shouted`: all letters are.
    """

    field: FieldName
    folded: Folded
    words: list[Word]
    is_headline: bool
    is_shouted: bool
    sightings: list[Sighting] = field(default_factory=list)

    def between(self, left: int, right: int) -> str:
        """Give what stands between two neighbouring words."""
        return self.folded.text[self.words[left].end : self.words[right].start]


def spot(name: FieldName, folded: Folded, gazetteer: Gazetteer, language: str) -> Page:
    """Find all that may name a place in a field.

    Args:
        name: which field it is.
        folded: its folded text; the original is asked for capitals.
        gazetteer: names and their places.
        language: of the text: names of countries in small languages are looked for in texts of those alone.
    """
    words = _words(folded)
    cased = [word for word in words if word.is_cased]
    capitals = sum(word.is_capital for word in cased)
    page = Page(
        field=name,
        folded=folded,
        words=words,
        is_headline=capitals > _HEADLINE_SHARE * len(cased),
        is_shouted=bool(cased) and folded.source.isupper(),
    )
    _Reader(page, gazetteer, language).read()
    return page


def _words(folded: Folded) -> list[Word]:
    source, origins = folded.source, folded.origins
    words = []
    for found in WORD.finditer(folded.text):
        start = found.start()
        first = source[start if origins is None else origins[start]]
        is_capital = first.isupper() or first.istitle()
        words.append(Word(found[0], start, found.end(), is_capital, is_capital or first.islower()))
    return words


class _Reader:
    """Walks once over the words of a page."""

    def __init__(self, page: Page, gazetteer: Gazetteer, language: str) -> None:
        self._page = page
        self._gazetteer = gazetteer
        self._allows_foreign = language not in ("ar", "de", "en", "es", "fr", "it", "pt")
        # English writes its adjectives of countries with capitals; most languages do not.
        self._allows_small = language not in ("en", "de")

    def read(self) -> None:
        words, sightings = self._page.words, self._page.sightings
        at = 0
        while at < len(words) and len(sightings) < _MOST_SIGHTINGS:
            word = words[at]
            seen = None
            if word.is_capital:
                seen = self._acronym(at) or self._name(at)
            elif not word.is_cased:
                seen = self._name(at) or (self._stripped(at) if is_arabic(word.text) else None)
            elif self._allows_small and self._gazetteer.is_people(word.text):
                seen = self._people(at)
            if seen is not None:
                sightings.append(seen)
                at = seen.last
            at += 1

    def _name(self, at: int) -> Sighting | None:
        """Look for the longest name that begins with a word."""
        for last in range(self._furthest(at), at - 1, -1):
            words = self._page.words
            if last > at and words[last].is_cased and not words[last].is_capital:
                continue
            name = " ".join(word.text for word in words[at : last + 1])
            found = self._look_up(name)
            if found:
                return self._sighting(at, last, name, found)
        return None

    def _furthest(self, at: int) -> int:
        """Give the index of the last word that a name beginning here could hold."""
        words = self._page.words
        last = at
        while last + 1 < len(words) and last - at < _LONGEST_NAME_WORDS - 1:
            if not self._are_joined(last, last + 1):
                break
            follower = words[last + 1]
            if follower.is_cased and not follower.is_capital and follower.text not in _INSIDE_NAMES:
                break
            last += 1
        return last

    def _are_joined(self, left: int, right: int) -> bool:
        between = self._page.between(left, right)
        if between in (" ", "-", "'", "", " - ", "' "):
            # Signs of a script without spaces stand side by side; other words never do.
            return between != "" or not self._page.words[left].is_cased
        if between in (". ", ".", ".-"):
            return self._page.words[left].text in _POINT_FOLLOWS
        return between == " & "

    def _acronym(self, at: int) -> Sighting | None:
        """Look for a name that is found only as written."""
        page, word = self._page, self._page.words[at]
        if word.end - word.start > 5:
            return None
        text = page.folded.text
        if text[word.end : word.end + 1] == ".":
            found = self._pointed(at)
            if found:
                return found
        if page.is_shouted:
            return None
        written = self._written(word.start, word.end)
        if not written.isupper():
            return None
        if len(written) == 2 and at and page.between(at - 1, at) == ", ":
            candidates = self._gazetteer.candidates(f", {written}")
            if candidates:
                return self._sighting(at, at, written, candidates, is_acronym=True)
        candidates = self._gazetteer.candidates(written)
        return self._sighting(at, at, written, candidates, is_acronym=True) if candidates else None

    def _pointed(self, at: int) -> Sighting | None:
        """Look for `U.S.`, `Ky.` and the like, as written and without points."""
        page, start = self._page, self._page.words[at].start
        shape = _POINTED.match(page.folded.text, start)
        if shape is None:
            return None
        written = self._written(start, shape.end())
        last = at
        while last + 1 < len(page.words) and page.words[last + 1].start < shape.end():
            last += 1
        candidates = self._gazetteer.candidates(written)
        if not candidates and last > at:
            candidates = self._gazetteer.candidates(written.replace(".", ""))
        if not candidates:
            return None
        return self._sighting(at, last, written, candidates, end=shape.end(), is_acronym=True)

    def _written(self, start: int, end: int) -> str:
        first, last = self._page.folded.origin(start, end)
        return self._page.folded.source[first:last]

    def _stripped(self, at: int) -> Sighting | None:
        """Look for a name behind Arabic proclitics."""
        word = self._page.words[at]
        for stem in without_proclitics(word.text):
            for last in range(self._furthest(at), at - 1, -1):
                name = " ".join([stem, *(one.text for one in self._page.words[at + 1 : last + 1])])
                found = self._look_up(name)
                if found:
                    return self._sighting(at, last, name, found, stripped=len(word.text) - len(stem))
        return None

    def _people(self, at: int) -> Sighting | None:
        name = self._page.words[at].text
        found = tuple(one for one in self._look_up(name) if one.place.kind == "people")
        return self._sighting(at, at, name, found) if found else None

    def _look_up(self, name: str) -> tuple[Candidate, ...]:
        found = self._gazetteer.candidates(name)
        if found and not self._allows_foreign and any(one.is_foreign for one in found):
            return tuple(one for one in found if not one.is_foreign)
        return found

    def _sighting(
        self,
        first: int,
        last: int,
        name: str,
        candidates: tuple[Candidate, ...],
        *,
        stripped: int = 0,
        end: int | None = None,
        is_acronym: bool = False,
    ) -> Sighting:
        words = self._page.words
        return Sighting(
            page=self._page,
            first=first,
            last=last,
            start=words[first].start + stripped if stripped else words[first].start,
            end=words[last].end if end is None else end,
            name=name,
            candidates=candidates,
            stripped=stripped,
            is_acronym=is_acronym,
        )
