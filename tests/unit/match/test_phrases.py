"""Phrases of whole words: every one is found wherever it stands, and nothing else, however texts are made."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.match.script import lay_out, spread
from watcher.native.hits import Hits
from watcher.native.phrases import Phrases

Phrase = tuple[str, bool]

WORD = st.text(st.sampled_from("abح"), min_size=1, max_size=6)
TEXT = st.lists(WORD | st.sampled_from([".", ",", "-", "  "]), max_size=25).map(" ".join)
PHRASE = st.lists(WORD | st.just("."), min_size=1, max_size=4).map(
    lambda words: spread(" ".join(words)).strip()
)
PHRASES = st.lists(st.tuples(PHRASE.filter(bool), st.booleans()), max_size=12)


def found_in(phrases: list[Phrase], fields: list[str]) -> list[tuple[int, int, int, int]]:
    """Give of each hit the field, the number of the phrase, start and end."""
    sheet, hits = lay_out(fields), Hits()
    Phrases((number, *phrase) for number, phrase in enumerate(phrases)).find(sheet, hits)
    keys = [str(number) for number in range(len(phrases))]
    return sorted(
        (field, int(key), *span)
        for field, of_field in enumerate(hits.by_key(len(fields), keys))
        for key, first in of_field.items()
        if isinstance(first, int)
        for span in hits.spans(first)
    )


def found_slowly(phrases: list[Phrase], fields: list[str]) -> list[tuple[int, int, int, int]]:
    found = []
    for field, folded in enumerate(fields):
        sheet = lay_out([folded])
        text = sheet.text
        for number, (words, is_open) in enumerate(phrases):
            for start in range(1, len(text)):
                end = start + len(words)
                if text[start - 1] != " " or not text.startswith(words, start):
                    continue
                while is_open and text[end] not in " \n":
                    end += 1
                if text[end] in " \n":
                    _, first, last = sheet.locate(start, end)
                    found.append((field, number, first, last))
    return sorted(found)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(PHRASES, st.lists(TEXT, min_size=1, max_size=3))
def test_all_that_stands_there_is_found_and_nothing_else(phrases: list[Phrase], fields: list[str]) -> None:
    allowed = [(words, is_open and len(words) >= 3) for words, is_open in phrases]
    assert found_in(allowed, fields) == found_slowly(allowed, fields)


def test_many_phrases_are_all_found() -> None:
    phrases = [(f"{kind} {number}", number % 3 == 0) for number in range(90) for kind in ("no", "part of no")]
    text = " ".join(words for words, _ in phrases)
    assert found_in(phrases, [text]) == found_slowly(phrases, [text])


def test_a_word_that_goes_on_must_be_known_by_three_letters() -> None:
    with pytest.raises(ValueError, match="'ab' may begin too many words"):
        Phrases([(0, "ab", True)])


def test_hits_of_later_terms_can_be_taken_out() -> None:
    hits = Hits()
    for number, start in ((0, 1), (7, 5), (1, 9), (9, 13), (7, 17), (0, 21)):
        hits.add(number, 0, start, start + 3)
    assert hits.take(7) == {7, 9}
    assert len(hits) == 3
    (found,) = hits.by_key(1, ["a", "b"])
    assert {key: hits.spans(first) for key, first in found.items() if isinstance(first, int)} == {
        "a": [(1, 4), (21, 24)],
        "b": [(9, 12)],
    }


def test_hits_of_what_is_not_there_are_refused() -> None:
    hits = Hits()
    hits.add(3, 0, 1, 2)
    for fields, keys in ((1, ["a"]), (0, ["a", "b", "c", "d"])):
        with pytest.raises(IndexError):
            hits.by_key(fields, keys)
    with pytest.raises(IndexError):
        hits.spans(1)
