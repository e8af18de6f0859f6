"""How written words are told apart: separators, and the particles that Arabic writes onto a word.

Comes in: folded fields or a folded term. Goes out: the form in which terms are searched, and sets of proclitics.
Called by `term` (for what rules ask) and `scan` (for what items say), so that both are cut the same way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from watcher.native.sheet import Separators, Sheet

SOFT = " "
"""Stands for what may separate the words of one phrase: space, hyphen, apostrophe, quotes, brackets, slash."""

HARD = "\n"
"""Stands for what ends a phrase: all other punctuation and symbols. A soft separator always follows it."""

_SOFT_CHARACTERS = " '\"-()[]/_*"
_ARABIC_LETTER = re.compile("[\u0620-\u064a\u066e-\u06d3]")
# Han, kana, Thai, Lao, Myanmar, Khmer: written without spaces, so words have no edges to be checked.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")

_CONJUNCTION = ("", "و", "ف")
_WITH_ARTICLE = frozenset(
    [first + rest for first in _CONJUNCTION for rest in ("ال", "بال", "كال", "لل", "لال")]
)
_PREPOSITION = frozenset(
    [first + rest for first in _CONJUNCTION for rest in ("ب", "ك", "ل", "س")] + ["و", "ف"]
)

SHORT_STEM = 3
"""Stems of fewer letters are not seen behind one-letter particles: too many roots begin with those letters."""

ARTICLE = "ال"
PROCLITICS_OF_DEFINITE = _WITH_ARTICLE
PROCLITICS_OF_SHORT = _WITH_ARTICLE | {""}
PROCLITICS = _WITH_ARTICLE | _PREPOSITION | {""}
LONGEST_PROCLITIC = max(map(len, PROCLITICS))


def _is_of_word(char: str) -> bool:
    """Tell letters, digits and marks from all that separates words."""
    return unicodedata.category(char)[0] in "LNM"


_SEPARATORS = Separators(_is_of_word, _SOFT_CHARACTERS)


def lay_out(fields: Iterable[str]) -> Sheet:
    """Lay folded fields out as one text to be searched, in which nothing is found across two of them."""
    return _SEPARATORS.lay_out(fields)


def spread(folded: str) -> str:
    """Give the form in which a text is searched: one soft separator before every word and one at the end."""
    return lay_out([folded]).text


def is_arabic(word: str) -> bool:
    """Tell whether a folded word is in Arabic script."""
    return _ARABIC_LETTER.match(word) is not None


def has_arabic(text: str) -> bool:
    """Tell whether any letter of a folded text is in Arabic script."""
    return not text.isascii() and _ARABIC_LETTER.search(text) is not None


def is_unspaced(text: str) -> bool:
    """Tell whether a folded text uses a script that does not put spaces between words."""
    return _UNSPACED.search(text) is not None


def letters_of(text: str) -> int:
    """Count letters and digits."""
    return sum(char.isalnum() for char in text)
