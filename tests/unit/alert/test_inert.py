"""Text of feeds can do nothing: no terminal sequence, no control, no reordering gets through."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watcher.alert.inert import character_start, cut, inert, is_right_to_left, isolated

TEXTS = st.text(
    st.characters(codec=None)
    | st.sampled_from(
        "\x1b[]m\x07\x9b\u202e\u2066\u200d\u0301\ud83d\ude00\U0001f468\U0001f3fd\u2028\r\n\t َال"
    )
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, nothing else", "plain words, nothing else"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07word", "word"),
        ("\x1b]8;;https://evil.example\x1b\\bank\x1b]8;;\x1b\\", "bank"),
        ("\x1bcreset", "reset"),
        ("half \x1b", "half "),
        ("unended \x1b]0;words stay", "unended 0;words stay"),
        ("\x9b31mmangled\x93 quotes\x94", "31mmangled quotes"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("bell\x07 null\x00 delete\x7f", "bell null delete"),
        ("a\r\nBcc: all@example.org", "a Bcc: all@example.org"),
        ("a\u2028b\u2029c\x85d\x0be\u00a0f", "a b c d e f"),
        ("a \x07 b", "a b"),
        ("lone \ud83d surrogate", "lone \ufffd surrogate"),
        ("می‌خواهم", "می‌خواهم"),
        ("الحدود\u200f: 5", "الحدود\u200f: 5"),
        ("👩‍👩‍👧 and 🇹🇳", "👩‍👩‍👧 and 🇹🇳"),
    ],
)
def test_what_acts_is_stripped_and_what_is_read_stays(text: str, expected: str) -> None:
    assert inert(text) == expected


@settings(derandomize=True, max_examples=100, deadline=None)
@given(TEXTS)
@example("\x1b\x1b[[31m31m")
@example("\x1b\u202e[31m")
@example("\x00 \x1b]\x07 \n")
def test_nothing_is_left_that_could_act(text: str) -> None:
    result = inert(text)
    assert not {unicodedata.category(character) for character in result} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(result)
    assert "  " not in result
    assert inert(result) == result


@settings(derandomize=True, max_examples=100, deadline=None)
@given(TEXTS, st.integers(2, 60))
def test_a_cut_text_fits_and_starts_like_the_whole(text: str, limit: int) -> None:
    result = cut(text, limit)
    assert len(result) <= limit
    assert result == text or text.startswith(result.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("one two three four", 14, "one two three…"),
        ("one two three four", 13, "one two…"),
        ("x" * 30, 10, "x" * 9 + "…"),
        ("cafe\u0301s\u0301" * 3, 5, "caf…"),
        ("ab👩‍👩‍👧cd", 5, "ab…"),
    ],
)
def test_cuts_fall_between_words_else_between_characters(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


def test_a_tower_of_marks_can_be_cut_in_bounded_time() -> None:
    tower = "a" + "\u0301" * 100_000
    assert character_start(tower, 50_000) == 50_000
    assert len(cut(tower, 40)) <= 40


def test_right_to_left_text_is_isolated_from_what_stands_beside_it() -> None:
    assert isolated("مسلحون") == "\u2068مسلحون\u2069"
    assert isolated("plain") == "plain"
    assert is_right_to_left("Sirte سرت")
    assert not is_right_to_left("Сирт, سيرت"[:4])
