"""A table that stays readable where it is too wide for the terminal: then each row is a block of lines.

In: columns and rows of plain values. Out: what Rich prints. Made by `output.table`.
"""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table

_UNBOUNDED = 10_000


class Listing(Table):
    """Prints rows side by side as long as no word has to be broken, else one below the other."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        needed = Measurement.get(console, options.update_width(_UNBOUNDED), self).minimum
        if needed <= options.max_width:
            yield from super().__rich_console__(console, options)
            return
        for row in range(self.row_count):
            yield self._block(row)

    def _block(self, row: int) -> Table:
        """Lay out one row as lines of a column's name and its value; what is empty is left out."""
        block = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        block.add_column(style="dim", no_wrap=True)
        block.add_column(overflow="fold")
        for column in self.columns:
            value = list(column.cells)[row]
            if value != "":
                block.add_row(column.header, value)
        block.add_row("", "")
        return block
