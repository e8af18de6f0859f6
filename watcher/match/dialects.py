"""Words that are operators in other databases' boolean queries, and what says the same here.

Comes in: a word of a query, or a name before a colon. Goes out: what to write instead, or None for what no database that
we know of takes for an operator. Called by `query`, which makes an error of each: a query that is pasted must not be read
more widely than it was meant.

The words are those of the query languages of Factiva, Nexis, Google, Meltwater, Europresse and Lucene.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

# Nearness: W/5, PRE/3, near/5, /5; ADJ5, NEAR.
_NEARNESS = re.compile(r"(?i:(W|N|WITHIN|PRE|P|ADJ|O?NEAR)?/(\d+))|(ADJ|O?NEAR)/?(\d*)")
_ORDERED = ("PRE", "P", "ADJ", "ONEAR")
_ONE_SENTENCE = re.compile(r"(?i:w?/s|w/seg|SAME)")
_ONE_PARAGRAPH = re.compile(r"(?i:w?/p)")
_PATTERN = re.compile(r"/.+/")
_BOOST = re.compile(r"[^~^]*([~^])\d*(?:\.\d+)?")
_LEAST = re.compile(r"(?i:atleast)(\d+)")

_SIGNS = {"&": "AND", "&&": "AND", "|": "OR", "||": "OR", "+": "AND", "-": "NOT", "!": "NOT"}
_SIGNS |= {"ANDNOT": "AND NOT", "BUTNOT": "NOT", "XOR": "OR"}
_SIGNS |= {"ET": "AND", "OU": "OR", "SAUF": "NOT", "UND": "AND", "ODER": "OR", "NICHT": "NOT"}

_BESIDE = {"site": "feed", "source": "feed", "lang": "language", "language": "language", "place": "place"}
_FIELDS = {"headline": "title", "hl": "title", "ti": "title", "titre": "title", "subject": "title"}
_FIELDS |= {"hlead": "lead", "lp": "lead", "hlp": "lead"}
_FIELDS |= {"text": "body", "td": "body", "content": "body", "texte": "body"}
_FIELDS |= {
    "byline": "author",
    "by": "author",
    "auteur": "author",
    "keywords": "categories",
    "tag": "categories",
}


class Foreign(NamedTuple):
    """What another database means: the operator as written, where in the word it stands, and what to write here."""

    operator: str
    offset: int
    suggestion: str


def foreign_word(word: str) -> Foreign | None:
    """Recognise a word that is, holds or begins with another database's operator.

    Args:
        word: between white space, brackets and quotation marks, as written.
    """
    if found := _NEARNESS.fullmatch(word):
        kind = "ONEAR" if (found[1] or found[3] or "").upper() in _ORDERED else "NEAR"
        return Foreign(word, 0, f"write {kind}/{found[2] or found[4] or 10}")
    if word in _SIGNS:
        advice = ", or the word in quotation marks" if word.isalpha() else ""
        return Foreign(word, 0, f"write {_SIGNS[word]}{advice}")
    if _ONE_SENTENCE.fullmatch(word):
        return Foreign(word, 0, "write same_sentence: [{query: …}, {query: …}]")
    if _ONE_PARAGRAPH.fullmatch(word):
        return Foreign(word, 0, "write same_paragraph: [{query: …}, {query: …}]")
    if _PATTERN.fullmatch(word):
        return Foreign(word, 0, "put {regex: '…'} and the query into an all: list")
    if found := _BOOST.fullmatch(word):
        advice = (
            "weights stand in score:"
            if found[1] == "^"
            else "for nearness write a NEAR/5 b, for forms of a word word*"
        )
        return Foreign(found[1], found.start(1), advice)
    if len(word) > 1 and word[0] in "-!+" and word[1].isalpha():
        return Foreign(word[0], 0, f"write {_SIGNS[word[0]]} {word[1:]}")
    return None


def foreign_function(name: str) -> Foreign | None:
    """Recognise a name that stands directly before a bracket: `atleast3(`, `headline(`."""
    if found := _LEAST.fullmatch(name):
        return Foreign(f"{name}(", 0, f"put {{count: …, min: {found[1]}}} and the query into an all: list")
    field = _FIELDS.get(name.lower())
    return Foreign(f"{name}(", 0, f"write {field}:( … )") if field else None


def foreign_field(name: str, known: Sequence[str]) -> str:
    """Say what to write for a name before a colon that is none of the known fields."""
    if name in _BESIDE:
        return f"put {{{_BESIDE[name]}: …}} and the query into an all: list"
    if name.lower() in _FIELDS:
        return f"write {_FIELDS[name.lower()]}:"
    close = get_close_matches(name.lower().removeprefix("in"), known, n=1)
    return f"did you mean '{close[0]}:'?" if close else f"known here: {', '.join(f'{one}:' for one in known)}"
