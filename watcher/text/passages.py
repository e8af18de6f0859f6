"""Words and sentences of a stretch of text, without splitting the rest of it.

Comes in: a text, offsets, and what splits a chunk (what stands between white space). Goes out: counts and offsets that equal
those of the whole text's `Words`. Made by `tokens` for pipelines that split each chunk by itself, called by `Document`.

News repeats its chunks: what spaCy makes of one is remembered, and a chunk of plain letters is one word unless the
language says otherwise. Sentences need only the chunks that have a stop sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from watcher.native.stops import Stops
from watcher.text.endings import Breaks, Endings, Rules
from watcher.text.shape import LINE_ENDS

_MOST_CHUNKS = 50_000
"""So many chunks of a language are remembered, some 15 MB."""

_LONGEST_REMEMBERED = 40
_MOST_BREAKS, _LONGEST_BREAKS = 20_000, 200
"""Of so many chunks it is remembered where they end sentences, some 5 MB: of those whose ends do not tell, links among them."""


_PLAIN = re.compile(r"(?:([a-z]{3,})|([A-Z][a-z]{3,})|([A-Z]{3,}))([.,;:!?…»”\")]+)")
_ANY = ("zzz", "Zzzz", "ZZZ")
"""Any word of each of these shapes."""

_CHUNK = re.compile(r"\S+")


class Token(NamedTuple):
    """A token of a chunk: offsets in the chunk, and whether it ends a sentence or closes one that has ended."""

    start: int
    end: int
    is_word: bool
    is_break: bool
    is_closer: bool


Read = Callable[[str], tuple[Token, ...]]
"""Splits one chunk."""


class Passages:
    """Reads stretches of texts in one language. Remembers chunks, and nothing of the texts.

    Args:
        read: splits a chunk.
        rules: by which it is split.
    """

    def __init__(self, read: Read, rules: Rules) -> None:
        self._read = read
        self._special = frozenset(rules.by_heart)
        self._knows_patterns = rules.has_whole
        self._known: dict[str, tuple[Token, ...]] = {}
        self._known_breaks: dict[str, Breaks] = {}
        endings = Endings(rules, lambda chunk: _breaks_of(read(chunk)))
        self._stops = Stops(
            kind_of=endings.kind_of,
            is_silent_stop=endings.is_silent_stop,
            breaks_of_tail=endings.breaks_of_tail,
            breaks_of_chunk=self._breaks,
            behind_gap=self._behind_gap,
            by_heart=endings.by_heart,
            letters_alone=endings.letters_alone,
        )

    def words_between(self, text: str, start: int, end: int, *, most: int | None = None) -> int:
        """Count how many words further the word at one offset is than the word at another.

        Args:
            text: the whole text.
            start, end: offsets in it; where no word stands the next one is meant.
            most: stop when there are more than so many.
        """
        if end < start:
            return -self.words_between(text, end, start)
        count = 0
        for found in _CHUNK.finditer(text, text.rfind(" ", 0, max(0, start)) + 1):
            chunk, at = found.group(), found.start()
            if at > end or (most is not None and count > most):
                break
            if chunk.isalpha() and chunk not in self._special:
                count += start < at + len(chunk) <= end
            else:
                count += sum(one.is_word and start < at + one.end <= end for one in self._tokens(chunk))
        return count

    def sentence_at(self, text: str, offset: int) -> tuple[int, int]:
        """Give the sentence of a text that is not empty which an offset lies in, the last one for offsets past the end."""
        return self._stops.sentence_at(text, offset)

    def edges(self, text: str, begin: int = 0) -> Iterator[int]:
        """Yield where sentences begin behind the breaks of a text from the beginning of a chunk on.

        What stands before the first word of the text is no sentence.
        """
        return self._stops.edges(text, begin)

    def _breaks(self, chunk: str, begin: int) -> Breaks:
        """Give where the tokens of a chunk from an offset on end sentences, and where in it the next ones begin, None for
        behind it; remembered.
        """
        if begin:
            return _breaks_of([one for one in self._tokens(chunk) if one.start >= begin])
        breaks = self._known_breaks.get(chunk)
        if breaks is None:
            breaks = _breaks_of(self._tokens(chunk))
            if len(chunk) <= _LONGEST_BREAKS:
                if len(self._known_breaks) >= _MOST_BREAKS:
                    self._known_breaks.clear()
                self._known_breaks[chunk] = breaks
        return breaks

    def _behind_gap(self, text: str, at: int) -> int:
        """Give where the next sentence begins, from a place in the white space behind a break on."""
        if text.startswith(" ", at) and text[at + 1 : at + 2].isalnum():
            return at + 1
        while True:
            found = _CHUNK.search(text, at)
            end = len(text) if found is None else found.start()
            # One space belongs to the word before it; more are a token of their own.
            extra = at + (text[at : at + 1] == " ")
            if extra < end and LINE_ENDS.isdisjoint(text[extra:end]):
                return extra
            if found is None or text[end].isalnum():
                return end
            tokens = self._tokens(found.group())
            if not tokens[0].is_break:
                return end
            behind = _behind_closers(tokens, 0)
            if behind < len(tokens):
                return end + tokens[behind].start
            at = found.end()

    def _tokens(self, chunk: str) -> tuple[Token, ...]:
        tokens = self._known.get(chunk)
        if tokens is None:
            tokens = self._like_others(chunk) or self._read(chunk)
            if len(chunk) <= _LONGEST_REMEMBERED:
                if len(self._known) >= _MOST_CHUNKS:
                    self._known.clear()
                self._known[chunk] = tokens
        return tokens

    def _like_others(self, chunk: str) -> tuple[Token, ...] | None:
        """Split letters with stops behind them as any other letters of that shape: rules know classes of letters, and some
        words by heart.
        """
        found = _PLAIN.fullmatch(chunk)
        # Turkish knows Roman numerals.
        if found is None or (self._knows_patterns and found.group(3)):
            return None
        begin = found.start(4)
        if any(chunk[:end] in self._special for end in range(begin, len(chunk) + 1)):
            return None
        stand_in = next(one for at, one in enumerate(_ANY, 1) if found.group(at))
        shift = begin - len(stand_in)
        if not shift:
            return None
        tokens = self._tokens(stand_in + found.group(4))
        return tuple(
            one._replace(start=one.start + shift if one.start else 0, end=one.end + shift) for one in tokens
        )


def _breaks_of(tokens: Sequence[Token]) -> Breaks:
    breaks: list[tuple[int, int | None]] = []
    at = 0
    while at < len(tokens):
        if not tokens[at].is_break:
            at += 1
            continue
        stop = tokens[at].start
        at = _behind_closers(tokens, at)
        breaks.append((stop, tokens[at].start if at < len(tokens) else None))
    return tuple(breaks)


def _behind_closers(tokens: Sequence[Token], at: int) -> int:
    """Give the index of the token behind a break and what closes it."""
    at += 1
    # A quotation mark right behind the stop closes the sentence; one after a space opens the next.
    while at < len(tokens) and (tokens[at].is_break or tokens[at].is_closer):
        at += 1
    return at
