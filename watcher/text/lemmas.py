"""Word and language → the dictionary forms that it may be a form of, by simplemma: the one module that knows it.

Called by the matcher for the distinct words of an item, when a rule asks for a lemma. A dictionary is read when the first item in
its language comes: a fifth of a second to a second, 2 to 15 MB, 51 MB for all seven.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from watcher.text.fold import fold_term, is_dropped_mark
from watcher.text.inflection import arabic_starts, arabic_stems, guesses

if TYPE_CHECKING:
    from simplemma import Lemmatizer as Simplemma
    from simplemma.strategies import DictionaryLookupStrategy

LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "pt")
"""Those whose grammar the tests hold. In all others a word is a form of itself alone."""

_LONGEST = 40
_TATWEEL = "\u0640"
_ARTICLE = "ال"


class Lemmatizer:
    """Knows the dictionary forms of words. Holds dictionaries once they were needed; else immutable."""

    def __init__(self) -> None:
        self._simplemma: Simplemma | None = None
        self._dictionary: DictionaryLookupStrategy | None = None

    def headword(self, written: str, language: str) -> str:
        """Give the dictionary form, folded, of a word that stands for all of its forms.

        Args:
            written: the word as a rule names it. In Arabic it is taken as it is, without its article: verbs in the past, third
                person, as dictionaries list them.
            language: ISO 639-1.
        """
        if language == "ar":
            folded = fold_term(written)
            bare = folded.removeprefix(_ARTICLE)
            return bare if len(bare) > 2 else folded
        return fold_term(self._lemma(_spellings(written, language)[-1], language))

    def readings(self, word: str, language: str) -> frozenset[str]:
        """Give the dictionary forms, folded, that a word may be a form of.

        A form that is also a word of its own has several: "crossing" is one, and a form of "cross".

        Args:
            word: as the text has it.
            language: ISO 639-1; in those that are none of `LANGUAGES` a word is its own form alone.
        """
        folded = fold_term(word)
        if language not in LANGUAGES or len(word) > _LONGEST or not folded:
            return frozenset((folded,))
        if language == "ar":
            return frozenset(self._arabic(word))
        spellings = _spellings(word, language)
        known = {one for one in guesses(spellings[0], language) if self._is_headword(one, language)}
        found = {folded, *map(fold_term, known)}
        found.update(fold_term(self._lemma(one, language)) for one in spellings)
        return frozenset(found)

    def _arabic(self, word: str) -> set[str]:
        bare = "".join(char for char in word if not is_dropped_mark(char) and char != _TATWEEL)
        found = {fold_term(word)}
        for rest in arabic_starts(bare):
            lemma = fold_term(self._lemma(rest, "ar"))
            found.add(lemma)
            for stem in arabic_stems(fold_term(rest)):
                found.add(stem)
                found.add(fold_term(self._lemma(stem, "ar")))
        return found

    def _lemma(self, word: str, language: str) -> str:
        if language not in LANGUAGES or not word or len(word) > _LONGEST:
            return word
        if self._simplemma is None:
            self._load()
        assert self._simplemma is not None
        return self._simplemma.lemmatize(word, lang=language)

    def _is_headword(self, word: str, language: str) -> bool:
        if self._dictionary is None:
            self._load()
        assert self._dictionary is not None
        found = self._dictionary.get_lemma(word, language)
        return found is not None and found.lower() == word

    def _load(self) -> None:
        from simplemma import Lemmatizer as Simplemma
        from simplemma.strategies import DefaultStrategy, DictionaryLookupStrategy
        from simplemma.strategies.dictionaries import LOW_MEMORY_DICTIONARY_FACTORY

        # Asked for each distinct word once by its caller, which keeps what matters: no second cache is needed.
        self._simplemma = Simplemma(
            cache_max_size=1024, lemmatization_strategy=DefaultStrategy(low_memory=True)
        )
        self._dictionary = DictionaryLookupStrategy(LOW_MEMORY_DICTIONARY_FACTORY)


def _spellings(word: str, language: str) -> tuple[str, ...]:
    """Give the ways in which a dictionary may write a word: small, and in German with a capital too if it has one."""
    plain = unicodedata.normalize("NFC", word)
    small = plain.lower()
    return (small,) if language != "de" or plain == small else (small, small.capitalize())
