"""Finding inflected forms: which of a text's words are forms of the words that rules name.

Comes in: the lemma terms of a rule set, then a field and its language. Goes out: for each term that occurs, where. Called by
`scan`, only for rule sets that have such terms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from watcher.match.script import has_arabic, is_arabic, lay_out
from watcher.match.term import Term
from watcher.text.fold import Folded, fold_term
from watcher.text.lemmas import LANGUAGES

_MOST_WORDS = 20_000
"""So many distinct words of a language are remembered, 3 MB: most words of the next item are among them."""

_MOST_READ = 20_000
"""So many words that were not met before are read in one field; hostile texts have more, and there the rest are taken as
they are written.
"""

_ARABIC = "ar"
_NO_GRAMMAR = ""
"""A language that is none of `LANGUAGES`: its words are forms of themselves alone."""

Keys = tuple[str, ...]


class Lemmas(Protocol):
    """Knows inflection: `text.lemmas.Lemmatizer`, or a stand-in in tests."""

    def headword(self, written: str, language: str) -> str:
        """Give the folded dictionary form of a word that stands for all of its forms."""
        ...

    def readings(self, word: str, language: str) -> frozenset[str]:
        """Give the folded dictionary forms that a word may be a form of."""
        ...


class LemmaIndex:
    """The lemma terms of a rule set."""

    def __init__(self, terms: Iterable[Term], lemmas: Lemmas) -> None:
        self._terms = tuple(terms)
        self._lemmas = lemmas
        self._languages: dict[str, _OneLanguage] = {}

    def find(self, folded: Folded, language: str) -> dict[str, list[tuple[int, int]]]:
        """Find the forms in one field; linear in its length.

        Args:
            folded: the field.
            language: ISO 639-1; the grammar that is read by. Words in another script than its own are read as Arabic, or
                as they are written.

        Returns:
            For the key of each term that occurs, where, in offsets of the original text.
        """
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        if not self._terms:
            return found
        own, foreign = self._grammar(language), self._foreign_grammar(folded, language)
        is_foreign_arabic = language != _ARABIC
        source = folded.source
        for grammar in filter(None, (own, foreign)):
            grammar.begin_field()
        for start, end in lay_out([folded.text]).words_of(0) if own.has_terms or foreign else ():
            is_foreign = foreign is not None and is_arabic(folded.text[start:end]) == is_foreign_arabic
            grammar = foreign if is_foreign and foreign else own
            if not grammar.has_terms:
                continue
            first, last = (start, end) if folded.origins is None else folded.origin(start, end)
            for key in grammar.keys_of(source[first:last]):
                found[key].append((first, last))
        return found

    def _foreign_grammar(self, folded: Folded, language: str) -> _OneLanguage | None:
        """Give what words in another script than the language's are read by: an Arabic quotation, a Latin name."""
        if language not in LANGUAGES:
            return None
        if language != _ARABIC and not has_arabic(folded.text):
            return None
        grammar = self._grammar(_NO_GRAMMAR if language == _ARABIC else _ARABIC)
        return grammar if grammar.has_terms else None

    def _grammar(self, language: str) -> _OneLanguage:
        if language not in self._languages:
            self._languages[language] = _OneLanguage(self._terms, self._lemmas, language)
        return self._languages[language]


class _OneLanguage:
    """The terms by their dictionary forms in one language, and what is known of the words met so far."""

    def __init__(self, terms: Iterable[Term], lemmas: Lemmas, language: str) -> None:
        self._lemmas = lemmas
        self._language = language
        self._known: dict[str, Keys] = {}
        by_headword: dict[str, list[str]] = defaultdict(list)
        for term in terms:
            # A dictionary is not read for words that are in another script than its language.
            if language not in LANGUAGES or is_arabic(term.literal) == (language == "ar"):
                by_headword[lemmas.headword(term.key[1:], language)].append(term.key)
        self._by_headword = dict(by_headword)
        self._may_read = 0
        self.has_terms = bool(by_headword)

    def begin_field(self) -> None:
        """Allow the words of another field to be read."""
        self._may_read = _MOST_READ

    def keys_of(self, word: str) -> Keys:
        """Give the keys of the terms that a word is a form of."""
        keys = self._known.get(word)
        if keys is None:
            self._may_read -= 1
            if self._may_read < 0:
                return tuple(self._by_headword.get(fold_term(word), ()))
            if len(self._known) >= _MOST_WORDS:
                self._known.clear()
            keys = self._known[word] = self._read(word)
        return keys

    def _read(self, word: str) -> Keys:
        readings = self._lemmas.readings(word, self._language)
        return tuple(sorted({key for one in readings for key in self._by_headword.get(one, ())}))
