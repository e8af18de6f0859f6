"""Hashes of pairs of words: the smallest of them, whatever the text."""

from __future__ import annotations

import re
from heapq import nsmallest
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.native.pairs import WordPairs
from watcher.native.word_marks import WordMarks
from watcher.native.words import hash_of

DETERMINISTIC = settings(derandomize=True, max_examples=60, deadline=None)
COMMON = frozenset(("the", "of", "في", "été", ""))
MARKS, NONE = WordMarks(dict.fromkeys(COMMON, 1)), WordMarks({})
START, PRIME = 0xCBF29CE484222325, 0x100000001B3  # of FNV-1a
FACTORS = 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53  # of the last step of MurmurHash3

WORDS = st.one_of(
    st.sampled_from(sorted(COMMON - {""})),
    st.sampled_from(
        (
            "gunmen",
            "border",
            "a_b",
            "x" * 130,
            "ب" * 70,
            "中国",
            "\U00020000",
            "\ud800",
            "\0",
            "²",
            "²x",
            "th",
            "then",
        )
    ),
    st.text(max_size=4),
)
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from((" ", " ", ", ", "-", ""))), max_size=20).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


def hashed(prefix: str, first: str, second: str) -> int:
    """The hash of a pair, in plain Python."""
    state = START
    for octet in prefix.encode("utf-8", "surrogatepass"):
        state = (state ^ octet) * PRIME % 2**64
    for word in (first, second):
        state = (state ^ hash_of(word)) * PRIME % 2**64
    for factor in FACTORS:
        state = (state ^ state >> 33) * factor % 2**64
    return state ^ state >> 33


def naive(
    text: str, most: int, words: int, prefix: str = "", common: frozenset[str] = frozenset()
) -> list[int]:
    """The same in plain Python."""
    kept = [word for word in re.findall(r"\w+", text)[:words] if word not in common]
    return nsmallest(most, {hashed(prefix, first, second) for first, second in pairwise(kept)})


@DETERMINISTIC
@given(TEXTS, st.integers(0, 12), st.integers(0, 25))
def test_the_smallest_hashes_of_pairs_are_those_of_a_naive_reading(text: str, most: int, words: int) -> None:
    pairs = WordPairs(text, MARKS)
    assert len(pairs) == len(re.findall(r"\w+", text))
    assert pairs.smallest(most, words=words) == naive(text, most, words)
    telling = pairs.smallest_telling(most, words=words, prefix="t ")
    assert telling == naive(text, most, words, "t ", COMMON)


@pytest.mark.parametrize("size", [62, 63, 64, 65, 66, 127, 128, 1_000])
def test_long_words_are_hashed_as_short_ones(size: int) -> None:
    text = " ".join(letter * size for letter in "abcdefg")
    assert WordPairs(text, NONE).smallest(9, words=7) == naive(text, 9, 7)


def test_every_letter_that_a_regular_expression_sees_is_one() -> None:
    every = "".join(map(chr, range(0x3000)))
    for text in (every, " ".join(every), f"a{'a'.join(every)}a"):
        assert len(WordPairs(text, NONE)) == len(re.findall(r"\w+", text))


def test_numbers_of_words_beyond_the_text_and_below_zero_are_no_harm() -> None:
    pairs = WordPairs("gunmen cross the border", MARKS)
    assert len(pairs.smallest(10, words=10**9)) == 3
    assert pairs.smallest(-1, words=-1) == pairs.smallest_telling(0, words=9, prefix="") == []


def test_a_long_text_is_read_to_its_end() -> None:
    text = "of " * 100_000 + "x" * 1_000_000 + " the border"
    pairs = WordPairs(text, MARKS)
    assert pairs.smallest(9, words=len(pairs)) == naive(text, 9, len(pairs))


def test_words_are_text() -> None:
    with pytest.raises(TypeError):
        WordPairs(None, NONE)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        WordPairs("text", None)  # type: ignore[arg-type]
