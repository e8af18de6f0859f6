"""Words of a kind on a page, and what may stand between the words of one name.

Comes in: words, once; then pages. Goes out: those of the words that a page has. Made and called by `resolve`.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from watcher.native.names import WordMarks
from watcher.text.page import Page

JOINTS = frozenset((" ", "-", "'", " - ", "' ", " & "))
"""What may stand between two words of one name."""


class KnownWords:
    """Finds which of some words a page has.

    Args:
        words: folded.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._marks = WordMarks(dict.fromkeys(words, 1))

    def among(self, page: Page) -> Set[str]:
        """Give those of the words that the page has."""
        return {page.word(at) for at in self._marks.among(page.words)}
