"""Fields laid out as one text: the same words, nothing found across two fields, and offsets that lead back."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.match.script import lay_out, spread

FIELDS = st.lists(
    st.text(st.sampled_from("abحد中éé .,-'\n\0\ud800\U0001d400") | st.characters(), max_size=12)
    | st.just("words, " * 60),
    min_size=1,
    max_size=3,
)


def separated(folded: str) -> str:
    """Put a space for what may separate the words of a phrase, and a line break for what ends it."""
    return "".join(
        char if unicodedata.category(char)[0] in "LNM" else " " if char in " '\"-()[]/_*" else "\n"
        for char in folded
    )


def spread_slowly(separated_text: str) -> str:
    words = " ".join(filter(None, separated_text.replace("\n", "\n ").split(" ")))
    return f" {words} ".replace(" \n", "\n") if words else " "


def words_slowly(field: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer("[^ \n]+", separated(field))]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(FIELDS)
def test_fields_read_as_one_text_and_lead_back_to_their_own(fields: list[str]) -> None:
    sheet = lay_out(fields)
    assert sheet.text == spread_slowly(" \0 ".join(map(separated, fields)))
    assert sheet.is_ascii == sheet.text.isascii()
    there = [sheet.locate(*found.span()) for found in re.finditer("[^ \n\0]+", sheet.text)]
    assert there == [(number, *span) for number, field in enumerate(fields) for span in words_slowly(field)]
    assert [sheet.words_of(number) for number in range(len(fields))] == [*map(words_slowly, fields)]


def test_a_stretch_of_several_words_leads_back_with_what_stands_between() -> None:
    field = "in al-qaeda, u.s."
    sheet = lay_out(["title", field])
    start, end = sheet.text.index("qaeda"), sheet.text.index("s\n") + 1
    number, first, last = sheet.locate(start, end)
    assert number == 1
    assert field[first:last] == "qaeda, u.s"


def test_nothing_stands_across_two_fields() -> None:
    assert " raid border " not in lay_out(["a raid", "border post"]).text


def test_a_term_is_spread_as_a_field_is() -> None:
    assert spread("al-qaeda, u.s.") == lay_out(["al-qaeda, u.s."]).text == " al qaeda\n u\n s\n "


@pytest.mark.parametrize("at", [-1, 0, 4, 10**9])
def test_where_no_word_is_leads_nowhere(at: int) -> None:
    for fields in (["..."], [], ["", "-"], ["a"]):
        with pytest.raises(IndexError):
            lay_out(fields).locate(at, at + 1)
