"""Place names and words of a text → the keys by which they find each other.

Called by the script that builds the gazetteer, by `gazetteer` and by `places`, so that a name in the data and the same
name in a text always give the same key: folded words with single spaces between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from watcher.text.fold import fold_term

# Scripts that write no spaces: each sign is a word, and a name is several of them.
_SPACELESS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"([{_SPACELESS}]|[^\W_{_SPACELESS}]+)")
"""A word; in a group, so that `WORD.split` gives by turns what stands between words and the words."""

_CONJUNCTIONS, _PREPOSITIONS = "وف", "بكل"
PROCLITICS = _CONJUNCTIONS + _PREPOSITIONS
"""The one-letter words that Arabic writes onto the word behind them."""
ARTICLE = "ال"

_ARABIC = re.compile(r"[\u0621-\u064a]")
_FEWEST_LETTERS_LEFT = 3


def key(name: str) -> str:
    """Give the key of a name: `Ras-Jedîr` and `ras jedir` give `ras jedir`; empty when it has no letter or digit."""
    return " ".join(WORD.findall(fold_term(name)))


def is_arabic(word: str) -> bool:
    """Tell whether a folded word begins with an Arabic letter."""
    return bool(_ARABIC.match(word))


def without_proclitics(word: str) -> Iterator[str]:
    """Yield what an Arabic word may be when one-letter words written onto it are taken off, least taken off first.

    The conjunctions و and ف stand before the prepositions ب, ك and ل, and these before the article; ل and the article
    ال together are written لل. Nothing shorter than three letters is given, for too many words would be found in it.
    """
    stems = [word, word[1:]] if word[0] in _CONJUNCTIONS else [word]
    for stem in stems:
        if stem is not word and len(stem) >= _FEWEST_LETTERS_LEFT:
            yield stem
        if stem.startswith("لل") and len(stem) > _FEWEST_LETTERS_LEFT:
            yield ARTICLE + stem[2:]
        if stem[:1] in _PREPOSITIONS and len(stem) > _FEWEST_LETTERS_LEFT:
            yield stem[1:]
