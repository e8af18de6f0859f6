"""Polls per second and peak memory beside reader's `update_feeds`: `python -m bench.polling [COUNT]`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.report import Table
from tests.support.service import free_port


@contextmanager
def farm() -> Iterator[int]:
    """Run the feed farm and give its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.feedfarm", str(port)])
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/round/0").close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def measure(name: str, count: int) -> dict[str, dict[str, Any]]:
    """Run one subject on a farm of its own; gives its rounds by what was run."""
    with farm() as port, tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.subject", name, str(count), str(port), folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return result


def run(count: int = 2_000) -> Table:
    """Measure the service and its peer in one run."""
    ours, peers = measure("watcher", count), measure("reader", count)
    table = Table(
        title=f"Polling {count:,} feeds: 90 % answer 304, 10 % have one new item",
        columns=("", "polls/s", "polls/s per core", "new items found", "peak memory MiB"),
        command=f"python -m bench.polling {count}",
    )
    for label, row in (ours | peers).items():
        table.add(
            label,
            f"{row['polls_per_second']:,.0f}",
            f"{row['polls_per_cpu_second']:,.0f}",
            f"{row['new_items']:,} of {count // 10:,}",
            f"{row['peak_mib']:,.0f}",
        )
    ratio = best(ours) / best(peers)
    table.note(f"watcher makes {ratio:.1f} times the polls per core of reader at its best")
    return table


def best(rounds: dict[str, dict[str, Any]]) -> float:
    """Give the most polls per second of processor time."""
    return max(float(row["polls_per_cpu_second"]) for row in rounds.values())


if __name__ == "__main__":
    sys.stdout.write(str(run(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)))
