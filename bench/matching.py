"""Items matched per second with the shipped rules, and where the time goes: `python -m bench.matching`.

The items are those of the real feeds in `../shared/data/feeds`, which are not part of the project (see its README);
without them, those of the sample feeds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.report import Table
from watcher.analysis import Analysis
from watcher.config.load import load
from watcher.errors import FetchError
from watcher.ingest.parse import parse
from watcher.text.document import Document
from watcher.types import Feed, Fetched, Item

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data" / "feeds"
SAMPLES = ROOT / "seeds" / "feeds"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FEED = Feed(id="bench", url="bench:")
ROUNDS = 3
ITEMS = 1_000


def run() -> Table:
    """Measure, for `make bench`."""
    config = load(ROOT / "config" / "watcher.yml", environ={})
    start = time.process_time()
    analysis = Analysis(rules=config.rules, lists=config.lists, places=config.places)
    building = time.process_time() - start
    items = read_items()
    words = sum(len(item.body.split()) + len(item.title.split()) for item in items) / len(items)
    table = Table(
        title="Matching with the shipped rules",
        columns=("step", "items per second", "microseconds an item"),
        command="python -m bench.matching",
    )
    for name, step in steps(analysis).items():
        seconds = best_of(step, analysis, items)
        table.add(name, f"{len(items) / seconds:,.0f}", f"{seconds / len(items) * 1e6:,.0f}")
    terms = len({term.key for terms in config.lists.values() for term in terms.terms})
    table.note(
        f"{len(items):,} items of {words:.0f} words on average, processor time, best of {ROUNDS} rounds"
    )
    table.note(f"{len(config.rules)} rules on {terms:,} list terms; built in {building * 1e3:.0f} ms")
    return table


def steps(analysis: Analysis) -> dict[str, Callable[[Document], object]]:
    """Give what is timed; each step gets a fresh document, whose making is not timed but in the first and last."""
    engine = analysis.engine
    return {
        "language": lambda document: analysis.analyser.read(document.item),
        "folding": lambda document: (document.folded("title"), document.folded("body")),
        "folding and the pass over all terms": lambda document: engine.view(document, FEED),
        "places": lambda document: document.places,
        "words and sentences (for comparison: most items never need them)": lambda document: document.words(
            "body"
        ),
        "matching: all of that, as far as needed, but the language": lambda document: engine.match(
            document, FEED, NOW
        ),
        "everything": lambda document: analysis.analyse(document.item, FEED, NOW),
    }


def best_of(step: Callable[[Document], object], analysis: Analysis, items: Sequence[Item]) -> float:
    """Give the shortest of several rounds over all items, in seconds."""
    rounds = []
    for _ in range(ROUNDS):
        documents = [analysis.analyser.read(item) for item in items]
        start = time.process_time()
        for document in documents:
            step(document)
        rounds.append(time.process_time() - start)
    return min(rounds)


def read_items(count: int = ITEMS) -> list[Item]:
    """Read the items of the real feeds, or of the sample feeds."""
    folder = REAL if REAL.exists() else SAMPLES
    items: list[Item] = []
    for path in sorted(folder.glob("*.*")):
        try:
            items.extend(parse(fetched(path), seen_at=NOW).items)
        except FetchError:
            continue  # some of the real ones are damaged beyond reading
        if len(items) >= count:
            break
    return items[:count]


def fetched(path: Path) -> Fetched:
    """Make the answer of a server that sent the file."""
    kind = "application/feed+json" if path.suffix == ".json" else "application/xml"
    url = f"https://bench.example/{path.name}"
    return Fetched(
        feed_id=FEED.id,
        url=url,
        status=200,
        headers={"content-type": kind},
        body=path.read_bytes(),
        fetched_at=NOW,
        elapsed=NOW - NOW,
    )


if __name__ == "__main__":
    print(run())
