"""What a process and all below it cost: processor time and memory, read from /proc.

In: a process number. Out: processor seconds and MiB. Used by the benchmarks that start subjects of their own.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path


def family(root: int) -> list[int]:
    """Give the process numbers of a process and of all below it."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (stat := _stat(int(folder.name))):
            parents[int(folder.name)] = int(stat[1])
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found)


def processor_seconds(root: int) -> float:
    """Give the processor time of a family, user and system, of those that have ended as well.

    In steps of 10 ms: measure a second at least.
    """
    stats = [stat for pid in family(root) if (stat := _stat(pid))]
    ticks = sum(int(field) for stat in stats for field in stat[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mib(root: int) -> float:
    """Give the proportional set size of a family: a page that several of them share counts once in all.

    Linux divides each page by the number of processes that map it (`Pss` of /proc/PID/smaps_rollup), so that the sum
    over a family is what it takes. A library that a stranger has loaded too counts in part.
    """
    return sum(map(pss_mib, family(root)))


class PeakMemory:
    """Watches the memory of a family from outside it, twice a second; use as a context manager."""

    def __init__(self, root: int) -> None:
        self.mib = 0.0
        self._root = root
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.5):
            self.mib = max(self.mib, memory_mib(self._root))


def _stat(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat behind the name, from the state on; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def pss_mib(pid: int) -> float:
    """Give the proportional set size of one process; 0 when it has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024
