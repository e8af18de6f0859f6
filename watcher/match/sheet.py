"""The fields of an item as one text to be searched, and the way back.

Comes in: the folded fields. Goes out: a `Sheet`: all of them in the form of `script.spread`, with a mark between two fields
that no term can match across. Made by `scan`, once for an item: one pass over one text costs less than one for each
field.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from watcher.match.script import separate, spread, word_starts

_MARK = "\0"
"""Stands between two fields like a word of its own. Folding leaves none in a text or a term."""

_BETWEEN = f" {_MARK} "


class Sheet:
    """Folded fields, laid out one behind the other.

    `text` is what terms are searched in; `cuts` tells where in it each field but the first begins.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        self._separated = _BETWEEN.join(map(separate, fields))
        self._begins = [0, *accumulate(len(field) + len(_BETWEEN) for field in fields[:-1])]
        self.text = spread(self._separated)
        self.cuts = self._find_cuts(len(fields) - 1)

    def _find_cuts(self, count: int) -> list[int]:
        cuts: list[int] = []
        for _ in range(count):
            cuts.append(self.text.index(_MARK, cuts[-1] + 1 if cuts else 0))
        return cuts

    def field_at(self, at: int) -> int:
        """Give the number of the field that a character of `text` belongs to."""
        return bisect_right(self.cuts, at)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Give the stretch of its folded field that a stretch of `text` stands for."""
        begin = self._begins[self.field_at(start)]
        return self._joined(start) - begin, self._joined(end - 1) + 1 - begin

    def _joined(self, at: int) -> int:
        """Map an offset by its word: both texts have the same words in the same order."""
        starts, joined_starts = self._word_starts
        word = bisect_right(starts, at) - 1
        return joined_starts[word] + at - starts[word]

    @cached_property
    def _word_starts(self) -> tuple[Sequence[int], Sequence[int]]:
        return word_starts(self.text), word_starts(self._separated)
