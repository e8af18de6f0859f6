"""Regular inflection: the dictionary forms that a word may be a form of, by its endings.

Comes in: a word in small letters and its language. Goes out: guesses, most of which are no words; `lemmas` keeps those
that its dictionary knows. They add what a dictionary with one entry for each form leaves out: participles and the like that are also
nouns or adjectives of their own ("crossing", "fuyant", "enlevé").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_Endings = tuple[tuple[str, tuple[str, ...]], ...]

_ENGLISH: _Endings = (
    ("ying", ("ie", "y", "ye")),
    ("ing", ("", "e")),
    ("ied", ("y",)),
    ("ed", ("", "e")),
    ("ies", ("y", "ie")),
    ("es", ("", "e")),
    ("s", ("",)),
)
_FRENCH_AGREEMENT = ("es", "e", "s", "")
_FRENCH: _Endings = (
    ("issant", ("ir",)),
    ("yant", ("ir", "ire", "yer")),
    ("geant", ("ger",)),
    ("çant", ("cer",)),
    ("enant", ("endre", "enir")),
    ("ant", ("er", "re", "ir", "oir")),
    ("é", ("er",)),
    ("i", ("ir", "re")),
    ("u", ("re", "ir", "oir")),
    ("is", ("endre", "ettre")),
    ("ert", ("rir",)),
)
_SPANISH_AGREEMENT = ("os", "as", "o", "a")
_SPANISH: _Endings = (
    ("ad", ("ar",)),
    ("id", ("er", "ir")),
    ("and", ("ar",)),
    ("iend", ("er", "ir")),
    ("yend", ("er", "ir", "ír")),
)
_PORTUGUESE: _Endings = (
    ("ad", ("ar",)),
    ("id", ("er", "ir")),
    ("and", ("ar",)),
    ("end", ("er",)),
    ("ind", ("ir",)),
)
_ITALIAN_AGREEMENT = ("o", "a", "i", "e")
_ITALIAN: _Endings = (
    ("at", ("are",)),
    ("ut", ("ere",)),
    ("it", ("ire",)),
    ("ant", ("are",)),
    ("ent", ("ere", "ire")),
)
_GERMAN_AGREEMENT = ("en", "er", "es", "em", "e", "")
_GERMAN: _Endings = (("end", ("en",)), ("et", ("en",)), ("t", ("en", "n")), ("en", ("en",)))

_BY_LANGUAGE: Mapping[str, tuple[tuple[str, ...], _Endings]] = {
    "en": (("",), _ENGLISH),
    "fr": (_FRENCH_AGREEMENT, _FRENCH),
    "es": (_SPANISH_AGREEMENT, _SPANISH),
    "pt": (_SPANISH_AGREEMENT, _PORTUGUESE),
    "it": (_ITALIAN_AGREEMENT, _ITALIAN),
    "de": (_GERMAN_AGREEMENT, _GERMAN),
}
IRREGULAR: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "bound": ("bind",),
        "broke": ("break",),
        "broken": ("break",),
        "dead": ("die",),
        "felt": ("feel",),
        "fell": ("fall",),
        "ground": ("grind",),
        "lay": ("lie",),
        "left": ("leave",),
        "lost": ("lose",),
        "rose": ("rise",),
        "saw": ("see",),
        "shot": ("shoot",),
        "spoke": ("speak",),
        "stolen": ("steal",),
        "wound": ("wind",),
    },
    "fr": dict.fromkeys(("mort", "morte", "morts", "mortes"), ("mourir",)),
}
"""Forms that are also words of their own, and the verbs that they are forms of."""

_SHORTEST_STEM = 2

# Written onto an Arabic word: "and", "so"; then a preposition, the article, both, or the sign of the future.
_ARABIC_START = re.compile("(?=([وف]?))(?=[وف]?(بال|كال|فال|لل|ال|[بكلس]?))")
_ARABIC_NOUN_ENDS = (
    "ون", "ين", "ان", "تان", "تين", "ات", "ة", "ي", "ية", "يون", "يين", "ه", "ها", "هم", "هن", "هما", "ك", "كم", "نا",
    "ته", "تها", "تهم", "اته", "اتها", "اتهم",
)  # fmt: skip
_ARABIC_PAST_ENDS = (
    "ت",
    "وا",
    "نا",
    "ا",
    "تا",
    "ن",
    "تم",
    "ته",
    "ه",
    "ها",
    "هم",
    "وه",
    "وها",
    "وهم",
    "تها",
    "تهم",
)
# In place of the ة of a feminine noun: two, several, and somebody's.
_ARABIC_FEMININE_ENDS = ("تان", "تين", "تا", "تي", "ات", "ته", "تها", "تهم", "تنا")
_SHORTEST_BEFORE_PLURAL_WAW = 4
_ARABIC_PRESENT_ENDS = ("ون", "وا", "ان", "ا", "ين", "ن", "ه", "ها", "هم", "ونه", "ونها", "ونهم")
_ARABIC_PERSONS = "يتنا"


def guesses(word: str, language: str) -> Iterator[str]:
    """Give what a word may be a form of, by the regular endings of a language other than Arabic.

    Args:
        word: in small letters, accents kept.
        language: ISO 639-1; nothing is known of most.
    """
    yield from IRREGULAR.get(language, {}).get(word, ())
    agreements, endings = _BY_LANGUAGE.get(language, ((), ()))
    for agreement in agreements:
        if not word.endswith(agreement):
            continue
        bare = word.removesuffix(agreement)
        for ending, replacements in endings:
            stem = bare.removesuffix(ending)
            if stem == bare or len(stem) < _SHORTEST_STEM:
                continue
            yield from (stem + replacement for replacement in replacements)
            if language == "en" and stem[-1] == stem[-2]:
                yield stem[:-1]  # the last letter is doubled: running
            if language == "de" and "ge" in stem[:6]:
                yield stem.replace("ge", "", 1) + "en"  # also behind a separable prefix: abgereist


def arabic_starts(word: str) -> Iterator[str]:
    """Give an Arabic word without each of the particles that may be written onto its start, and as it is."""
    found = _ARABIC_START.match(word)
    one, more = found.groups() if found else ("", "")
    for length in sorted({0, len(one), len(more) if word.startswith(more) else 0, len(one) + len(more)}):
        if len(word) - length >= _SHORTEST_STEM:
            yield word[length:]


def arabic_stems(word: str) -> Iterator[str]:
    """Give what an Arabic word may be a form of: without the endings of nouns and verbs, and the marks of person.

    Args:
        word: folded, without particles before it.
    """
    yield word
    for ending in {*_ARABIC_NOUN_ENDS, *_ARABIC_PAST_ENDS}:
        yield from _cut(word, ending)
    for ending in _ARABIC_FEMININE_ENDS:
        yield from (f"{stem}ة" for stem in _cut(word, ending))
    if word.endswith("و") and len(word) > _SHORTEST_BEFORE_PLURAL_WAW:
        yield word[:-1]  # the plural before a name loses its nun: musallahu l-qa'ida
    if word[0] not in _ARABIC_PERSONS:
        return
    for ending in ("", *_ARABIC_PRESENT_ENDS):
        for stem in _cut(word[1:], ending):
            # Many derived verbs begin with an alif in the past alone: yaqtahim, iqtahama.
            yield from (stem, f"ا{stem}")


def _cut(word: str, ending: str) -> Iterator[str]:
    if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
        yield word.removesuffix(ending)
