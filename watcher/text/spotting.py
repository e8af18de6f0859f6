"""Text → the stretches that may name a place, each with its candidates.

Comes in: a field's folded text and the gazetteer. Goes out: what was `Seen` on a `Page`, the longest name first where
names overlap, and when asked the `Sighting`s with their candidates. Called by `places`, for title and body. Nothing is
decided here: `resolve` weighs what was seen.

Spotting has its own, coarse idea of a word (a run of letters and digits): every item goes through here, and spaCy's
tokens would cost several times as much. Most words are dismissed by the gazetteer's traces: they are no name, and none
begins with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from watcher.native.names import ACRONYM, BEGINNING, NAME, OWN, PEOPLE, STRIPPED
from watcher.text.atlas import FOREIGN
from watcher.text.cues import (
    COMMON_ARABIC,
    MAY_BE_SMALL,
    NEVER_ALONE,
    NOT_PLACES,
    SHORTENED,
    SMALL_IN_NAMES,
)
from watcher.text.fold import Folded
from watcher.text.gazetteer import Candidate, Gazetteer
from watcher.text.names import without_proclitics
from watcher.text.page import SMALL, Page, page_of
from watcher.types import FieldName

_LONGEST_NAME_WORDS = 6
# A text of news has some thousand words; a hostile one may have millions, and takes no longer than this many.
_MOST_WORDS_READ = 50_000
_MOST_SIGHTINGS = 2_000

_MAIN_LANGUAGES = frozenset(("ar", "de", "en", "es", "fr", "it", "pt"))
_CAPITAL_ADJECTIVES = frozenset(("en", "de"))

_POINTED = re.compile(r"(?:[a-z]{1,5}\.){1,4}")
_JOINTS = frozenset((" ", "-", "'", " - ", "' ", " & "))
"""What may stand between two words of one name."""
_POINTS = frozenset((". ", ".", ".-"))


class Way(Enum):
    """How something was seen: as a name, as one of the users' names, as an acronym, as a people in small letters."""

    NAME = "name"
    OWN = "own"
    ACRONYM = "acronym"
    PEOPLE = "people"


class Seen(NamedTuple):
    """A stretch that may name a place.

    `first` and `last` are indices of words of the page; `start` and `end` are offsets in its folded text; `name` is what
    it is called there, `key` what it was found by.
    """

    first: int
    last: int
    start: int
    end: int
    name: str
    key: str
    way: Way


# Not frozen nor made by keywords: either makes it dearer, and items have dozens of them.
@dataclass(slots=True, eq=False)
class Sighting:
    """Something seen, with what it may mean.

    `first` and `last` are indices of words of the page; `start` and `end` are offsets in its folded text. `name` is
    the key under which `candidates` were found. `proclitics`: what was written onto its
    front in Arabic. `is_acronym`: found as
    written, such as `US`, `Ky.` or `TX` behind a comma.
    """

    page: Page
    first: int
    last: int
    start: int
    end: int
    name: str
    candidates: tuple[Candidate, ...]
    proclitics: str = ""
    is_acronym: bool = False


class Spotter:
    """Finds what may name a place."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._main, self._other = _Lore(gazetteer, is_main=True), _Lore(gazetteer, is_main=False)

    def spot(self, name: FieldName, folded: Folded, language: str) -> Spotted:
        """Find all that may name a place in a field, in its first 50,000 words.

        Args:
            name: which field it is.
            folded: its folded text; the original is asked for capitals.
            language: of the text. Names of countries in small languages are looked for in texts of those alone, and
                adjectives without a capital in those languages that write them so.
        """
        page = page_of(name, folded)
        lore = self._main if language in _MAIN_LANGUAGES else self._other
        traces = self._gazetteer.tracer.survey(
            page.words,
            without=lore.without,
            with_peoples=language not in _CAPITAL_ADJECTIVES,
            most=_MOST_WORDS_READ,
        )
        return Spotted(page=page, seen=_Reader(page, lore).read(traces), lore=lore)


class _Lore:
    """What names mean in texts of one group of languages."""

    def __init__(self, gazetteer: Gazetteer, *, is_main: bool) -> None:
        self.gazetteer = gazetteer
        self.without = FOREIGN if is_main else 0
        self.countries = gazetteer.countries_commonly_named if is_main else gazetteer.countries_named
        self._candidates = gazetteer.common_candidates if is_main else gazetteer.candidates

    def is_found(self, name: str, *, is_single: bool) -> bool:
        """Tell whether there is a place of a name; single words that are common ones do not count."""
        is_common = is_single and (name in NEVER_ALONE or name in COMMON_ARABIC)
        return bool(self.countries(name)) and (not is_common or self.gazetteer.is_own(name))

    def candidates(self, key: str, way: Way) -> tuple[Candidate, ...]:
        """Give what a name may mean that was seen in some way."""
        if way is Way.NAME:
            return self._candidates(key)
        found = self.gazetteer.candidates(key)
        if way is Way.OWN:
            return tuple(one for one in found if one.is_extra)
        return tuple(one for one in found if one.kind == "people") if way is Way.PEOPLE else found

    def countries_of(self, one: Seen) -> frozenset[str]:
        """Give the countries of what was seen."""
        return self.countries(one.key) if one.way is Way.NAME else self.gazetteer.countries_named(one.key)


class Spotted(NamedTuple):
    """A page and what was seen on it."""

    page: Page
    seen: Sequence[Seen]
    lore: _Lore

    def countries(self) -> frozenset[str]:
        """Give the countries in which places of the names lie that were seen."""
        return frozenset().union(*map(self.lore.countries_of, self.seen))

    def sighted(self) -> Page:
        """Give the page with what all that was seen may mean."""
        page, candidates, acronym = self.page, self.lore.candidates, Way.ACRONYM
        text, starts = page.folded.text, page.starts
        page.sightings = [
            Sighting(
                page,
                first,
                last,
                start,
                end,
                name,
                candidates(key, way),
                text[starts[first] : start],
                way is acronym,
            )
            for first, last, start, end, name, key, way in self.seen
        ]
        return page


class _Reader:
    """Reads on from the words of a page that something may begin with.

    Args:
        page: the field.
        lore: what names mean.
    """

    def __init__(self, page: Page, lore: _Lore) -> None:
        self._page = page
        self._lore = lore
        self._trace = lore.gazetteer.tracer.trace
        self._seen: list[Seen] = []

    def read(self, traces: Sequence[tuple[int, int]]) -> list[Seen]:
        """Give what was seen, in the order of the text.

        Args:
            traces: the indices of those words, ascending, each with what may begin there.
        """
        page, seen, last = self._page, self._seen, -1
        for at, trace in traces:
            if at <= last:
                continue
            if trace == NAME:
                word = page.word(at)
                seen.append(Seen(at, at, page.starts[at], page.ends[at], word, word, Way.NAME))
            else:
                last = self._read_at(at, trace)
            if len(seen) >= _MOST_SIGHTINGS:
                break
        return seen

    def _read_at(self, at: int, trace: int) -> int:
        """See what begins at a word; give the last word that was read."""
        page = self._page
        case, last = page.cases[at], None
        if trace & OWN:
            last = self._own_name(at)
        if last is None and trace & ACRONYM:
            last = self._acronym(at)
        if last is None and trace & (NAME | BEGINNING) and case != SMALL:
            last = self._name(at, page.word(at), trace)
        if last is None and trace & STRIPPED:
            last = self._stripped(at, page.word(at))
        if last is None and trace & PEOPLE:
            last = self._people(at, page.word(at))
        return at if last is None else last

    def _name(self, at: int, word: str, trace: int) -> int | None:
        """Look for the longest name that begins with a word."""
        cases = self._page.cases
        for last, name in reversed(self._names_from(at, word, trace)):
            if cases[last] == SMALL and (last == at or self._page.word(last) not in SMALL_IN_NAMES):
                continue
            if name in NOT_PLACES:
                return last
            if self._lore.is_found(name, is_single=last == at):
                return self._see(at, last, name, Way.NAME)
        return None

    def _names_from(self, at: int, word: str, trace: int) -> list[tuple[int, str]]:
        """Give what may be names from a word on, each with its last word, the shortest first.

        Args:
            at: index of the word.
            word: what is read in its place.
            trace: what that can be.
        """
        last, name = at, word
        found = [(at, name)] if trace & NAME else []
        while trace & BEGINNING and last - at < _LONGEST_NAME_WORDS - 1 and self._goes_on(last):
            last += 1
            name = f"{name} {self._page.word(last)}"
            trace = self._trace(name)
            if trace & NAME:
                found.append((last, name))
        return found

    def _goes_on(self, at: int, *, through_small: bool = False) -> bool:
        """Tell whether a name may go on behind a word."""
        page, following = self._page, at + 1
        if following >= len(page.starts):
            return False
        if page.cases[following] == SMALL and not through_small and page.word(following) not in MAY_BE_SMALL:
            return False
        gap = page.gap(following)
        # Signs of a script without spaces stand side by side; other words never do.
        return gap in _JOINTS or not gap or (gap in _POINTS and page.word(at) in SHORTENED)

    def _own_name(self, at: int) -> int | None:
        """Look for a name of several words that the users gave; in it, small letters are no bar: `mont Chaambi`."""
        page, last = self._page, at
        while last - at < _LONGEST_NAME_WORDS - 1 and self._goes_on(last, through_small=True):
            last += 1
        for end in range(last, at, -1):
            name = " ".join(map(page.word, range(at, end + 1)))
            if self._lore.gazetteer.is_own(name):
                return self._see(at, end, name, Way.OWN)
        return None

    def _acronym(self, at: int) -> int | None:
        """Look for a name that is found only as written."""
        page, countries = self._page, self._lore.gazetteer.countries_named
        start, end = page.starts[at], page.ends[at]
        if page.folded.text.startswith(".", end) and (last := self._pointed(at)) is not None:
            return last
        if page.is_shouted or not (written := self._written(start, end)).isupper():
            return None
        if end - start == 2 and page.gap(at) == ", " and countries(f", {written}"):
            return self._see(at, at, f", {written}", Way.ACRONYM)
        return self._see(at, at, written, Way.ACRONYM) if countries(written) else None

    def _pointed(self, at: int) -> int | None:
        """Look for `U.S.`, `Ky.` and the like, as written and without points."""
        page, start, countries = self._page, self._page.starts[at], self._lore.gazetteer.countries_named
        shape = _POINTED.match(page.folded.text, start)
        if shape is None:
            return None
        last = at
        while last + 1 < len(page.starts) and page.starts[last + 1] < shape.end():
            last += 1
        written = self._written(start, shape.end())
        keys = (written, written.replace(".", "")) if last > at else (written,)
        found = next(filter(countries, keys), None)
        if found is None:
            return None
        return self._see(at, last, written, Way.ACRONYM, end=shape.end(), key=found)

    def _written(self, start: int, end: int) -> str:
        folded = self._page.folded
        if folded.origins is None:
            return folded.source[start:end]
        first, last = folded.origin(start, end)
        return folded.source[first:last]

    def _stripped(self, at: int, word: str) -> int | None:
        """Look for a name behind Arabic proclitics."""
        for stem in without_proclitics(word):
            for last, name in reversed(self._names_from(at, stem, self._trace(stem))):
                if name in NOT_PLACES:
                    return last
                if self._lore.is_found(name, is_single=last == at):
                    # Of ل and the article together, لل, the second letter is the article's: the name begins behind it.
                    kept = len(stem) if word.endswith(stem) else len(stem.removeprefix("ال"))
                    return self._see(at, last, name, Way.NAME, start=self._page.ends[at] - kept)
        return None

    def _people(self, at: int, name: str) -> int | None:
        return self._see(at, at, name, Way.PEOPLE) if self._lore.candidates(name, Way.PEOPLE) else None

    def _see(
        self,
        first: int,
        last: int,
        name: str,
        way: Way,
        *,
        start: int | None = None,
        end: int | None = None,
        key: str | None = None,
    ) -> int:
        """Note what was seen; give its last word."""
        starts, ends = self._page.starts, self._page.ends
        begin, behind = starts[first] if start is None else start, ends[last] if end is None else end
        self._seen.append(Seen(first, last, begin, behind, name, key or name, way))
        return last
