"""Polls per second of processor time, cold start and peak memory, beside reader and feedparser.

Run as `python -m bench.polling [COUNT [PEERS [ENTRIES]]]`: the service and the floor poll COUNT feeds, the peers the
first PEERS of them. With ENTRIES, bodies are cut to so many, so that ten thousand cold starts end within minutes;
reader's polls cost less with fewer entries stored, and its ratios then say little. Everybody polls a farm of the same
bodies (see `bench.feedfarm`), one after another, each in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench.feedfarm import NEWS_SHARE
from bench.footprint import PeakMemory
from bench.report import Table
from tests.support.service import free_port

ROUNDS = {
    "mixed": f"one in {NEWS_SHARE} has a new item, the others answer 304",
    "still": "all answer 304",
    "bare": "the bodies come back unchanged, without validators",
    "cold": "cold start: every feed is new",
}
TARGETS = {"mixed": 12, "still": 25, "bare": 60}
"""How many times the peer's polls per second of processor time; for the cold start, see `_cold`."""
COLD_TARGET = 4
MEMORY_TARGET_MIB = 400
_TICK_SECONDS = 0.01
"""Processor time is counted in such steps."""

SUBJECTS = {
    "watcher": "watcher (rules, stories, outbox in the loop)",
    "reader-1": "reader update_feeds, 1 worker",
    "reader-20": "reader update_feeds, 20 workers",
    "feedparser": "loop over feedparser.parse",
    "bare": "floor: bare aiohttp GETs",
}
PEERS_POLL = 300
"""Their cost for a feed hardly depends on how many there are (reader makes 86 polls of the mix in a second of a core at 2,000
feeds, 80 at 300; the loop keeps no store), and ten thousand would take them most of an hour. Five times as many as bodies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of one subject over `count` feeds."""

    count: int
    seconds: float
    cpu_seconds: float
    new_items: int

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    @property
    def per_cpu_second(self) -> float:
        return self.count / max(self.cpu_seconds, _TICK_SECONDS)

    @property
    def items_per_second(self) -> float:
        return self.new_items / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All rounds of one subject, and the most memory that its processes took."""

    rounds: Mapping[str, Round]
    peak_mib: float


@contextmanager
def farm(count: int, *entries: int) -> Iterator[int]:
    """Run the feed farm and give its port."""
    port = free_port()
    numbers = map(str, (count, port, *entries))
    process = subprocess.Popen([sys.executable, "-m", "bench.feedfarm", *numbers])
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/round/cold").close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def measure(name: str, rounds: Sequence[str], count: int, *entries: int) -> Measured:
    """Run one subject on a farm of its own; of a kind of round that is run twice the cheaper one counts."""
    with farm(count, *entries) as port, tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.subject", name, str(count), str(port), folder, *rounds]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        with PeakMemory(process.pid) as memory:
            output, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{name} ended with status {process.returncode}")
    found: dict[str, Round] = {}
    for line in output.splitlines():
        if line.startswith("{"):
            said = json.loads(line)
            kind = said.pop("round")
            done = Round(count=count, **said)
            if kind not in found or done.cpu_seconds < found[kind].cpu_seconds:
                found[kind] = done
    return Measured(rounds=found, peak_mib=memory.mib)


def measure_all(count: int, peers: int, *entries: int) -> dict[str, Measured]:
    """Measure everybody; a short round is run twice, because other work may share the machine."""
    ours = ("cold", "mixed", "mixed", "still", "still", "bare", "bare")
    theirs = ("cold", "mixed", "still", "bare")
    return {
        name: measure(name, ours, count, *entries)
        if name in ("watcher", "bare")
        else measure(name, theirs, peers, *entries)
        for name in SUBJECTS
    }


def run(count: int = 2_000, peers: int = PEERS_POLL, *entries: int) -> Table:
    """Measure the service, its peers and the floor in one run."""
    peers = min(count, peers)
    table = Table(
        title=f"Polling {count:,} feeds" + "".join(f" of {most} entries at most" for most in entries),
        columns=("round", "", "feeds", "polls/s", "polls/s per core", "of reader", "new items", "peak MiB"),
        command=" ".join(map(str, ("python -m bench.polling", count, peers, *entries))),
    )
    fill(table, measure_all(count, peers, *entries))
    return table


def fill(table: Table, measured: Mapping[str, Measured]) -> None:
    """Write down what was measured, with the ratios to the better of reader's two ways."""
    for kind, words in ROUNDS.items():
        peer = max(
            one.rounds[kind].per_cpu_second for name, one in measured.items() if name.startswith("reader")
        )
        for name, one in measured.items():
            _add(table, words, SUBJECTS[name], one.rounds[kind], peer, one.peak_mib)
            words = ""
    _notes(table, measured)


def _add(table: Table, words: str, name: str, done: Round, peer: float, peak_mib: float) -> None:
    table.add(
        words,
        name,
        f"{done.count:,}",
        f"{done.per_second:,.0f}",
        f"{done.per_cpu_second:,.0f}",
        f"{done.per_cpu_second / peer:.1f}",
        f"{done.new_items:,}",
        f"{peak_mib:,.0f}",
    )


def _notes(table: Table, measured: Mapping[str, Measured]) -> None:
    ours = measured["watcher"]
    count = ours.rounds["mixed"].count
    readers = [one for name, one in measured.items() if name.startswith("reader")]
    for kind, target in TARGETS.items():
        best = max(one.rounds[kind].per_cpu_second for one in readers)
        ratio = ours.rounds[kind].per_cpu_second / best
        table.note(f"{ROUNDS[kind]}: {ratio:.1f} times reader's polls per second per core (target: {target})")
    cold, fastest = (
        ours.rounds["cold"],
        max((one.rounds["cold"] for one in readers), key=lambda one: one.per_second),
    )
    table.note(
        f"Cold start on all cores: {cold.per_second / fastest.per_second:.1f} times reader's speed by feeds "
        f"(target: {COLD_TARGET}), {cold.items_per_second / fastest.items_per_second:.1f} times by items stored: "
        f"{cold.new_items / cold.count:.1f} a feed, reader {fastest.new_items / fastest.count:.1f}, which refuses "
        "documents that have an entry without id and link, or are not well-formed"
    )
    found = max((one.rounds["mixed"] for one in readers), key=lambda one: one.new_items)
    table.note(
        f"New items found where {count // NEWS_SHARE:,} feeds had one: {ours.rounds['mixed'].new_items:,}; "
        f"reader {found.new_items:,} of {found.count // NEWS_SHARE:,}"
    )
    table.note(f"Peak memory over all processes: {ours.peak_mib:.0f} MiB (target: {MEMORY_TARGET_MIB})")
    table.note(
        "Memory is the sum of the proportional set sizes of a subject and all processes below it, read from "
        "/proc/PID/smaps_rollup twice a second: a page that several share counts once in all"
    )
    table.note(
        "Processor time is that of all these processes, user and system; of two rounds of a kind, the cheaper"
    )


if __name__ == "__main__":
    sys.stdout.write(str(run(*map(int, sys.argv[1:]))))
