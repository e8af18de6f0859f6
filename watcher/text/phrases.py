"""Where phrases of several words may begin in a text, whatever stands between their words.

Comes in: the keys of phrases, once; then pages. Goes out: indices of words. Made and called by `spotting`, for the names
that users give: in those small letters are no bar, so that any word might begin one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set

from ahocorasick_rs import AhoCorasick, Implementation

from watcher.text.page import Page

JOINTS = frozenset((" ", "-", "'", " - ", "' ", " & "))
"""What may stand between two words of one name."""

_ALL_JOINTS = sorted(JOINTS | {"", ". ", ".", ".-"})
"""The same, with what stands behind shortened words and in scripts without spaces."""


_FEW = 10_000
"""Of so few literals a table of all steps is small, and thrice as quick."""


def _automaton(literals: Sequence[str]) -> AhoCorasick | None:
    kind = Implementation.DFA if len(literals) <= _FEW else None
    return AhoCorasick(literals, implementation=kind) if literals else None


class KnownWords:
    """Finds which of some words a page has.

    Args:
        words: folded.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(words)
        self._automaton = _automaton(self._words)

    def among(self, page: Page) -> Set[str]:
        """Give those of the words that the page has."""
        if self._automaton is None:
            return frozenset()
        text, starts, ends, found = page.folded.text, page.starts, page.ends, set()
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
                at = bisect_left(starts, start)
                if at < len(starts) and starts[at] == start and ends[at] == end:
                    found.add(self._words[number])
        return found


class Phrases:
    """Finds the first two words of each phrase, in one pass.

    Args:
        keys: the phrases, folded, with one space between their words.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        pairs = {tuple(key.split(" ", 2)[:2]) for key in keys}
        # Only up to the second word's first letter: the table for all of it is five times as large, 18 MB for 500 names.
        rests: dict[str, set[str]] = defaultdict(set)
        for first, second in pairs:
            for joint in _ALL_JOINTS:
                rests[first + joint + second[:1]].add(second[1:])
        self._rests = [tuple(rest) for rest in rests.values()]
        self._automaton = _automaton(list(rests))

    def beginnings(self, page: Page) -> Set[int]:
        """Give the indices of the words with which one of the phrases may begin."""
        if self._automaton is None:
            return frozenset()
        text, starts, found = page.folded.text, page.starts, set()
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if not text.startswith(self._rests[number], end):
                continue
            at = bisect_left(starts, start)
            if at < len(starts) and starts[at] == start:
                found.add(at)
        return found
