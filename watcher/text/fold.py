"""Text → folded text in which equal words are equal strings, with the way back to the original offsets.

Comes in: any string, also damaged ones. Goes out: `Folded`, or a folded term. Called for every field of every
item, and for every term of every rule.

Folding drops case, accents, width, Arabic orthographic variants, vowel marks, invisible characters and typographic
punctuation. Each code point folds by itself, whatever its neighbours; only runs of white space are made one space.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import lru_cache

from watcher.text.bulk import LONG, BulkMap

_ELSEWHERE = "\0"
"""Stands in the first pass for a code point whose folding is not exactly one character long."""

_NOT_A_CHARACTER = "\ufffd"
_MARKS_LOOKED_THROUGH = 32

_PAIRS = {
    "'": "’‘‛ʼʻʹʽ`´′＇‹›",
    '"': "“”„‟«»″〝〞＂",
    "-": "‐‑‒–—―−﹣－⁃",
    # Arabic script: spellings that writers use for one another, and keyboards' look-alikes.
    "ا": "أإآٱٲٳٵ",
    "ي": "ىیېےۍ",
    "ك": "کڪګ",
    "ه": "ھہەۀ",
    "ة": "ۃ",
    "ق": "ڨڧ",
    "ف": "ڤڡ",
    # Letters with a stroke have no decomposition in Unicode.
    "o": "øØ",
    "l": "łŁ",
    "d": "đĐðÐ",
    "h": "ħĦ",
    "t": "ŧŦ",
    "i": "ıİ",
    "e": "əƏ",
    "oe": "œŒ",
    "ae": "æÆ",
    "th": "þÞ",
    "ss": "ßẞ",
    "": "ـ",  # tatweel only stretches a word
}
_BY_HAND = {char: folded for folded, chars in _PAIRS.items() for char in chars}

# Marks that do not make another word when dropped. Marks of Indic and South-East Asian scripts and of kana do.
_DROPPED_MARKS = (
    (0x0300, 0x036F),
    (0x0483, 0x0487),
    (0x0591, 0x05BD),
    (0x05BF, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06DC),
    (0x06DF, 0x06E8),
    (0x06EA, 0x06ED),
    (0x08D3, 0x08FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
    (0xE0100, 0xE01EF),
)
_SPACES = re.compile(" {2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A folded text that knows where each of its characters came from.

    `origins` holds, for each character of `text`, the offset in `source` of the code point that it was made from;
    None when offsets are the same in both (the usual case).
    """

    text: str
    source: str
    origins: array[int] | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Give the stretch of the source from which a stretch of the folded text was made.

        Args:
            start, end: offsets in `text`, code points, end exclusive.

        Returns:
            Offsets in `source`. A code point that folds to several characters is given whole, and combining marks
            that follow the last one belong to it.
        """
        if self.origins is None:
            return start, end
        if start >= end:
            at = self.origins[start] if start < len(self.origins) else len(self.source)
            return at, at
        first, last = self.origins[start], self.origins[end - 1] + 1
        limit = min(len(self.source), last + _MARKS_LOOKED_THROUGH)
        while last < limit and is_dropped_mark(self.source[last]):
            last += 1
        return first, last


def is_dropped_mark(char: str) -> bool:
    """Tell whether a code point is an accent or vowel mark that folding drops."""
    code = ord(char)
    return code >= 0x300 and any(low <= code <= high for low, high in _DROPPED_MARKS)


@lru_cache(maxsize=4_096)
def fold_char(char: str) -> str:
    """Fold one code point; the result is empty, one character, or several, and folds to itself."""
    if char in _BY_HAND:
        return _BY_HAND[char]
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category == "Cs":
        return _NOT_A_CHARACTER  # lone surrogates cannot be encoded, and the matcher works on UTF-8
    if category in ("Cc", "Cf") or is_dropped_mark(char):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    return _fold_letter(char)


def _fold_letter(char: str) -> str:
    decomposition = unicodedata.decomposition(char)
    if decomposition.startswith(("<super>", "<sub>")) or char == "…":
        return char  # a footnote sign or ™ must not grow onto the word before it
    plain = unicodedata.normalize("NFKD", char.casefold())
    if plain == char:
        return char
    return unicodedata.normalize("NFC", "".join(fold_char(part) for part in plain))


class _Table(dict[int, str]):
    """What `str.translate` looks up; filled as code points are met, from a pure function of each."""

    def __missing__(self, code: int) -> str:
        folded = fold_char(chr(code))
        self[code] = folded = folded if len(folded) == 1 else _ELSEWHERE
        return folded


_TABLE = _Table()
_BULK = BulkMap(fold_char)


def fold(text: str) -> Folded:
    """Fold a text, keeping the way back.

    Linear in the length of the text. Texts in which no character changes its length cost one `str.translate`.
    """
    is_long = len(text) >= LONG
    if is_long and not text.isascii() and (found := _BULK.fold(text)):
        return Folded(text=found[0], source=text, origins=found[1])
    folded = text.translate(_TABLE)
    origins: array[int] | None = None
    if _ELSEWHERE in folded or "  " in folded:
        if is_long and (found := _BULK.fold(text)):
            return Folded(text=found[0], source=text, origins=found[1])
        if _ELSEWHERE in folded:
            folded, origins = _expand(folded, text)
        if "  " in folded:
            folded, origins = _collapse(folded, origins)
    return Folded(text=folded, source=text, origins=origins)


def fold_term(text: str) -> str:
    """Fold a term of a rule or a name: as `fold`, without white space at the ends."""
    return fold(text).text.strip()


def _expand(folded: str, source: str) -> tuple[str, array[int]]:
    """Put the true foldings where the first pass left a mark."""
    pieces: list[str] = []
    origins = array("I")
    done = 0
    at = folded.find(_ELSEWHERE)
    while at >= 0:
        pieces.append(folded[done:at])
        origins.extend(range(done, at))
        true = fold_char(source[at])
        pieces.append(true)
        origins.extend([at] * len(true))
        done = at + 1
        at = folded.find(_ELSEWHERE, done)
    pieces.append(folded[done:])
    origins.extend(range(done, len(folded)))
    return "".join(pieces), origins


def _collapse(folded: str, origins: array[int] | None) -> tuple[str, array[int]]:
    """Make each run of spaces one space, which comes from the first of them."""
    before = origins if origins is not None else array("I", range(len(folded)))
    after = array("I")
    done = 0
    for run in _SPACES.finditer(folded):
        after.extend(before[done : run.start() + 1])
        done = run.end()
    after.extend(before[done:])
    return _SPACES.sub(" ", folded), after
