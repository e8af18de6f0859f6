"""Evidence keeps pointing at its words, whatever is cleaned and cut around it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.alert.inert import inert
from watcher.alert.marks import Run, excerpt, joined

LONG = " ".join(f"word{n}" for n in range(400))


def shown(text: str, *words: str, limit: int = 400) -> tuple[str, list[str]]:
    """Excerpt a text with these words marked; give the excerpt and what is marked in it."""
    result = excerpt(text, [(text.index(word), text.index(word) + len(word)) for word in words], limit=limit)
    return result.text, [result.text[start:end] for start, end in result.marks]


def test_a_short_text_is_shown_whole() -> None:
    assert shown("Militants fled Sirte.", "Sirte", "Militants") == (
        "Militants fled Sirte.",
        ["Militants", "Sirte"],
    )


def test_marks_follow_their_words_through_cleaning() -> None:
    text = "  Armed \x1b[1mmen\x1b[0m\n\tcrossed \u202e into\r\n Tunisia "
    assert shown(text, "\x1b[1mmen\x1b[0m", "Tunisia") == (
        "Armed men crossed into Tunisia",
        ["men", "Tunisia"],
    )


def test_a_long_text_is_cut_at_words_around_its_evidence() -> None:
    text, marked = shown(LONG, "word200", limit=60)
    assert text.startswith("…word")
    assert text.endswith("…")
    assert marked == ["word200"]
    assert all(word in LONG.split() for word in text.strip("…").split())
    assert len(text) <= 62


@pytest.mark.parametrize("word", ["word0", "word399"])
def test_evidence_at_either_end_fills_the_space_towards_the_middle(word: str) -> None:
    text, marked = shown(LONG, word, limit=60)
    assert marked == [word]
    assert len(text) > 50
    assert text.count("…") == 1


def test_the_stretch_with_most_evidence_is_chosen() -> None:
    _, marked = shown(LONG, "word10", "word300", "word302", "word304", limit=80)
    assert marked == ["word300", "word302", "word304"]


def test_a_text_without_blanks_is_cut_between_characters() -> None:
    text = "é" * 50_000 + "سرت" + "é" * 50_000
    result, marked = shown(text, "سرت", limit=100)
    assert marked == ["سرت"]
    assert len(result) <= 102


def test_a_mark_longer_than_the_limit_is_cut_too() -> None:
    result = excerpt("x" * 100_000, [(0, 100_000)], limit=50)
    assert len(result.text) <= 52
    assert result.marks == ((0, 50),)


def test_a_sentence_inside_a_text_is_quoted_with_the_marks_inside_it() -> None:
    text = "First one. Rebels crossed. Last one."
    result = excerpt(text, [(0, 5), (11, 17)], limit=400, start=11, end=26)
    assert (result.text, result.marks) == ("Rebels crossed.", ((0, 6),))


def test_runs_spell_the_text_with_its_evidence_apart() -> None:
    result = excerpt("Rebels crossed", [(0, 6)], limit=99)
    assert result.runs() == (Run(text="Rebels", is_evidence=True), Run(text=" crossed", is_evidence=False))


def test_marks_are_sorted_and_melted_where_they_touch() -> None:
    assert joined([(8, 9), (1, 3), (3, 5), (2, 4), (6, 6)]) == ((1, 5), (8, 9))


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    text=st.text(st.sampled_from("ab \n\x1b[m\u202e\u0301سرت👩\u200d\ud800"), max_size=120),
    marks=st.lists(st.tuples(st.integers(-5, 130), st.integers(-5, 130)), max_size=6),
    limit=st.integers(1, 60),
    bounds=st.tuples(st.integers(-5, 130), st.integers(-5, 130)),
)
def test_whatever_comes_in_marks_lie_inside_a_clean_bounded_text(
    text: str, marks: list[tuple[int, int]], limit: int, bounds: tuple[int, int]
) -> None:
    result = excerpt(text, marks, limit=limit, start=bounds[0], end=bounds[1])
    assert len(result.text) <= limit + 2
    assert inert(result.text) == result.text
    ends = [offset for mark in result.marks for offset in mark]
    assert ends == sorted(ends)
    assert all(0 <= start < end <= len(result.text) for start, end in result.marks)
    assert "".join(run.text for run in result.runs()) == result.text
