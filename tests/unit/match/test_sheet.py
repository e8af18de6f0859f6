"""Fields laid out as one text: the same words, nothing found across two fields, and offsets that lead back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.match.script import separate, spread, word_spans
from watcher.match.sheet import Sheet
from watcher.text.fold import fold

FIELDS = st.lists(
    st.text(st.sampled_from("abحد中é .,-'\n\U0001d400"), max_size=12).map(lambda text: fold(text).text)
    | st.just("word, " * 60),
    min_size=1,
    max_size=3,
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(FIELDS)
def test_every_word_leads_back_to_its_field_and_place(fields: list[str]) -> None:
    sheet = Sheet(fields)
    there = [
        (sheet.field_at(start), *sheet.original(start, end))
        for start, end in word_spans(sheet.text)
        if sheet.text[start:end] != "\0"
    ]
    assert there == [
        (number, *span) for number, field in enumerate(fields) for span in word_spans(separate(field))
    ]


def test_one_field_reads_as_a_term_is_spread() -> None:
    assert Sheet(["al-qaeda, u.s."]).text == spread(separate("al-qaeda, u.s."))


def test_nothing_stands_across_two_fields() -> None:
    assert " raid border " not in Sheet(["a raid", "border post"]).text
