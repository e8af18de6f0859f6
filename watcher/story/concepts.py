"""Words → concepts: what a text is about, said the same way whatever its language.

In go folded words, out come names such as `attack` or `border`. Read from `data/concepts.txt`, which lists for each
concept the words that stand for it in English, French and Arabic. Pure; called by `traits`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from watcher.text.fold import fold_term

_SHORTEST_BEGINNING = 3
# Conjunctions, prepositions and the article, which Arabic writes as one word with the noun.
_ARABIC_PREFIX = re.compile(r"[وف]?(?:[بكل]?ال|لل)|[وفبلس]")
_ARABIC_LETTERS = ("\u0600", "\u06ff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concepts:
    """The lexicon, ready to be looked up: by whole word, by the beginning of a word, by phrase.

    `phrases` holds, for the first word of each phrase, its words and its concept; `shares` how much of the news
    speaks of each concept, 0..1. `lengths` are those of the beginnings that have the same first letters, falling;
    `firsts` are the first letters of all that can be looked up.
    """

    words: dict[str, frozenset[str]]
    beginnings: dict[str, frozenset[str]]
    phrases: dict[str, tuple[tuple[tuple[str, ...], str], ...]]
    shares: dict[str, float]
    lengths: dict[str, tuple[int, ...]] = field(init=False, repr=False)
    firsts: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lengths: dict[str, set[int]] = {}
        for beginning in self.beginnings:
            lengths.setdefault(beginning[:_SHORTEST_BEGINNING], set()).add(len(beginning))
        by_first = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
        known = (*self.words, *self.beginnings, *self.phrases)
        object.__setattr__(self, "lengths", by_first)
        object.__setattr__(self, "firsts", frozenset(word[:_SHORTEST_BEGINNING] for word in known))

    def of(self, words: Sequence[str]) -> frozenset[str]:
        """Give the concepts that the folded words of a text stand for."""
        found: set[str] = set()
        whole, lengths, beginnings, phrases = self.words, self.lengths, self.beginnings, self.phrases
        firsts = self.firsts
        for place, word in enumerate(words):
            for form in (word,) if word < _ARABIC_LETTERS[0] else _forms(word):
                if form[:_SHORTEST_BEGINNING] not in firsts:
                    continue
                if form in whole:
                    found |= whole[form]
                # The longest beginning alone: "mined" is not also everything that begins with "mi".
                for end in lengths.get(form[:_SHORTEST_BEGINNING], ()):
                    if form[:end] in beginnings:
                        found |= beginnings[form[:end]]
                        break
                for phrase, concept in phrases.get(form, ()):
                    if tuple(words[place + 1 : place + len(phrase)]) == phrase[1:]:
                        found.add(concept)
        return frozenset(found)


@lru_cache(maxsize=1)
def shipped_concepts() -> Concepts:
    """Give the lexicon of the package; read once."""
    text = files("watcher.story").joinpath("data/concepts.txt").read_text("utf-8")
    return read_concepts(text.splitlines())


def read_concepts(lines: Iterable[str]) -> Concepts:
    """Read a lexicon: `name share: word* word. two_words | … | …`, one concept a line; `#` begins a comment."""
    words: dict[str, set[str]] = {}
    beginnings: dict[str, set[str]] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    shares: dict[str, float] = {}
    for concept, share, written in _entries(lines):
        shares[concept] = share
        term = fold_term(written.rstrip("*.").replace("_", " "))
        if " " in term:
            phrase = tuple(term.split())
            phrases.setdefault(phrase[0], []).append((phrase, concept))
        elif written.endswith("*"):
            if len(term) < _SHORTEST_BEGINNING:
                raise ValueError(f"{written} stands for too many words")
            beginnings.setdefault(term, set()).add(concept)
        else:
            words.setdefault(term, set()).add(concept)
    return Concepts(
        words={word: frozenset(names) for word, names in words.items()},
        beginnings={word: frozenset(names) for word, names in beginnings.items()},
        phrases={word: tuple(found) for word, found in phrases.items()},
        shares=shares,
    )


def _entries(lines: Iterable[str]) -> Iterator[tuple[str, float, str]]:
    for line in lines:
        if line.strip() and not line.startswith("#"):
            head, _, rest = line.partition(":")
            concept, share = head.split()
            for written in rest.replace("|", " ").split():
                yield concept, float(share), written


def _forms(word: str) -> tuple[str, ...]:
    if _ARABIC_LETTERS[0] <= word[0] <= _ARABIC_LETTERS[1]:
        prefix = _ARABIC_PREFIX.match(word)
        if prefix and len(word) - prefix.end() > 1:
            return word, word[prefix.end() :]
    return (word,)
