"""How well the shipped rule about Tunisia's borders reads news: precision, recall and F1 per language.

    python -m bench.tunisia [FILE.jsonl]       # also: --errors lists what was missed and what was wrongly told

Runs the shipped configuration over labelled items, as the service would. The data is not part of the project (see
its README): `../shared/data/tunisia.jsonl` beside the repository.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.report import Table
from watcher.analysis import Analysis
from watcher.config.load import load
from watcher.types import Feed, Item

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "tunisia.jsonl"
CONFIG = ROOT / "config" / "watcher.yml"
RULE = "tunisia-border-threat"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FEED = Feed(id="bench", url="bench:")

Labelled = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Counts of one group of items; `told` is what the rule matched, `right` what it should have."""

    items: int
    told: int
    wanted: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.told if self.told else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.told + self.wanted) if self.told + self.wanted else 0.0


def run(path: Path = DATA) -> Table:
    """Measure, for `make bench`."""
    table = Table(
        title="The shipped rule about Tunisia's borders",
        columns=("language", "items", "precision", "recall", "F1"),
        command="python -m bench.tunisia",
    )
    if not path.exists():
        table.note(f"Not measured: there is no {path.name}")
        return table
    for name, found in by_language(judge(read(path))):
        table.add(name, str(found.items), f"{found.precision:.2f}", f"{found.recall:.2f}", f"{found.f1:.2f}")
    table.note(
        "Labelled items written for this purpose; development data"
        if path == DATA
        else f"Items of {path.name}"
    )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--errors", action="store_true", help="list what was missed and wrongly told")
    arguments = parser.parse_args()
    if not arguments.data.exists():
        sys.exit(f"no data at {arguments.data}: nothing measured")
    print(run(arguments.data))
    if arguments.errors:
        for item, told in judge(read(arguments.data)):
            if told != bool(item["label"]):
                print(
                    "told  " if told else "missed",
                    item["lang"],
                    item["kind"],
                    item["id"],
                    item["title"],
                    sep="  ",
                )


def read(path: Path) -> list[Labelled]:
    """Read labelled items, one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def judge(items: Sequence[Labelled]) -> list[tuple[Labelled, bool]]:
    """Pair each item with whether the rule tells it."""
    config = load(CONFIG, environ={})
    analysis = Analysis(rules=config.rules, lists=config.lists, places=config.places)
    told = []
    for labelled in items:
        matches = analysis.analyse(item_of(labelled), FEED, NOW).matches
        told.append((labelled, any(match.rule == RULE for match in matches)))
    return told


def item_of(labelled: Labelled) -> Item:
    """Make the item that a feed would have given; its language is left to be detected."""
    return Item(
        feed_id=FEED.id,
        key=labelled["id"],
        guid=None,
        url=None,
        title=labelled["title"],
        summary=labelled.get("summary") or labelled.get("body") or "",
        content="",
        seen_at=NOW,
    )


def by_language(judged: Iterable[tuple[Labelled, bool]]) -> list[tuple[str, Scores]]:
    """Count for each language, and for all."""
    pairs = list(judged)
    languages = sorted({item["lang"] for item, _ in pairs})
    groups = [(code, [pair for pair in pairs if pair[0]["lang"] == code]) for code in languages]
    return [(name, count(group)) for name, group in [*groups, ("all", pairs)]]


def count(pairs: Sequence[tuple[Labelled, bool]]) -> Scores:
    return Scores(
        items=len(pairs),
        told=sum(told for _, told in pairs),
        wanted=sum(bool(item["label"]) for item, _ in pairs),
        right=sum(told and bool(item["label"]) for item, told in pairs),
    )


if __name__ == "__main__":
    main()
