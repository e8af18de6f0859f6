"""How fast items are folded into stories in a store that is already full, and how much memory a month takes.

    python -m bench.story_scale            # a store of 100,000 items and 10,000 open stories
    python -m bench.story_scale --full     # 1,000,000 items and 100,000 open stories: some minutes, some GB of disk

An item is all that the service writes of a matched one: the item, its match, its place in a story. What workers do
before the transaction (the fingerprint) is measured apart.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from bench.made_stories import MATCH, MadeNews, fill
from bench.report import Table
from watcher.storage.retention import close_stories
from watcher.storage.store import Store, open_store
from watcher.storage.tables import story_profiles, story_sketches, story_traits
from watcher.story.cluster import Report, fold_into_stories
from watcher.types import Fingerprint, Item, MatchOutcome

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = timedelta(hours=72)
POLL = 10  # new items that a poll brings
MEASURED = 3_000
SMALL, FULL = (100_000, 10_000), (1_000_000, 100_000)
MONTH_ITEMS = 300  # a day

Prepared = tuple[Item, Fingerprint]


def run(size: tuple[int, int] = SMALL) -> Table:
    """Measure, for `make bench`."""
    items, stories = size
    table = Table(
        title="Stories in a full store",
        columns=("store", "items a second", "ms an item", "of these in stories that were open"),
        command="python -m bench.story_scale" + (" --full" if size == FULL else ""),
    )
    with TemporaryDirectory(prefix="watcher-bench-") as folder:
        empty, _ = rate(open_store(f"sqlite:///{folder}/empty.db"), table, "empty", filled=0, stories=stories)
        store = open_store(f"sqlite:///{folder}/full.db")
        start = time.perf_counter()
        fill(store, items=items, stories=stories, now=NOW)
        filling = time.perf_counter() - start
        name = f"{items:,} items, {stories:,} open stories"
        full, preparing = rate(store, table, name, filled=items, stories=stories)
        size_mib = (Path(folder) / "full.db").stat().st_size / 2**20
    table.note(
        f"The rate in the full store is {full / empty:.2f} of that in the empty one (targets: 500 items a second at "
        f"1,000,000 items and 100,000 stories, 0.5)"
    )
    table.note(
        f"{MEASURED:,} items in transactions of {POLL}; half are of a story that is open in the full store"
    )
    table.note(
        f"The fingerprint, made by the workers before the transaction: {preparing * 1e3:.2f} ms an item"
    )
    table.note(f"The full store has {size_mib:,.0f} MiB and was made in {filling:.0f} s")
    for note in month():
        table.note(note)
    return table


def rate(store: Store, table: Table, name: str, *, filled: int, stories: int) -> tuple[float, float]:
    """Fold made items into a store; gives items a second, and the seconds a fingerprint takes."""
    news = MadeNews(seed=1)
    start = time.process_time()
    made = [news.item(number, known=stories, now=NOW) for number in range(filled, filled + MEASURED)]
    preparing = (time.process_time() - start) / len(made)
    joined = 0
    warm = made[: MEASURED // 6]
    for some in polls(warm):
        fold(store, some, NOW)
    measured = made[len(warm) :]
    start = time.process_time()
    for some in polls(measured):
        joined += fold(store, some, NOW)
    elapsed = time.process_time() - start
    store.close()
    table.add(
        name,
        f"{len(measured) / elapsed:,.0f}",
        f"{elapsed / len(measured) * 1e3:.2f}",
        f"{joined / len(measured):.0%}",
    )
    return len(measured) / elapsed, preparing


def polls(made: list[Prepared]) -> list[list[Prepared]]:
    return [made[start : start + POLL] for start in range(0, len(made), POLL)]


def fold(store: Store, some: list[Prepared], now: datetime) -> int:
    """Write what a poll writes of matched items; gives how many joined a story."""
    with store.write() as tx:
        ids = tx.items.add([item for item, _ in some])
        tx.items.save_matches([(ids[item.key], [(MATCH, MatchOutcome.TOLD)]) for item, _ in some], at=now)
        reports = [Report(item_id=ids[item.key], item=item, fingerprint=print_) for item, print_ in some]
        decisions = fold_into_stories(tx, reports, now=now, window=WINDOW)
    return sum(decision.reason != "new" for decision in decisions)


def month() -> list[str]:
    """Give memory and rows at the end of each week of a simulated month."""
    news = MadeNews(seed=2)
    notes: list[str] = []
    with TemporaryDirectory(prefix="watcher-bench-") as folder:
        store = open_store(f"sqlite:///{folder}/month.db")
        tracemalloc.start()
        for day in range(28):
            now = NOW + timedelta(days=day)
            first = day * MONTH_ITEMS
            made = [news.item(number, known=0, now=now) for number in range(first, first + MONTH_ITEMS)]
            for some in polls(made):
                fold(store, some, now)
            close_stories(store, before=now - WINDOW)
            if day % 7 == 6:
                notes.append(
                    f"Week {day // 7 + 1} of a simulated month: {tracemalloc.get_traced_memory()[0] / 2**20:.1f} MiB, {_rows(store)}"
                )
        tracemalloc.stop()
        store.close()
    return notes


def _rows(store: Store) -> str:
    names = {
        "open stories": story_profiles,
        "traits": story_traits,
        "sketch keys": story_sketches,
    }
    with store.read() as tx:
        return ", ".join(
            f"{tx.connection.scalar(select(func.count()).select_from(one)):,} {name}"
            for name, one in names.items()
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--full", action="store_true", help="a store of 1,000,000 items and 100,000 open stories"
    )
    print(run(FULL if parser.parse_args().full else SMALL))


if __name__ == "__main__":
    main()
