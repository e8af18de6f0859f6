"""Text → the stretches that may name a place, each with its candidates.

Comes in: a field's folded text and the gazetteer. Goes out: a `Page` with its `Sighting`s, the longest name first where
names overlap. Called by `places`, for title and body. Nothing is decided here: `resolve` weighs what was seen.

Spotting has its own, coarse idea of a word (a run of letters and digits): every item goes through here, and spaCy's
tokens would cost several times as much.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from watcher.text.cues import COMMON_ARABIC, INSIDE_NAMES, NEVER_ALONE, NOT_PLACES, SHORTENED
from watcher.text.fold import Folded
from watcher.text.gazetteer import Candidate, Gazetteer
from watcher.text.names import is_arabic, without_proclitics
from watcher.text.page import CAPITAL, SMALL, UNCASED, Page, page_of
from watcher.types import FieldName

_LONGEST_NAME_WORDS = 6
_LONGEST_ACRONYM = 5
# A text of news has some thousand words; a hostile one may have millions, and takes no longer than this many.
_MOST_WORDS_READ = 50_000
_MOST_SIGHTINGS = 2_000

_MAIN_LANGUAGES = frozenset(("ar", "de", "en", "es", "fr", "it", "pt"))
_CAPITAL_ADJECTIVES = frozenset(("en", "de"))

_POINTED = re.compile(r"(?:[a-z]{1,5}\.){1,4}")
_JOINTS = frozenset((" ", "-", "'", " - ", "' ", " & "))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sighting:
    """A stretch that may name a place.

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


def spot(name: FieldName, folded: Folded, gazetteer: Gazetteer, language: str) -> Page:
    """Find all that may name a place in a field, in its first 50,000 words.

    Args:
        name: which field it is.
        folded: its folded text; the original is asked for capitals.
        gazetteer: names and their places.
        language: of the text. Names of countries in small languages are looked for in texts of those alone, and
            adjectives without a capital in those languages that write them so.
    """
    page = page_of(name, folded)
    _Reader(page, gazetteer, language).read()
    return page


class _Reader:
    """Walks once over the words of a page."""

    def __init__(self, page: Page, gazetteer: Gazetteer, language: str) -> None:
        self._page = page
        self._gazetteer = gazetteer
        is_main = language in _MAIN_LANGUAGES
        self._look_up = gazetteer.common_candidates if is_main else gazetteer.candidates
        self._peoples = (
            gazetteer.peoples_among(page.distinct) if language not in _CAPITAL_ADJECTIVES else frozenset()
        )
        self._own_beginnings = gazetteer.own_beginnings_among(page.distinct)

    def read(self) -> None:
        """Fill the page's sightings."""
        sightings = self._page.sightings
        last = -1
        for at in self._beginnings():
            if at > _MOST_WORDS_READ or len(sightings) >= _MOST_SIGHTINGS:
                return
            if at > last and not self._is_nothing(at):
                last = self._read_at(at)

    def _is_nothing(self, at: int) -> bool:
        """Tell at little cost that no name begins at a word: most capitals are those of sentences, most figures counts."""
        page = self._page
        word, following = page.words[at], at + 1
        if following < len(page.words) and (
            page.cases[following] != SMALL or page.words[following] in INSIDE_NAMES
        ):
            return False
        if page.cases[at] == CAPITAL:
            if len(word) <= _LONGEST_ACRONYM and self._may_be_acronym(at):
                return False
        elif not word.isdigit():
            return False
        return word not in self._own_beginnings and not self._look_up(word)

    def _may_be_acronym(self, at: int) -> bool:
        page = self._page
        folded, second = page.folded, page.starts[at] + 1
        if second >= page.ends[at] or folded.text.startswith(".", page.ends[at]):
            return True
        return not folded.source[second if folded.origins is None else folded.origins[second]].islower()

    def _beginnings(self) -> Sequence[int]:
        """Give the indices of the words that anything may begin with."""
        page, small = self._page, self._peoples | self._own_beginnings
        if not small:
            return page.marked
        beginnings = set(page.marked)
        for word in small:
            beginnings.update(page.indices_of(word))
        return sorted(beginnings)

    def _read_at(self, at: int) -> int:
        """See what begins at a word; give the last word that was read."""
        page = self._page
        case, last = page.cases[at], None
        if page.words[at] in self._own_beginnings:
            last = self._own(at)
        if last is None and case == CAPITAL and page.ends[at] - page.starts[at] <= _LONGEST_ACRONYM:
            last = self._acronym(at)
        if last is None and case != SMALL:
            last = self._name(at)
        if last is None and case == UNCASED and is_arabic(page.words[at]):
            last = self._stripped(at)
        if last is None and case == SMALL and page.words[at] in self._peoples:
            last = self._people(at)
        return at if last is None else last

    def _name(self, at: int) -> int | None:
        """Look for the longest name that begins with a word."""
        words, cases = self._page.words, self._page.cases
        for last in range(self._furthest(at), at - 1, -1):
            if cases[last] == SMALL:
                continue
            name = words[at] if last == at else " ".join(words[at : last + 1])
            if name in NOT_PLACES:
                return last
            found = self._candidates(name, is_single=last == at)
            if found:
                return self._see(at, last, name, found)
        return None

    def _own(self, at: int) -> int | None:
        """Look for a name of several words that the users gave; in it, small letters are no bar: `mont Chaambi`."""
        words = self._page.words
        for last in range(self._furthest(at, through_small=True), at, -1):
            name = " ".join(words[at : last + 1])
            own = tuple(one for one in self._gazetteer.candidates(name) if one.is_extra)
            if own:
                return self._see(at, last, name, own)
        return None

    def _furthest(self, at: int, *, through_small: bool = False) -> int:
        """Give the index of the last word that a name beginning here could hold."""
        page = self._page
        words, cases, count = page.words, page.cases, len(page.words)
        last = at
        while last + 1 < count and last - at < _LONGEST_NAME_WORDS - 1:
            following = last + 1
            if cases[following] == SMALL and not through_small and words[following] not in INSIDE_NAMES:
                break
            gap = page.gap(following)
            # Signs of a script without spaces stand side by side; other words never do.
            is_joined = gap in _JOINTS or not gap or (gap in (". ", ".", ".-") and words[last] in SHORTENED)
            if not is_joined:
                break
            last = following
        return last

    def _acronym(self, at: int) -> int | None:
        """Look for a name that is found only as written."""
        page = self._page
        start, end = page.starts[at], page.ends[at]
        if page.folded.text.startswith(".", end) and (last := self._pointed(at)) is not None:
            return last
        if page.is_shouted or not (written := self._written(start, end)).isupper():
            return None
        if end - start == 2 and page.gap(at) == ", ":
            found = self._gazetteer.candidates(f", {written}")
            if found:
                return self._see(at, at, f", {written}", found, is_acronym=True)
        found = self._gazetteer.candidates(written)
        return self._see(at, at, written, found, is_acronym=True) if found else None

    def _pointed(self, at: int) -> int | None:
        """Look for `U.S.`, `Ky.` and the like, as written and without points."""
        page, start = self._page, self._page.starts[at]
        shape = _POINTED.match(page.folded.text, start)
        if shape is None:
            return None
        last = at
        while last + 1 < len(page.words) and page.starts[last + 1] < shape.end():
            last += 1
        written = self._written(start, shape.end())
        found = self._gazetteer.candidates(written)
        if not found and last > at:
            found = self._gazetteer.candidates(written.replace(".", ""))
        return self._see(at, last, written, found, end=shape.end(), is_acronym=True) if found else None

    def _written(self, start: int, end: int) -> str:
        folded = self._page.folded
        if folded.origins is None:
            return folded.source[start:end]
        first, last = folded.origin(start, end)
        return folded.source[first:last]

    def _stripped(self, at: int) -> int | None:
        """Look for a name behind Arabic proclitics."""
        words = self._page.words
        furthest = self._furthest(at)
        for stem in without_proclitics(words[at]):
            for last in range(furthest, at - 1, -1):
                name = " ".join([stem, *words[at + 1 : last + 1]])
                if name in NOT_PLACES:
                    return last
                found = self._candidates(name, is_single=last == at)
                if found:
                    # Of ل and the article together, لل, the second letter is the article's: the name begins behind it.
                    kept = len(stem.removeprefix("ال")) if not words[at].endswith(stem) else len(stem)
                    start = self._page.ends[at] - kept
                    return self._see(at, last, name, found, start=start)
        return None

    def _people(self, at: int) -> int | None:
        name = self._page.words[at]
        found = tuple(one for one in self._gazetteer.candidates(name) if one.place.kind == "people")
        return self._see(at, at, name, found) if found else None

    def _candidates(self, name: str, *, is_single: bool) -> tuple[Candidate, ...]:
        found = self._look_up(name)
        if is_single and found and (name in NEVER_ALONE or name in COMMON_ARABIC) and not found[0].is_extra:
            return ()
        return found

    def _see(
        self,
        first: int,
        last: int,
        name: str,
        candidates: tuple[Candidate, ...],
        *,
        start: int | None = None,
        end: int | None = None,
        is_acronym: bool = False,
    ) -> int:
        """Note a sighting; give its last word."""
        page = self._page
        begin = page.starts[first] if start is None else start
        page.sightings.append(
            Sighting(
                page=page,
                first=first,
                last=last,
                start=begin,
                end=page.ends[last] if end is None else end,
                name=name,
                candidates=candidates,
                proclitics=page.words[first][: begin - page.starts[first]],
                is_acronym=is_acronym,
            )
        )
        return last
