"""One pollster under measurement, in a process of its own: `python -m bench.subject NAME COUNT PORT FOLDER ROUND…`.

Polls all feeds of the farm once in each round and prints for each, as a line of JSON, how long it took, how much
processor time over all its processes, and how many items were new.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from bench.footprint import processor_seconds
from bench.pollsters import POLLSTERS, PollAll


def begin_round(port: int, kind: str) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/round/{kind}") as answer:
        answer.read()


async def timed(poll_all: PollAll) -> dict[str, float]:
    """Run one round."""
    cpu, start = processor_seconds(os.getpid()), time.perf_counter()
    found = poll_all()
    new_items = await found if inspect.isawaitable(found) else found
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "cpu_seconds": processor_seconds(os.getpid()) - cpu,
        "new_items": new_items,
    }


async def measure(name: str, count: int, port: int, folder: Path, rounds: Sequence[str]) -> None:
    async with POLLSTERS[name](count, port, folder) as poll_all:
        for kind in rounds:
            begin_round(port, kind)
            done = await timed(poll_all)
            sys.stdout.write(json.dumps({"round": kind, **done}) + "\n")
            sys.stdout.flush()


def main() -> None:
    name, count, port, folder, *rounds = sys.argv[1:]
    asyncio.run(measure(name, int(count), int(port), Path(folder), rounds))


if __name__ == "__main__":
    main()
