"""Tables of figures, in the Markdown of docs/benchmarks.md."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Table:
    """One measurement: what was compared, in which command, with remarks below it."""

    title: str
    columns: tuple[str, ...]
    command: str
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        self.rows.append(cells)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def __str__(self) -> str:
        lines = [f"## {self.title}", "", f"`{self.command}`", ""]
        lines += [_row(self.columns), _row(tuple("---" for _ in self.columns))]
        lines += [_row(row) for row in self.rows]
        lines += ["", *(f"{note}." for note in self.notes)]
        return "\n".join(lines) + "\n"


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"
