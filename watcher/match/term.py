"""One thing to find in a text: a phrase, a wildcard, or an exact spelling, ready for the scanner.

Comes in: what an analyst wrote. Goes out: a `Term`, with the literal that the scanner looks for and the check
that a hit must pass. Called when rules and lists are read, and by `scan` for every hit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from watcher.match.script import (
    ARTICLE,
    HARD,
    LONGEST_PROCLITIC,
    PROCLITICS,
    PROCLITICS_OF_DEFINITE,
    PROCLITICS_OF_SHORT,
    SHORT_STEM,
    SOFT,
    is_arabic,
    is_unspaced,
    letters_of,
    spread,
)
from watcher.text.fold import fold_term

LEAST_LETTERS = 3
"""A wildcard needs this many letters in a row, or it would touch most of every text."""

_LONGEST_WILDCARD = 40
"""How many letters one `*` stands for at most: bounds the work on a text of one endless word."""

_SYMBOLS = re.compile(r"[#@$€£%&+=<>|~^\\{}]")
EDGES = SOFT + HARD
_WORD_END = re.compile(f"[{EDGES}]")


class TermError(ValueError):
    """What was written cannot be searched for; the message says why, in words for the writer."""


class Check(Enum):
    """What a hit of the literal must pass to be a hit of the term."""

    WHOLE = "none: the literal is whole words"
    PREFIX = "none: the rest of the last word is taken in"
    ARABIC = "only proclitics stand before the literal in its word"
    PATTERN = "the term's pattern, over the whole text"
    ANYWHERE = "none: the script has no word edges"
    EXACT = "in the text as written, with no letter on either side"
    WITHIN = "none: in the text as written, also inside a word"
    LEMMA = "the word is a form of it, by its language's grammar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term as the scanner and the engine know it.

    `key` is equal for terms that find the same. `literal` is what is looked for; with a soft separator before it, it begins
    with a word. `proclitics` are those that may precede an Arabic literal. `is_open` says that the word may go on after the
    literal.
    """

    key: str
    literal: str
    check: Check
    proclitics: frozenset[str] = frozenset()
    is_open: bool = False

    @property
    def is_of_words(self) -> bool:
        """Whether the literal begins with a word, and ends with one or within one: a phrase to look for."""
        return self.literal.startswith(SOFT)


def exact_term(written: str) -> Term:
    """Make the term of an exact spelling; raises TermError when nothing is left of it."""
    text = written.strip()
    if not any(char.isalnum() for char in text):
        raise TermError("an exact term needs a letter or a digit")
    return Term(key=f"={text}", literal=text, check=Check.EXACT)


def within_term(literal: str) -> Term:
    """Make the term of a stretch of text as written, which may be part of a word."""
    return Term(key=f"/{literal}", literal=literal, check=Check.WITHIN)


def lemma_term(written: str) -> Term:
    """Make the term of a word in any of its forms; raises TermError for what is not one word of letters."""
    text = written.strip()
    if "*" in text:
        raise TermError(f"'{text}' has a wildcard: 'lemma' takes a word, in its dictionary form")
    if symbol := _SYMBOLS.search(text):
        raise TermError(f"'{symbol.group()}' is not part of a word")
    words = _words(text)
    if len(words) > 1:
        raise TermError(
            f"'{text}' is several words: 'lemma' takes one; for more, sequence: [{{lemma: …}}, …]"
        )
    if is_unspaced(words[0]):
        raise TermError(f"'{text}' is in a script without spaces between words: write it as a phrase")
    return Term(key=f"~{text}", literal=words[0], check=Check.LEMMA)


def phrase_term(written: str) -> Term:
    """Make the term of a phrase or wildcard.

    Args:
        written: one or several words; `*` stands for any letters inside its word.

    Raises:
        TermError: nothing to search for, a symbol that words do not have, or a wildcard that is too broad.
    """
    if symbol := _SYMBOLS.search(written):
        raise TermError(f"'{symbol.group()}' is not part of a word: use {{exact: …}} for terms with symbols")
    if "*" not in written:
        return _phrase(_words(written))
    return _wildcard(tuple(_pieces(word) for word in written.split()))


def _words(written: str) -> tuple[str, ...]:
    """Cut a phrase as texts are cut; a hard separator stays at the end of the word that it follows."""
    words = tuple(spread(fold_term(written)).strip(EDGES).split(SOFT))
    if words == ("",):
        raise TermError("there is no letter or digit to look for")
    return words


def _phrase(words: tuple[str, ...]) -> Term:
    key = SOFT.join(words)
    if is_unspaced(key):
        return Term(key=key, literal=key, check=Check.ANYWHERE)
    if not any(map(is_arabic, words)):
        return Term(key=key, literal=SOFT + key, check=Check.WHOLE)
    if len(words) > 1:
        return _pattern(tuple((word,) for word in words))
    return _arabic(key, is_open=False)


def _arabic(word: str, *, is_open: bool) -> Term:
    stem, proclitics = _stem(word)
    key = f"{word}*" if is_open else word
    return Term(key=key, literal=stem, check=Check.ARABIC, proclitics=proclitics, is_open=is_open)


def _stem(word: str) -> tuple[str, frozenset[str]]:
    """Take the article off an Arabic word, and say which proclitics the rest may carry."""
    rest = word.removeprefix(ARTICLE)
    if rest != word and len(rest) >= SHORT_STEM:
        return rest, PROCLITICS_OF_DEFINITE
    return word, PROCLITICS if len(word) >= SHORT_STEM else PROCLITICS_OF_SHORT


def _pieces(word: str) -> tuple[str, ...]:
    """Cut a written word at its wildcards and fold the pieces; refuse what would touch most words."""
    raw = word.split("*")
    pieces = tuple(SOFT.join(_words(piece)) if piece else "" for piece in raw)
    if len(pieces) > 1 and max(letters_of(piece) for piece in pieces) < LEAST_LETTERS:
        shown = "a bare '*'" if not any(pieces) else f"'{word}'"
        raise TermError(f"{shown} is too broad: a wildcard needs at least {LEAST_LETTERS} letters in a row")
    return pieces


def _wildcard(words: tuple[tuple[str, ...], ...]) -> Term:
    """Make the term of a phrase with wildcards; one at its very end is the common case, and the quick one."""
    start = SOFT.join("*".join(pieces) for pieces in words).removesuffix("*")
    if "*" not in start and words[-1][-1] == "" and not is_unspaced(start):
        if not any(map(is_arabic, start.split(SOFT))):
            return Term(key=f"{start}*", literal=SOFT + start, check=Check.PREFIX, is_open=True)
        if SOFT not in start:
            return _arabic(start, is_open=True)
    return _pattern(words)


def _pattern(words: tuple[tuple[str, ...], ...]) -> Term:
    key = SOFT.join("*".join(pieces) for pieces in words)
    stems = [(_stem(piece)[0], at == 0) for word in words for at, piece in enumerate(word)]
    literal, begins_word = max(stems, key=lambda stem: len(stem[0]))
    is_of_words = begins_word and letters_of(literal) >= LEAST_LETTERS and not is_unspaced(key)
    if is_of_words and not any(map(is_arabic, literal.split(SOFT))):
        return Term(key=key, literal=SOFT + literal, check=Check.PATTERN, is_open=True)
    return Term(key=key, literal=literal, check=Check.PATTERN)


# --- checking hits -------------------------------------------------------------------------------------------


def span_of_hit(term: Term, text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give the stretch of a spread text that a hit of the term's literal stands for; None when it is no hit.

    For terms of the checks `ANYWHERE` and `ARABIC`.
    """
    return (start, end) if term.check is Check.ANYWHERE else _arabic_span(term, text, start, end)


def _arabic_span(term: Term, text: str, start: int, end: int) -> tuple[int, int] | None:
    before = text.rfind(SOFT, max(0, start - LONGEST_PROCLITIC - 1), start)
    if before < 0 or text[before + 1 : start] not in term.proclitics:
        return None
    if not term.is_open and text[end] not in EDGES:
        return None
    return _article_start(term.key, text, start), _word_end(text, end) if term.is_open else end


def _article_start(key: str, text: str, start: int) -> int:
    """Take the article into the evidence where the term was written with it."""
    written = key.startswith(ARTICLE) and text[start - len(ARTICLE) : start] == ARTICLE
    return start - len(ARTICLE) if written else start


def _word_end(text: str, at: int) -> int:
    found = _WORD_END.search(text, at)
    return found.start() if found else len(text)


def spans_of_pattern(term: Term, text: str) -> Iterator[tuple[int, int]]:
    """Find a term of check `PATTERN` in a spread text, overlapping hits included."""
    for found in _compiled(term.key).finditer(text):
        yield _article_start(term.key, text, found.start(1)), found.end(1)


@lru_cache(maxsize=4096)
def _compiled(key: str) -> re.Pattern[str]:
    """Compile a pattern term; done on its first hit, since most terms of a large rule set are never met."""
    words = key.split(SOFT)
    first, rest = (
        _word_pattern(words[0], is_first=True),
        [_word_pattern(w, is_first=False) for w in words[1:]],
    )
    body = SOFT.join([first[1], *(proclitic + stem for proclitic, stem in rest)])
    lead, tail = ("", "") if is_unspaced(key) else (f"(?<={SOFT})", f"(?=[{EDGES}])")
    return re.compile(f"{lead}(?={first[0]}({body}){tail})")


def _word_pattern(word: str, *, is_first: bool) -> tuple[str, str]:
    """Give the pattern of what may precede a word inside its white space, and that of the word."""
    if not is_arabic(word):
        return "", _letters_pattern(word)
    stem, proclitics = _stem(word)
    if is_first:
        return f"(?:{'|'.join(sorted(proclitics, key=len, reverse=True))})", _letters_pattern(stem)
    # Inside a phrase a word may take the article; a conjunction or a preposition would change the meaning.
    return "" if stem != word else f"(?:{ARTICLE})?", _letters_pattern(word)


def _letters_pattern(word: str) -> str:
    return f"[^{EDGES}]{{0,{_LONGEST_WILDCARD}}}".join(map(re.escape, word.split("*")))
