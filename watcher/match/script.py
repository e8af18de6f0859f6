"""How written words are told apart: separators, and the particles that Arabic writes onto a word.

Comes in: folded text or a folded term. Goes out: the form in which terms are searched, and sets of proclitics.
Called by `term` (for what rules ask) and `scan` (for what items say), so that both are cut the same way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from watcher.text.bulk import LONG, BulkMap, starts_of_runs

SOFT = " "
"""Stands for what may separate the words of one phrase: space, hyphen, apostrophe, quotes, brackets, slash."""

HARD = "\n"
"""Stands for what ends a phrase: all other punctuation and symbols. A soft separator always follows it."""

_SOFT_CHARACTERS = frozenset(" '\"-()[]/_*")
_ARABIC_LETTER = re.compile("[\u0620-\u064a\u066e-\u06d3]")
# Han, kana, Thai, Lao, Myanmar, Khmer: written without spaces, so words have no edges to be checked.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(f"[^{SOFT}{HARD}]+")

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


class _Separators(dict[int, str]):
    """For `str.translate`: letters, digits and marks as they are, every other character soft or hard."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        is_of_word = unicodedata.category(char)[0] in "LNM"
        kept = char if is_of_word else SOFT if char in _SOFT_CHARACTERS else HARD
        self[code] = kept
        return kept


_SEPARATORS = _Separators()
_BULK = BulkMap(lambda char: _SEPARATORS[ord(char)])


def separate(folded: str) -> str:
    """Make every separator of a folded text `SOFT` or `HARD`; the length stays the same."""
    if len(folded) >= LONG and not folded.isascii() and (found := _BULK.translate(folded)) is not None:
        return found
    return folded.translate(_SEPARATORS)


def spread(separated: str) -> str:
    """Put exactly one soft separator before every word and one at the end, so that words have plain edges."""
    words = SOFT.join(filter(None, separated.replace(HARD, HARD + SOFT).split(SOFT)))
    return f" {words} ".replace(SOFT + HARD, HARD) if words else SOFT


def word_starts(text: str) -> list[int]:
    """Give the offsets at which words begin, in a separated or a spread text (same words in both)."""
    if len(text) < LONG:
        return [found.start() for found in _WORD.finditer(text)]
    return starts_of_runs(text, SOFT + HARD)


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Give where the words are, in a separated or a spread text."""
    return (found.span() for found in _WORD.finditer(text))


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
