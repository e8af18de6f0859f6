"""A field's text, cut into words for finding names in it.

Comes in: a folded field. Goes out: a `Page`: its words, where they stand, and how they begin. Made and read by `spotting`,
and read by `context` and `resolve`. Words here are runs of letters and digits: every item that may name a place goes
through here, and spaCy's tokens would cost several times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watcher.native.words import ALONE, BETWEEN, CAPITAL, INSIDE, SMALL, UNCASED, Cutter, Words
from watcher.text.fold import Folded
from watcher.text.names import WORD
from watcher.types import FieldName

if TYPE_CHECKING:
    from watcher.text.spotting import Sighting

__all__ = ["CAPITAL", "SMALL", "UNCASED", "Page", "page_of"]

_HEADLINE_SHARE = 0.6


@dataclass(kw_only=True, eq=False)
class Page:
    """One field, cut into words, with what was seen in it.

    `starts` and `ends` are the words' offsets in the folded text; `cases` say how each begins: with a small letter, a
    capital, or a sign of a script that has neither.
    `is_headline`: most words begin with a capital, so that capitals tell little; `is_shouted`: all letters are.
    """

    field_name: FieldName
    folded: Folded
    words: Words
    starts: Sequence[int]
    ends: Sequence[int]
    cases: bytes
    is_headline: bool
    is_shouted: bool
    sightings: list[Sighting] = field(default_factory=list)

    def word(self, at: int) -> str:
        """Give one word, folded."""
        return self.folded.text[self.starts[at] : self.ends[at]]

    def gap(self, at: int) -> str:
        """Give what stands before a word: a line end before the first."""
        return self.folded.text[self.ends[at - 1] : self.starts[at]] if at else "\n"


def page_of(name: FieldName, folded: Folded) -> Page:
    """Cut a field into words."""
    words = _CUTTER.cut(folded.text, folded.source, folded.origins)
    return Page(
        field_name=name,
        folded=folded,
        words=words,
        starts=words.starts,
        ends=words.ends,
        cases=words.cases,
        is_headline=words.capitals > _HEADLINE_SHARE * (words.capitals + words.small),
        is_shouted=words.capitals > 0 and folded.source.isupper(),
    )


def _kind(char: str) -> int:
    if WORD.fullmatch(char) is None:
        return BETWEEN
    return INSIDE if WORD.fullmatch(char * 2) else ALONE


def _case(char: str) -> int:
    return SMALL if char.islower() else CAPITAL if char.isupper() else UNCASED


_CUTTER = Cutter(_kind, _case)
