"""One pollster under measurement, in a process of its own: `python -m bench.subject watcher|reader COUNT PORT FOLDER`.

Fills its store from all feeds, then polls them all once more and prints, as JSON, how many polls a second of time and
of processor that round made, and the peak memory over all its processes.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READER_WORKERS = (1, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round took; `new_items` that it found."""

    seconds: float
    cpu_seconds: float
    new_items: int


class Memory:
    """Watches the proportional memory (PSS) of this process and its children; the peak, in MiB."""

    def __init__(self) -> None:
        self.peak = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(0.2):
            self.peak = max(self.peak, sum(map(_pss, _family())))

    def stop(self) -> float:
        self._stop.set()
        self._thread.join()
        return self.peak


def _family() -> list[int]:
    """Give the process numbers of this process and all below it."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    family = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sorted(family)


def _pss(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def _cpu() -> float:
    """Give the processor seconds of this process and of all below it, also those still running."""
    ticks = 0
    for pid in _family():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    gone = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ticks / os.sysconf("SC_CLK_TCK") + gone.ru_utime + gone.ru_stime


def begin_round(port: int, number: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/round/{number}") as answer:
        answer.read()


def timed(work: Callable[[], int]) -> Round:
    cpu, start = _cpu(), time.perf_counter()
    new_items = work()
    return Round(seconds=time.perf_counter() - start, cpu_seconds=_cpu() - cpu, new_items=new_items)


def run_reader(count: int, port: int, folder: Path) -> dict[str, Round]:
    """The peer: reader's `update_feeds`, with one worker and with many."""
    import warnings

    from reader import make_reader

    warnings.simplefilter("ignore")  # it warns of every entry without an id
    reader = make_reader(str(folder / "reader.db"))
    for number in range(count):
        reader.add_feed(f"http://127.0.0.1:{port}/feed/{number}")
    begin_round(port, 0)
    reader.update_feeds(workers=READER_WORKERS[-1], scheduled=False)

    def work(workers: int) -> int:
        before = reader.get_entry_counts().total or 0
        reader.update_feeds(workers=workers, scheduled=False)
        return (reader.get_entry_counts().total or 0) - before

    rounds = {}
    for number, workers in enumerate(READER_WORKERS, start=1):
        begin_round(port, number)
        rounds[f"reader update_feeds, {workers} workers"] = timed(lambda workers=workers: work(workers))
    return rounds


def run_watcher(count: int, port: int, folder: Path) -> dict[str, Round]:
    """The service itself, with the shipped rules, stories and outbox in the loop."""
    return {"watcher (rules, stories, outbox in the loop)": asyncio.run(_run_watcher(count, port, folder))}


async def _run_watcher(count: int, port: int, folder: Path) -> Round:
    from bench.workload import poll_all, service_parts

    async with service_parts(count, port, folder) as parts:
        begin_round(port, 0)
        await poll_all(parts)
        begin_round(port, 1)
        cpu, start = _cpu(), time.perf_counter()
        new_items = await poll_all(parts)
        return Round(seconds=time.perf_counter() - start, cpu_seconds=_cpu() - cpu, new_items=new_items)


def main() -> None:
    name, count, port, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    memory = Memory()
    rounds = {"watcher": run_watcher, "reader": run_reader}[name](count, port, folder)
    peak = memory.stop()
    results: dict[str, Any] = {
        label: {
            "polls_per_second": count / done.seconds,
            "polls_per_cpu_second": count / done.cpu_seconds,
            "new_items": done.new_items,
            "peak_mib": peak,
        }
        for label, done in rounds.items()
    }
    sys.stdout.write(json.dumps(results) + "\n")


if __name__ == "__main__":
    main()
