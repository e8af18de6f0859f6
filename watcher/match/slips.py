"""What somebody probably meant who wrote something else: slips of the pen, and the words of other rule languages.

Comes in: what was written where the rule language knows no such word. Goes out: a suggestion, or None. Called by
whatever reads or checks rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from string import ascii_lowercase

_OTHER_WORDS = {
    "or": "any: [ … ]",
    "and": "all: [ … ]",
    "not": "none: [ … ], or unless: beside match:",
    "term": "a text stands by itself, without a key",
    "text": "a text stands by itself, without a key",
    "word": "a text stands by itself, without a key",
    "phrase": "a text stands by itself, without a key",
    "keyword": "a text stands by itself, without a key",
    "keywords": "any: [ … ]",
    "words": "any: [ … ]",
    "pattern": "regex: '…'",
    "country": "place: TN, with the country's two letters",
    "city": "place: {near: Sfax, km: 20}",
    "region": "place: {near: Sfax, km: 20}",
}
_OTHER_WORDS |= {
    name: f"{{field: {name}, match: …}}" for name in ("title", "lead", "body", "author", "categories", "url")
}

_OWNERS = {
    "within": "near: [ … ] and sequence: [ … ]",
    "min": "count: …",
    "of": "at_least: 2",
    "threshold": "score: [ … ]",
    "weight": "an entry of score:",
    "km": "near: inside place:",
    "kind": "place: {in: TN, kind: city}",
    "min_confidence": "place: {in: TN, min_confidence: 0.8}",
}

_LANGUAGE_NAMES = {
    "ar": ("arabic", "arabe", "ara"),
    "de": ("german", "deutsch", "deu", "ger"),
    "en": ("english", "eng"),
    "es": ("spanish", "español", "spa"),
    "fr": ("french", "français", "fra", "fre"),
    "it": ("italian", "italiano", "ita"),
    "pt": ("portuguese", "português", "por"),
    "ru": ("russian", "rus"),
    "tr": ("turkish", "tur"),
    "zh": ("chinese", "zho", "chi"),
}
_KINDS = dict.fromkeys(("town", "village", "capital"), "city")
_KINDS |= dict.fromkeys(("province", "state", "governorate"), "region")


def meant(key: object, known: Collection[str]) -> str | None:
    """Give the known word that is closest to what was written, if one is close."""
    close = get_close_matches(str(key), list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(key: object, known: Collection[str]) -> str | None:
    """Suggest the known word that is closest to what was written, if one is close."""
    word = meant(key, known)
    return f"did you mean '{word}'?" if word else None


def form_meant(key: object) -> str | None:
    """Say how a condition is written for which another language has this word."""
    meant = _OTHER_WORDS.get(str(key).lower())
    return f"write {meant}" if meant else None


def owner_of(key: object) -> str | None:
    """Say which form a key goes with; None for one that goes with none."""
    owner = _OWNERS.get(str(key))
    return f"'{key}' goes with {owner}" if owner else None


def one_slip_away(word: str) -> Iterator[str]:
    """Yield what a folded word becomes when a letter is dropped, added, replaced, or exchanged with the next.

    The four slips that make most misspellings (Damerau 1964); for Latin script.
    """
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in ascii_lowercase:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


def language_meant(written: object) -> str | None:
    """Give the code of a language whose name, or longer code, was written; None for anything else."""
    name = str(written).lower()
    return next((code for code, names in _LANGUAGE_NAMES.items() if name in names), None)


def kind_meant(kind: str, known: Collection[str]) -> str:
    """Say which kind of place was probably meant."""
    meant = f"did you mean '{_KINDS[kind]}'?" if kind in _KINDS else did_you_mean(kind, known)
    return meant or f"one of {', '.join(sorted(known))}"
