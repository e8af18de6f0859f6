"""Text → folded text in which equal words are equal strings, with the way back to the original offsets.

Comes in: any string, also damaged ones. Goes out: `Folded`, or a folded term. Called for every field of every
item, and for every term of every rule.

Folding drops case, accents, width, Arabic orthographic variants, vowel marks, invisible characters and typographic
punctuation. Each code point folds by itself, whatever its neighbours; only runs of white space are made one space.
"""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from watcher.native.letters import CharMap

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A folded text that knows where each of its characters came from.

    `origins` holds, for each character of `text`, the offset in `source` of the code point that it was made from;
    None when offsets are the same in both (the usual case).
    """

    text: str
    source: str
    origins: array[int] | None = None

    def beginning(self, length: int) -> str:
        """Give what so many code points of the source, from the first, were folded to."""
        return self.text[: length if self.origins is None else bisect_left(self.origins, length)]

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


_MAP = CharMap(fold_char)


def fold(text: str) -> Folded:
    """Fold a text, keeping the way back; linear in its length."""
    folded, origins = _MAP.fold(text)
    return Folded(text=folded, source=text, origins=origins)


def fold_term(text: str) -> str:
    """Fold a term of a rule or a name: as `fold`, without white space at the ends."""
    return fold(text).text.strip()
