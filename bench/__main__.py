"""Runs every benchmark and writes docs/benchmarks.md: `make bench`."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    commands,
    copies,
    matching,
    polling,
    scale,
    schedule,
    split,
    stories,
    story_scale,
    tunisia,
    week,
)
from bench.report import Table

TARGET = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BENCHMARKS: tuple[Callable[[], Table], ...] = (
    polling.run,
    split.run,
    schedule.run,
    week.run,
    matching.run,
    scale.run,
    commands.run,
    tunisia.run,
    stories.run,
    copies.run,
    story_scale.run,
)


def machine() -> str:
    """Name the machine: processor, cores, Python."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = models[0] if models else platform.processor() or platform.machine()
    return f"{processor}, {len(models) or 1} cores, {platform.system()}, Python {platform.python_version()}"


def main() -> None:
    parts = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Ratios hold from machine to machine; absolute figures do not.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {machine()}.",
        "",
    ]
    for benchmark in BENCHMARKS:
        table = str(benchmark())
        sys.stdout.write(table + "\n")
        sys.stdout.flush()
        parts.append(table)
    TARGET.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
