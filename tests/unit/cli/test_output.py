"""What reaches the terminal: hostile text made harmless, evidence highlighted where it is."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from watcher.cli.output import console, count, highlighted, plain, rows, table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Tunis, حدود, é", "Tunis, حدود, é"),
        ("a\x1b[31mred\x07", "a [31mred "),
        ("a\nb\tc\u2028d", "a b c d"),
        ("safe\u202eexe.\u2066x", "safeexe.x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\x9b31m", " 31m"),
    ],
)
def test_control_and_bidi_characters_do_not_reach_the_terminal(text: str, shown: str) -> None:
    assert plain(text) == shown


@settings(derandomize=True, max_examples=50)
@given(st.text(max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_highlighting_keeps_offsets_and_lets_no_control_character_through(
    text: str, start: int, end: int
) -> None:
    shown = highlighted(text, [(start, end)])
    assert len(shown.plain) == len(text)
    assert "\x1b" not in shown.plain


def printed(width: int) -> list[str]:
    screen = Console(width=width, file=StringIO(), markup=False, highlight=False)
    values = [
        ("de-1c59665f9459e3dc", "pending", None, "Gunmen cross the border near Dehiba"),
        ("b", "", 1, "x"),
    ]
    screen.print(rows(table("delivery", "state", "tries", "headline"), values))
    assert isinstance(screen.file, StringIO)
    return [line.rstrip() for line in screen.file.getvalue().splitlines()]


def test_a_table_that_would_break_its_words_is_told_row_by_row() -> None:
    assert printed(40) == [
        "delivery  de-1c59665f9459e3dc",
        "state     pending",
        "headline  Gunmen cross the border near",
        "          Dehiba",
        "",
        "delivery  b",
        "tries     1",
        "headline  x",
        "",
    ]
    assert any("de-1c59665f9459e3dc   pending" in line for line in printed(80))


def test_in_a_file_every_row_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert console().width > 1_000


def test_one_is_singular() -> None:
    assert [count(0, "feed"), count(1, "feed"), count(2, "feed")] == ["0 feeds", "1 feed", "2 feeds"]
