"""Mapping the characters of long texts by arrays: what `str.translate` does one look-up at a time, many times as fast.

Comes in: a text, and what one character becomes. Goes out: the mapped text and, for `fold`, where its characters came
from. Called by `match.script`, for texts that are worth the array library's start.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Codes = npt.NDArray[np.uint8 | np.uint32]
    Counts = npt.NDArray[np.uint8]

LONG = 200
"""From so many characters on arrays are quicker than one look-up for each."""

_LIMIT = 0x20000
"""Characters from here on are too rare to keep a table of: a text that has one is mapped the other way."""

_MOST_EXPANDED = 1_000
"""Characters that become several are written out one by one: a text with more of them gains nothing here."""

_SPACE = ord(" ")
_UNSEEN = 255


class BulkMap:
    """Maps texts by table; the table fills as characters are met.

    Args:
        map_char: maps one character to none, one or several.
    """

    def __init__(self, map_char: Callable[[str], str]) -> None:
        self._map_char = map_char

    def translate(self, text: str) -> str | None:
        """Map a text whose characters all become one; None for a text that is better mapped the other way."""
        codes = _codes_of(text)
        if codes.max(initial=0) >= _LIMIT:
            return None
        self._counts_of(codes)
        return _text_of(self._tables[0][codes])

    def fold(self, text: str) -> tuple[str, array[int] | None] | None:
        """Map a text, and make each run of spaces in the result one space, which comes from the first of them.

        Returns:
            The mapped text, and for each of its characters the offset of the one that it was made from (None when
            offsets are the same in both); None for a text that is better mapped the other way.
        """
        import numpy as np

        codes = _codes_of(text)
        if codes.max(initial=0) >= _LIMIT:
            return None
        counts = self._counts_of(codes)
        if np.count_nonzero(counts > 1) > _MOST_EXPANDED:
            return None
        mapped, origins = self._tables[0][codes], None
        if (counts != 1).any():
            origins = np.repeat(np.arange(len(codes), dtype=np.uint32), counts)
            mapped = mapped[origins]
            self._expand(mapped, text, counts)
        spaces = mapped == _SPACE
        repeated = spaces[1:] & spaces[:-1]
        if repeated.any():
            kept = np.flatnonzero(np.concatenate(([True], ~repeated))).astype(np.uint32)
            mapped = mapped[kept]
            origins = kept if origins is None else origins[kept]
        return _text_of(mapped), None if origins is None else array("I", origins.tobytes())

    @cached_property
    def _tables(self) -> tuple[Codes, Counts]:
        """For each code point what it becomes (the first character of several), and how many they are."""
        import numpy as np

        return np.zeros(_LIMIT, dtype=np.uint32), np.full(_LIMIT, _UNSEEN, dtype=np.uint8)

    def _counts_of(self, codes: Codes) -> Counts:
        """Give how many characters each becomes, and see to it that the tables know."""
        table, counts = self._tables
        found = counts[codes]
        unseen = found == _UNSEEN
        if not unseen.any():
            return found
        for code in set(codes[unseen].tolist()):
            mapped = self._map_char(chr(code))
            table[code] = ord(mapped[0]) if mapped else 0
            counts[code] = len(mapped)
        return counts[codes]

    def _expand(self, mapped: Codes, text: str, counts: Counts) -> None:
        """Write out the characters that become several."""
        import numpy as np

        several = np.flatnonzero(counts > 1)
        starts = (np.cumsum(counts, dtype=np.int64) - counts)[several]
        for at, start in zip(several.tolist(), starts.tolist(), strict=True):
            true = [ord(char) for char in self._map_char(text[at])]
            mapped[start : start + len(true)] = true


def starts_of_runs(text: str, separators: str) -> list[int]:
    """Give the offsets at which runs of characters other than some ASCII separators begin."""
    import numpy as np

    is_inside = np.zeros(len(text) + 1, dtype=bool)
    if text.isascii():
        is_inside[1:] = np.frombuffer(text.encode().translate(_all_but(separators)), dtype=bool)
    else:
        codes = _codes_of(text)
        is_inside[1:] = True
        for one in separators:
            is_inside[1:] &= codes != ord(one)
    return np.flatnonzero(is_inside[1:] > is_inside[:-1]).tolist()


@cache
def _all_but(separators: str) -> bytes:
    return bytes(chr(code) not in separators for code in range(256))


def _codes_of(text: str) -> Codes:
    import numpy as np

    if text.isascii():
        return np.frombuffer(text.encode(), dtype=np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _text_of(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le")
