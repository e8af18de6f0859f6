"""Time of the commands that people wait for, beside an interpreter that does nothing: `python -m bench.commands`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.report import Table

ROOT = Path(__file__).parent.parent
WATCHER = str(Path(sys.executable).with_name("watcher"))
_RUNS = 7


def best_of(command: list[str]) -> float:
    """Give the shortest of several runs, in seconds: the one that was disturbed least."""
    times = []
    for _ in range(_RUNS):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return min(times)


def run() -> Table:
    nothing = best_of([sys.executable, "-c", "pass"])
    table = Table(
        title="Commands beside an interpreter that does nothing",
        columns=("command", "milliseconds", "times `python -c pass`"),
        command="python -m bench.commands",
    )
    commands = {
        "python -c pass": None,
        "watcher --help": [WATCHER, "--help"],
        "watcher check": [WATCHER, "check"],
    }
    for name, command in commands.items():
        seconds = best_of(command) if command else nothing
        table.add(f"`{name}`", f"{seconds * 1000:.0f}", f"{seconds / nothing:.1f}")
    table.note(f"the shortest of {_RUNS} runs each")
    return table


if __name__ == "__main__":
    sys.stdout.write(str(run()))
