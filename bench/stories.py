"""How well reports of one event are put together: B-cubed on a stream of headlines, pairs across languages.

    python -m bench.stories

Runs the service's own folding, one pass in the order of the files. The data is not part of the project (see its README):
`../shared/data/stories.jsonl` and `tunisia.jsonl` beside the repository.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

from bench.report import Table
from bench.tunisia import CONFIG, FEED, NOW
from watcher.analysis import Analysis
from watcher.cli.item_json import read_item
from watcher.cli.storybook import StoryBook
from watcher.config.load import load
from watcher.story.fingerprint import fingerprint
from watcher.types import Fingerprint, Item, PlaceMention

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
WINDOW = timedelta(hours=72)


def run() -> Table:
    """Measure, for `make bench`."""
    table = Table(
        title="Stories: reports of one event",
        columns=("data", "precision", "recall", "F1", "ms an item"),
        command="python -m bench.stories",
    )
    for name in ("stories.jsonl", "tunisia.jsonl"):
        if not (DATA / name).exists():
            table.note(f"Not measured: there is no {name}")
            continue
        gold, found, languages, elapsed = fold(DATA / name)
        pace = f"{elapsed / len(gold) * 1e3:.1f}"
        if name == "stories.jsonl":
            table.add(f"{name}, B-cubed", *_shown(*bcubed(gold, found)), pace)
            continue
        for pair, scores in pairs(gold, found, languages).items():
            table.add(f"{name}, pairs {pair}", *_shown(*scores), pace)
    table.note("Thresholds and weights were chosen on these files: development figures")
    return table


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A labelled item with what it is compared by."""

    item: Item
    story: str
    language: str
    places: tuple[PlaceMention, ...]
    rules: tuple[str, ...]
    fingerprint: Fingerprint

    @property
    def outlet(self) -> str:
        return self.item.feed_id


def read_reports(name: str) -> list[Report]:
    """Read a labelled file with the shipped configuration, as the service would."""
    config = load(CONFIG, environ={})
    analysis = Analysis(rules=config.rules, lists=config.lists, places=config.places)
    found = []
    for number, line in enumerate((DATA / name).read_text("utf-8").splitlines()):
        read = read_item(line, key=str(number), now=NOW)
        item = replace(read, feed_id=read.author or f"item {number}")
        document = analysis.document(item, FEED)
        matches = analysis.engine.match(document, FEED, NOW)
        print_ = fingerprint(item, language=document.language, places=document.places, matches=matches)
        found.append(
            Report(
                item=item,
                story=json.loads(line)["story"],
                language=json.loads(line).get("lang", "en"),
                places=document.places,
                rules=tuple(match.rule for match in matches),
                fingerprint=print_,
            )
        )
    return found


def fold(path: Path) -> tuple[list[str], list[str], list[str], float]:
    """Put a file through; gives the true stories, those found, the languages, and seconds of processor time."""
    config = load(CONFIG, environ={})
    analysis = Analysis(rules=config.rules, lists=config.lists, places=config.places)
    gold, found, languages = [], [], []
    start = time.process_time()
    with StoryBook(WINDOW) as book:
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            labelled = json.loads(line)
            item = read_item(line, key=str(number), now=NOW)
            document = analysis.document(item, FEED)
            matches = analysis.engine.match(document, FEED, NOW)
            story = book.story_of(item, language=document.language, places=document.places, matches=matches)
            gold.append(labelled["story"])
            found.append(story)
            languages.append(labelled.get("lang", "en"))
    return gold, found, languages, time.process_time() - start


def bcubed(gold: Sequence[str], found: Sequence[str]) -> tuple[float, float]:
    """Give B-cubed precision and recall (Bagga & Baldwin 1998)."""
    true, made = Counter(gold), Counter(found)
    both = Counter(zip(gold, found, strict=True))
    precision = sum(count * count / made[story] for (_, story), count in both.items()) / len(gold)
    recall = sum(count * count / true[label] for (label, _), count in both.items()) / len(gold)
    return precision, recall


def pairs(
    gold: Sequence[str], found: Sequence[str], languages: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """Give precision and recall of the pairs said to be of one story, for each pair of languages and for all."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one, other in combinations(range(len(gold)), 2):
        is_true, is_found = gold[one] == gold[other], found[one] == found[other]
        for name in ("-".join(sorted((languages[one], languages[other]))), "all"):
            counts[name][0] += is_true and is_found
            counts[name][1] += is_found
            counts[name][2] += is_true
    return {
        name: (right / max(1, said), right / max(1, true))
        for name, (right, said, true) in sorted(counts.items())
    }


def _shown(precision: float, recall: float) -> tuple[str, str, str]:
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}"


if __name__ == "__main__":
    print(run())
