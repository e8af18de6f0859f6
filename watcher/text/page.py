"""A field's text, cut into words for finding names in it.

Comes in: a folded field. Goes out: a `Page`: its words, where they stand, and how they begin. Made and read by `spotting`,
and read by `context` and `resolve`. Words here are runs of letters and digits: every item that may name a place goes
through here, and spaCy's tokens would cost several times as much.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, compress
from typing import TYPE_CHECKING

from watcher.text.bulk import LONG, BulkKinds
from watcher.text.fold import Folded
from watcher.text.names import WORD
from watcher.types import FieldName

if TYPE_CHECKING:
    from watcher.text.spotting import Sighting

SMALL, CAPITAL, UNCASED = 0, 1, 2
"""How a word begins: with a small letter, a capital, or a sign of a script that has neither."""

_HEADLINE_SHARE = 0.6
_BETWEEN, _INSIDE, _ALONE, _POINT = 0, 1, 2, 3
_LONGEST_ACRONYM = 5
_IS_SMALL = bytes(case == SMALL for case in range(256))
_FEW_WORDS = 2_000
"""In a page of so few words it is quicker to look for one than to gather them all."""


@dataclass(kw_only=True, eq=False)
class Page:
    """One field, cut into words, with what was seen in it.

    `starts` and `ends` are the words' offsets in the folded text; `cases` say how each begins; `marked` are the indices of
    those that do not begin small. `acronymic` says of each whether it may be an acronym: short, with a capital, and
    either no small letter comes second, or a point behind it.
    `is_headline`: most words begin with a capital, so that capitals tell little; `is_shouted`: all letters are.
    """

    field_name: FieldName
    folded: Folded
    starts: Sequence[int]
    ends: Sequence[int]
    cases: bytes
    marked: Sequence[int]
    acronymic: bytes
    is_headline: bool
    is_shouted: bool
    sightings: list[Sighting] = field(default_factory=list)

    @cached_property
    def words(self) -> Sequence[str]:
        """The words, folded. Whoever asks for a few of them asks for each by `word`."""
        text = self.folded.text
        return [text[start:end] for start, end in zip(self.starts, self.ends, strict=True)]

    def word(self, at: int) -> str:
        """Give one word, folded."""
        return self.folded.text[self.starts[at] : self.ends[at]]

    @cached_property
    def distinct(self) -> Set[str]:
        """The words without repetition."""
        return frozenset(self.words)

    def has_small(self, word: str) -> bool:
        """Tell whether a word is written with a small letter somewhere."""
        if len(self.starts) > _FEW_WORDS:
            return word in self._small
        text, starts = self.folded.text, self.starts
        start = text.find(word)
        while start >= 0:
            at = bisect_left(starts, start)
            if at < len(starts) and starts[at] == start and self.cases[at] == SMALL and self.word(at) == word:
                return True
            start = text.find(word, start + 1)
        return False

    @cached_property
    def _small(self) -> Set[str]:
        return frozenset(compress(self.words, self.cases.translate(_IS_SMALL)))

    def gap(self, at: int) -> str:
        """Give what stands before a word: a line end before the first."""
        return self.folded.text[self.ends[at - 1] : self.starts[at]] if at else "\n"

    def indices_of(self, word: str) -> Iterator[int]:
        """Give the indices of all occurrences of a word."""
        at = -1
        for _ in range(self.words.count(word)):
            at = self.words.index(word, at + 1)
            yield at


def page_of(name: FieldName, folded: Folded) -> Page:
    """Cut a field into words."""
    starts, ends, cases, acronymic = _cut_long(folded) or _cut(folded)
    capitals, small = cases.count(CAPITAL), cases.count(SMALL)
    return Page(
        field_name=name,
        folded=folded,
        starts=starts,
        ends=ends,
        cases=cases,
        marked=list(compress(range(len(cases)), cases)),
        acronymic=acronymic,
        is_headline=capitals > _HEADLINE_SHARE * (capitals + small),
        is_shouted=bool(capitals) and folded.source.isupper(),
    )


_Cut = tuple[list[int], list[int], bytes, bytes]
"""Where words begin and end, how they begin, and whether they may be acronyms."""


def _cut(folded: Folded) -> _Cut:
    text, source, origins = folded.text, folded.source, folded.origins
    edges = list(accumulate(map(len, WORD.split(text))))
    starts, ends = edges[0:-1:2], edges[1::2]
    sources = starts if origins is None else [origins[start] for start in starts]
    cases = bytes([_case(source[at]) for at in sources])
    acronymic = bytes(
        [
            case == CAPITAL
            and end - start <= _LONGEST_ACRONYM
            and (not source[at + 1 : at + 2].islower() or text.startswith(".", end))
            for start, end, at, case in zip(starts, ends, sources, cases, strict=True)
        ]
    )
    return starts, ends, cases, acronymic


def _cut_long(folded: Folded) -> _Cut | None:
    """Do the same by arrays; None for a text that is better cut the other way."""
    if len(folded.text) < LONG:
        return None
    kinds, cases = _KINDS.of(folded.text), _CASES.of(folded.source)
    if kinds is None or cases is None:
        return None
    import numpy as np

    # What stands before the text and behind it is no word.
    is_inside, is_alone = np.zeros(len(kinds) + 2, dtype=bool), kinds == _ALONE
    is_inside[1:-1] = kinds == _INSIDE
    starts = np.flatnonzero((is_inside[1:-1] > is_inside[:-2]) | is_alone)
    ends = np.flatnonzero((is_inside[1:-1] > is_inside[2:]) | is_alone) + 1
    sources = starts if folded.origins is None else np.frombuffer(folded.origins, dtype=np.uint32)[starts]
    begin = cases[sources]
    is_second_small = cases.take(sources + 1, mode="clip") == SMALL
    is_pointed = kinds.take(ends, mode="clip") == _POINT
    acronymic = (begin == CAPITAL) & (ends - starts <= _LONGEST_ACRONYM) & (~is_second_small | is_pointed)
    return starts.tolist(), ends.tolist(), begin.tobytes(), acronymic.tobytes()


def _kind(char: str) -> int:
    if char == ".":
        return _POINT
    if WORD.fullmatch(char) is None:
        return _BETWEEN
    return _INSIDE if WORD.fullmatch(char * 2) else _ALONE


def _case(char: str) -> int:
    return SMALL if char.islower() else CAPITAL if char.isupper() else UNCASED


_KINDS = BulkKinds(_kind)
_CASES = BulkKinds(_case)
