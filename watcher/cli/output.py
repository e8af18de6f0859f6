"""What commands print: JSON for programs, tables and highlighted text for people.

Text from feeds is hostile: it goes through `plain` before it reaches a terminal.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_WIDTH_IN_FILES = 10_000  # so that every row is one line, as grep and cut want it; Rich would take 80 columns
EVIDENCE_STYLE = "bold reverse yellow"


def print_json(data: object) -> None:
    """Print one JSON document, indented, with letters of every script as they are."""
    sys.stdout.write(to_json(data))


def to_json(data: object) -> str:
    """Give one JSON document as `print_json` prints it."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def print_json_line(data: object) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, separators=(", ", ": ")) + "\n")


def console(*, is_error: bool = False) -> Console:
    """Give the terminal: standard output, or standard error. Nothing that is printed on it is read as markup."""
    from rich.console import Console

    screen = Console(stderr=is_error, highlight=False, markup=False, emoji=False)
    if not screen.is_terminal and "COLUMNS" not in os.environ:
        screen.width = _WIDTH_IN_FILES
    return screen


def table(*columns: str) -> Table:
    """Give an empty table in the look that all commands share; see `cli.listing`."""
    from rich import box

    from watcher.cli.listing import Listing

    made = Listing(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def count(number: int, noun: str) -> str:
    """Give a number with its noun, in the singular for one: `1 feed`, `2 feeds`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def plain(text: str) -> str:
    """Make a text safe for a terminal: control and bidi characters become spaces or vanish."""
    if text.isprintable():
        return text
    return "".join(_safe(character) for character in text)


def highlighted(text: str, spans: Iterable[tuple[int, int]]) -> Text:
    """Give a text with stretches of it (code point offsets, end exclusive) highlighted."""
    from rich.text import Text

    # One character for each, so that offsets stay right.
    shown = Text("".join(character if character.isprintable() else " " for character in text))
    for start, end in spans:
        shown.stylize(EVIDENCE_STYLE, start, end)
    return shown


def rows(made: Table, values: Iterable[Sequence[object]]) -> Table:
    """Add rows of plain values to a table; None is an empty cell."""
    for row in values:
        made.add_row(*("" if value is None else plain(str(value)) for value in row))
    return made


def _safe(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf" if character not in "\u200c\u200d":  # joiners belong to Arabic and to emoji
            return ""
    return character
