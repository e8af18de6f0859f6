"""Text and language → words and sentences, by spaCy: the one module of the core that knows it.

Comes in: a field's text and its language. Goes out: `Words`, offsets only. Called by `Document`, on first use.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from watcher.errors import WatcherError
from watcher.text.endings import Rules
from watcher.text.passages import Passages, Token
from watcher.text.shape import is_break, is_closer, is_word

if TYPE_CHECKING:
    from spacy.language import Language

_CHUNK_CHARS = 50_000
_LONGEST_RUN_CHARS = 400
STRINGS_KEPT = 400_000
_FALLBACK = "xx"

_SPACE = re.compile(r"\s")
_NOTHING = re.compile(r"(?!)")
_LONG_RUN = re.compile(rf"\S{{{_LONGEST_RUN_CHARS + 1},}}")
# Half characters, as broken feeds hold them: spaCy keeps its words in UTF-8 and fails on them.
_SURROGATE = re.compile("[\ud800-\udfff]")


class PipelineMissingError(WatcherError):
    """A trained pipeline that the configuration names is not installed."""

    def __init__(self, language: str, name: str) -> None:
        super().__init__(
            f"the spaCy pipeline {name!r} for language {language!r} cannot be loaded: install it with "
            f"`python -m spacy download {name}` (or give the path of a saved pipeline), or take it out of `models`"
        )
        self.language = language
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Where the words and the sentences of a text are, as offsets in code points of that text.

    Only tokens with a letter or a digit are words. `sentences` cover the text without gaps, each with the white
    space after it; an empty text has none.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    sentences: tuple[tuple[int, int], ...]

    def index_at(self, offset: int) -> int:
        """Give the index of the word that contains an offset, or else of the next word (`len(starts)` at the end)."""
        at = bisect_right(self.starts, offset) - 1
        return at if at >= 0 and offset < self.ends[at] else at + 1

    def sentence_at(self, offset: int) -> int:
        """Give the index of the sentence that contains an offset (the last one for offsets past the end)."""
        return max(0, bisect_right(self.sentences, offset, key=lambda sentence: sentence[0]) - 1)


class Tokenizer:
    """Splits texts of any language; loads a language's pipeline when it first meets it, and keeps it.

    Args:
        models: trained pipelines to use, by language: installed names or paths, as `spacy.load` takes them. Other
            languages get spaCy's blank pipeline, or its multi-language one where spaCy has none.
    """

    def __init__(self, models: Mapping[str, str] | None = None) -> None:
        self._models = dict(models or {})
        self._pipelines: dict[str, _Pipeline] = {}

    def words(self, text: str, language: str) -> Words:
        """Find the words and sentences of a text.

        Args:
            text: any text, of any length.
            language: ISO 639-1; `und` and unknown ones are split by the rules common to all languages.

        Raises:
            PipelineMissingError: the trained pipeline named for this language is not installed.
        """
        text = without_surrogates(text)
        starts, ends, breaks = self._pipeline(language).read(text)
        return Words(starts=tuple(starts), ends=tuple(ends), sentences=_sentences(breaks, len(text)))

    def passages(self, text: str, language: str) -> Passages | None:
        """Give what reads stretches of a text by themselves, with the results that `words` gives for the whole.

        None where a trained model looks at whole sentences, and where a name that the language's rules know by heart
        has a space in it (`EE. UU.`).
        """
        pipeline = self._pipeline(language)
        is_whole = pipeline.spaced is not None and pipeline.spaced.search(text)
        return None if is_whole else pipeline.passages

    def check(self) -> None:
        """Load every trained pipeline that is named; raises `PipelineMissingError` for the first that is not there."""
        for language in self._models:
            self._pipeline(language)

    def _pipeline(self, language: str) -> _Pipeline:
        pipeline = self._pipelines.get(language)
        # spaCy keeps every distinct word for ever: over months of news that would fill the memory.
        if pipeline is None or pipeline.strings > STRINGS_KEPT:
            name = self._models.get(language)
            pipeline = _Pipeline(_load_trained(language, name)) if name else _blank(language)
            self._pipelines[language] = pipeline
        return pipeline


class _Pipeline:
    """One loaded spaCy pipeline and what is read off its tokens."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._splits_sentences = bool({"parser", "senter"} & set(nlp.pipe_names))
        if not self._splits_sentences:
            _forget_attributes(nlp)
        self._is_word = nlp.vocab.add_flag(is_word)
        self._is_break = nlp.vocab.add_flag(is_break)
        self._is_closer = nlp.vocab.add_flag(is_closer)
        self.passages = self._local()
        self.spaced = self._spaced()

    @property
    def strings(self) -> int:
        return len(self._nlp.vocab.strings)

    def _local(self) -> Passages | None:
        """Read passages by themselves where the language's rules look at one chunk at a time, as nearly all do."""
        from spacy.attrs import ORTH
        from spacy.tokenizer import Tokenizer as ByRules

        found = self._nlp.tokenizer
        # Languages with a splitter of their own (Chinese) may look further than from one space to the next.
        if self._splits_sentences or not isinstance(found, ByRules) or type(found) is not ByRules:
            return None
        rules = Rules(
            by_heart={word: tuple(str(part[ORTH]) for part in parts) for word, parts in found.rules.items()},
            prefix=found.prefix_search or _NOTHING.search,
            suffix=found.suffix_search or _NOTHING.search,
            infix=found.infix_finditer or _NOTHING.finditer,
            has_whole=found.token_match is not None,
        )
        return Passages(self._tokens, rules)

    def _spaced(self) -> re.Pattern[str] | None:
        """Find what the rules know by heart that has white space in it."""
        known = getattr(self._nlp.tokenizer, "rules", None) or ()
        spaced = [re.escape(one) for one in known if one.strip() and _SPACE.search(one)]
        return re.compile("|".join(spaced)) if spaced else None

    def _tokens(self, chunk: str) -> tuple[Token, ...]:
        """Split one chunk; a very long one in parts, as `portions` has it."""
        if len(chunk) <= _LONGEST_RUN_CHARS:
            return tuple(
                _token(token.text, token.idx) for token in self._nlp.tokenizer(without_surrogates(chunk))
            )
        known: dict[str, tuple[Token, ...]] = {}  # what is so long mostly repeats itself
        found: list[Token] = []
        for begin in range(0, len(chunk), _LONGEST_RUN_CHARS):
            part = chunk[begin : begin + _LONGEST_RUN_CHARS]
            tokens = known.get(part) or known.setdefault(part, self._tokens(part))
            found += [one._replace(start=begin + one.start, end=begin + one.end) for one in tokens]
        return tuple(found)

    def read(self, text: str) -> tuple[list[int], list[int], list[int]]:
        """Give the beginnings and the ends of the words, and where sentences begin after a break."""
        import numpy as np

        flags = [self._is_word, self._is_break, self._is_closer]
        read, breaks = [], []
        for begin, end in portions(text):
            doc = (
                self._nlp(text[begin:end]) if self._splits_sentences else self._nlp.tokenizer(text[begin:end])
            )
            columns = doc.to_array(["IDX", "LENGTH", "SPACY", "IS_SPACE", *flags]).astype(int)
            columns[:, 0] += begin
            read.append(columns)
            if self._splits_sentences:
                breaks += [begin + token.idx for token in doc if token.is_sent_start and token.i]
        if not read:
            return [], [], []
        tokens = np.concatenate(read)
        words = tokens[tokens[:, 4] == 1]
        if not self._splits_sentences and len(words):
            breaks = list(_ruled_breaks(tokens, first_word=int(words[0, 0])))
        return words[:, 0].tolist(), (words[:, 0] + words[:, 1]).tolist(), breaks


def _blank(language: str) -> _Pipeline:
    """Give the blank pipeline of a language; a new one when the last has taken up too many words."""
    if _kept(language).strings > STRINGS_KEPT:
        _kept.cache_clear()
    return _kept(language)


@cache
def _kept(language: str) -> _Pipeline:
    # Of the process: workers share those that were loaded before they were forked.
    return _Pipeline(_load_blank(language))


def _forget_attributes(nlp: Language) -> None:
    """Let new words be taken up without finding out what nobody asks: whether they look like links, their shape and so on.

    That takes longer than to split them.
    """
    from spacy.attrs import IS_SPACE

    getters: dict[int, object] = nlp.vocab.lex_attr_getters  # type: ignore[attr-defined]  # spaCy's stub lacks it
    for attribute in getters.keys() - {IS_SPACE}:
        del getters[attribute]


def _token(text: str, at: int) -> Token:
    return Token(
        at,
        at + len(text),
        is_word=is_word(text),
        is_break=is_break(text),
        is_closer=is_closer(text),
    )


def _ruled_breaks(columns: Any, *, first_word: int) -> Iterator[int]:
    """Yield where sentences begin: behind a stop and what closes it, and behind a line end.

    Args:
        columns: for each token its offset, length, whether a space follows, whether it is white space, whether it is
            a word, a break, a closing sign.
        first_word: offset of the first word; nothing before it is a sentence.
    """
    offsets, spaces, are_space, are_break, are_closer = (columns[:, at].tolist() for at in (0, 2, 3, 5, 6))
    done = 0
    for at in columns[:, 5].nonzero()[0].tolist():
        following = at + 1
        # A quotation mark right behind the stop closes the sentence; one after a space opens the next.
        while following < len(offsets) and (
            are_break[following]
            or (are_closer[following] and not spaces[following - 1] and not are_space[following - 1])
        ):
            following += 1
        if following < len(offsets) and following > done and offsets[at] > first_word:
            yield offsets[following]
        done = max(done, following)


def _load_trained(language: str, name: str) -> Language:
    import spacy

    try:
        # Only what splits sentences is used here; the rest would cost ten times as much.
        return spacy.load(name, exclude=["ner", "lemmatizer", "tagger", "morphologizer", "attribute_ruler"])
    except (OSError, ImportError, ValueError) as error:
        raise PipelineMissingError(language, name) from error


def _load_blank(language: str) -> Language:
    import spacy

    try:
        return spacy.blank(language if language.isalpha() and len(language) in (2, 3) else _FALLBACK)
    except (ImportError, ValueError):
        # No such language in spaCy, or its splitter is a package that is not installed (Japanese, Thai …).
        return spacy.blank(_FALLBACK)


def without_surrogates(text: str) -> str:
    """Put U+FFFD for half characters; the length stays the same."""
    return _SURROGATE.sub("\ufffd", text)


def portions(text: str) -> Iterator[tuple[int, int]]:
    """Cut a text where there is white space, and runs without any at a fixed length.

    spaCy's time grows with the square of the length of a run of signs without spaces, and its own limit on a text's
    length is an error.
    """
    begin = 0
    for run in _LONG_RUN.finditer(text):
        yield from _cut(text, begin, run.start(), _CHUNK_CHARS)
        for at in range(run.start(), run.end(), _LONGEST_RUN_CHARS):
            yield at, min(at + _LONGEST_RUN_CHARS, run.end())
        begin = run.end()
    yield from _cut(text, begin, len(text), _CHUNK_CHARS)


def _cut(text: str, begin: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    while end - begin > size:
        at = begin + size
        while not text[at - 1].isspace():
            at -= 1
        yield begin, at
        begin = at
    if begin < end:
        yield begin, end


def _sentences(breaks: list[int], length: int) -> tuple[tuple[int, int], ...]:
    if not length:
        return ()
    edges = [0, *breaks, length]
    return tuple((start, end) for start, end in itertools.pairwise(edges) if start < end)
