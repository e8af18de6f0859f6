"""The part of `watcher status` that says how the articles of feeds with full text stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watcher.cli.output import console, rows, table
from watcher.storage.articles import Trouble
from watcher.types import ArticleState


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleStanding:
    """How many articles there are in each state, and why some were not got."""

    counts: Mapping[ArticleState, int]
    troubles: Sequence[Trouble]

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            **{state.value: self.counts.get(state, 0) for state in ArticleState},
            "troubles": [
                {
                    "feed": trouble.feed_id,
                    "state": trouble.state.value,
                    "problem": trouble.problem.value,
                    "count": trouble.count,
                    "detail": trouble.detail,
                }
                for trouble in self.troubles
            ],
        }

    def show(self) -> None:
        """Print a line and, where articles were not got, a table; nothing where no feed has full text."""
        if not self.counts:
            return
        screen = console()
        stand = ", ".join(f"{self.counts.get(state, 0)} {state.value}" for state in ArticleState)
        screen.print(f"articles: {stand}")
        if self.troubles:
            made = table("feed", "articles", "state", "problem", "for example")
            cells = ((t.feed_id, t.count, t.state, t.problem, t.detail) for t in self.troubles)
            screen.print(rows(made, cells))
