"""What the end of a chunk tells of the sentences that end in it, in one language.

Comes in: the language's rules, and what splits a chunk (what stands between white space) by them. Goes out: what
`native.stops` asks. Made by `passages`.

spaCy's rules know classes of letters, and some words by heart. A chunk that ends in two letters of known classes, or in a
digit, and then in stops and closers, has the breaks of any other that ends so. What is not so is found out here and read:
characters that the rules treat unlike others of their class, words that they know with a stop behind, and ends that are
split differently behind different beginnings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from watcher.native.stops import Kind
from watcher.text.shape import CLOSERS, LINE_ENDS, STOPS, is_break, is_word

Breaks = tuple[tuple[int, int | None], ...]
"""For each break of a chunk its stop, and where the next sentence begins, None for behind the chunk."""

_BEHIND_WORDS = CLOSERS | frozenset(",;:")
_BEFORE_WORDS = frozenset("¿¡“‘„«‹‚–—―‐‑£€¥¢§©®°±")
_LETTERS = (Kind.LOWER, Kind.UPPER, Kind.UNCASED)

_SCRIPTS_END = "\u3000"
"""From here on there are a hundred thousand letters, of scripts that put no spaces between words: to try each of them would
take seconds, and tell nothing.
"""

_MODELS: Mapping[Kind, str] = {Kind.LOWER: "z", Kind.UPPER: "Z", Kind.UNCASED: "ظ", Kind.DIGIT: "7"}
"""A character of each class that no rule knows a word of."""

_BESIDE_OTHERS = [f"{before}@{behind}." for before in ("", "z", "Z", "ظ", "7-") for behind in ("", "z", "Z")]
_TRIED = (
    *_BESIDE_OTHERS,
    *("@@", "@@.", "(@", "@.@", "z.@", "@.Z", "z@-z", "z-@z", "@@,z", "z,@@", "z:@", "z'@z"),
)
"""What a character must do in the place of @ as the model of its class does."""

_WITH_SIGNS_WITHIN = [
    f"{word}{sign}{other}"
    for sign in "-.,:;/@_'’+=&–"
    for word in ("zz", "ZZ", "77", "7.7")
    for other in ("zz", "77", "7.7z")
]
"""Out of which rules might take words."""

_BEFORE_LETTERS = ("", "zzz", "Zz-", "z’zz’", "“7,7-", "https://zz/", "zz@")
_BEFORE_LETTERS_WITH_STOPS = ("zz.zz", "7.7-", "https://zz.zz/7.7?zz=", "(7.zz/")
_NUMBERS = ("7", "12", "2024", "7,777", "-7", "$0", "zz-1:3/6")
_NUMBERS_WITH_STOPS = ("7.7", "12.5", "10.0.0.1", "1.2.2024", "zz.zz-7", "$0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a language is split by: spaCy's `Tokenizer` has the same under the names in brackets.

    Args:
        by_heart: words known by heart, and what each is split into (`rules`).
        prefix, suffix: find what is split off at the beginning and the end of a chunk (`prefix_search`, `suffix_search`).
        infix: finds what splits a chunk in the middle (`infix_finditer`).
        has_whole: whether it knows words by a pattern, too (`token_match`).
    """

    by_heart: Mapping[str, tuple[str, ...]]
    prefix: Callable[[str], re.Match[str] | None]
    suffix: Callable[[str], re.Match[str] | None]
    infix: Callable[[str], Iterator[re.Match[str]]]
    has_whole: bool


class Endings:
    """What ends of chunks mean in one language.

    Args:
        rules: of the language.
        breaks_of: reads a chunk: gives where sentences end in it, and where the next ones begin, None for behind it.
    """

    def __init__(self, rules: Rules, breaks_of: Callable[[str], Breaks]) -> None:
        self._rules = rules
        self._breaks_of = breaks_of

    @property
    def letters_alone(self) -> bool:
        """Whether only chunks of letters can be judged: the language knows by a pattern what is one word (`XIV.`, `3-5.`)."""
        return self._rules.has_whole

    @cached_property
    def by_heart(self) -> frozenset[str]:
        """The last letters or digits of what the rules know by heart with a stop or closer behind, or in several parts: of which
        the last may be known with a stop itself.
        """
        return frozenset(
            _last_run(word)
            for word, parts in self._rules.by_heart.items()
            if len(parts) > 1 or _without_tail(word) != word
        )

    def kind_of(self, char: str) -> Kind:
        """Tell what a character may be to the end of a sentence."""
        if char in LINE_ENDS:
            return Kind.LINE_END
        if char.isspace():
            return Kind.SPACE
        if char in STOPS:
            return Kind.STOP
        if char in _BEHIND_WORDS:
            return Kind.CLOSER
        if char.isalnum():
            return self._class_of(char)
        is_plain = char in _BEFORE_WORDS or (char.isascii() and char.isprintable())
        return Kind.PLAIN if is_plain else Kind.OTHER

    def is_silent_stop(self, before: Kind, char_before: str, stop: str, after: Kind) -> bool:
        """Tell whether a stop inside a chunk ends no sentence, since it is never a token of its own.

        Args:
            before, char_before: what stands before it; a space where it begins the chunk.
            stop: the stop sign.
            after: the class of the letter or digit behind it.
        """
        if after not in (Kind.LOWER, Kind.DIGIT) or self._splits_inside:
            return False
        # What stands behind is no suffix by itself. What stands before may be split off as prefixes, if it is no word.
        begun = stop + 3 * _MODELS[after]
        is_in_word = before in _MODELS
        whole = 3 * _MODELS[before] + begun if is_in_word else "zz" + char_before.strip() + begun
        is_prefix = not is_in_word and self._rules.prefix(begun) is not None
        return not is_prefix and not any(
            one.start() <= len(chunk) - len(begun) <= one.end()
            for chunk in (begun, whole[2:], whole)
            for one in self._rules.infix(chunk)
        )

    @cached_property
    def _splits_inside(self) -> bool:
        """Whether a stop may be left over as a token of its own inside a chunk: there is a word with one that the rules know by
        heart so, or they take out words as they take out hyphens.
        """
        known = (part for parts in self._rules.by_heart.values() for part in parts[:-1])
        taken_out = (one.group() for chunk in _WITH_SIGNS_WITHIN for one in self._rules.infix(chunk))
        return any(map(is_break, known)) or any(map(is_word, taken_out))

    def breaks_of_tail(
        self, before_last: Kind, last: Kind, has_stops_within: bool, tail: str
    ) -> Breaks | None:
        """Give where the stops and closers behind some words end sentences, whatever these words are.

        Args:
            before_last, last: the classes of the last two letters, or twice that of a digit.
            has_stops_within: whether there are silent stops in these words.
            tail: the stops and closers.

        Returns:
            Offsets in the tail; None where it depends on more than that.
        """
        if self.letters_alone and last not in (Kind.LOWER, Kind.UNCASED):
            return None
        found = {
            self._breaks_behind(words, tail) for words in _words_like(before_last, last, has_stops_within)
        }
        return found.pop() if len(found) == 1 else None

    def _breaks_behind(self, words: str, tail: str) -> Breaks:
        shift = len(words)
        return tuple(
            (stop - shift, None if edge is None else edge - shift)
            for stop, edge in self._breaks_of(words + tail)
        )

    def _class_of(self, char: str) -> Kind:
        """Give the class of a letter or digit, if the rules do with it what they do with the others."""
        if char.isdecimal():
            kind = Kind.DIGIT
        elif not char.isalpha() or char >= _SCRIPTS_END:
            return Kind.OTHER
        else:
            kind = Kind.LOWER if char.islower() else Kind.UPPER if char.isupper() else Kind.UNCASED
        return kind if self._tried(char) == self._tried_models[kind] else Kind.OTHER

    @cached_property
    def _tried_models(self) -> Mapping[Kind, list[object]]:
        return {kind: self._tried(model) for kind, model in _MODELS.items()}

    def _tried(self, char: str) -> list[object]:
        rules = self._rules
        found: list[object] = []
        for tried in _TRIED:
            chunk = tried.replace("@", char)
            spans = [
                one and one.span() for one in (rules.prefix(chunk), rules.suffix(chunk), *rules.infix(chunk))
            ]
            found.append(spans)
        return found


def _words_like(before_last: Kind, last: Kind, has_stops_within: bool) -> Iterable[str]:
    if last == Kind.DIGIT:
        return _NUMBERS_WITH_STOPS if has_stops_within else _NUMBERS
    end = _MODELS[before_last] + _MODELS[last]
    return [before + end for before in (_BEFORE_LETTERS_WITH_STOPS if has_stops_within else _BEFORE_LETTERS)]


def _without_tail(word: str) -> str:
    return word.rstrip("".join(STOPS | _BEHIND_WORDS))


def _last_run(word: str) -> str:
    """Give the letters, or the digits, behind which nothing stands in a word but stops and closers."""
    words = _without_tail(word)
    begin = len(words)
    if begin and words[-1].isalnum():
        is_number = words[-1].isdecimal()
        while begin and words[begin - 1].isalnum() and words[begin - 1].isdecimal() == is_number:
            begin -= 1
    return words[begin:]
