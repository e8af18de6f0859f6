"""Cost of reading a polled document against the share of new entries: `python -m bench.split`.

Beside it, `feedparser.parse` and fastfeedparser read the whole of the same documents in the same process. Processor
time; each document is weighed by what it costs.
"""

from __future__ import annotations

import io
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import feedparser

from bench.feedfarm import REAL_FEEDS
from bench.report import Table
from watcher.ingest.novelty import parse_new
from watcher.ingest.seen import unpack
from watcher.types import Fetched, FullParse

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HEADERS = {"content-type": "application/xml"}
ROUNDS = 3


def documents() -> list[Fetched]:
    """Give the real feeds as answers, but for the JSON Feed, which the peers do not read."""
    bodies = [path.read_bytes() for path in sorted(REAL_FEEDS.glob("*.xml"))]
    return [
        Fetched(
            feed_id=str(number),
            url="https://served.example/feed",
            status=200,
            headers=HEADERS,
            body=body,
            fetched_at=NOW,
            elapsed=timedelta(0),
        )
        for number, body in enumerate(bodies)
        if body.lstrip()[:1] != b"{"
    ]


def seconds(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Give the processor time of one call, the least of some rounds."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return min(found)


def without(memory: bytes, new: Callable[[int], int]) -> bytes:
    """Forget the first entries of a document; `new` says how many of so many."""
    seen = unpack(memory)
    if seen is None:
        return memory
    count = new(len(seen.entries))
    return replace(seen, entries=dict(list(seen.entries.items())[count:])).pack()


def _feedparser(body: bytes, headers: dict[str, str]) -> None:
    feedparser.parse(io.BytesIO(body), response_headers=headers)


def feedparser_seconds(answers: Iterable[Fetched]) -> list[float]:
    headers = {**HEADERS, "content-location": "https://served.example/feed"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [seconds(partial(_feedparser, answer.body, headers)) for answer in answers]


def fast_seconds(answers: Iterable[Fetched]) -> list[float] | None:
    try:
        import fastfeedparser
    except ImportError:
        return None
    return [seconds(partial(fastfeedparser.parse, answer.body)) for answer in answers]


def our_seconds(answers: Iterable[Fetched], memories: Iterable[bytes]) -> list[float]:
    return [
        seconds(partial(parse_new, answer, seen_at=NOW, memory=memory))
        for answer, memory in zip(answers, memories, strict=True)
    ]


def run() -> Table:
    """Measure all of it in one run."""
    answers = documents()
    first = [parse_new(answer, seen_at=NOW) for answer in answers]
    whole = feedparser_seconds(answers)
    splittable = [feed.full_parse is FullParse.FIRST for feed in first]
    table = Table(
        title=f"Reading a polled document: {len(answers)} real feeds, {sum(splittable)} of them well-formed",
        columns=("", "ms per feed", "times cheaper than feedparser.parse", "per feed, lowest to highest"),
        command="python -m bench.split",
    )
    rows = {
        "none new": lambda _count: 0,
        "one new": lambda _count: 1,
        "5 % new": lambda count: max(1, round(count * 0.05)),
        "all new": lambda count: count,
    }
    measured: dict[str, list[float] | None] = {
        f"watcher, {label}": our_seconds(answers, [without(feed.memory, new) for feed in first])
        for label, new in rows.items()
    }
    measured["fastfeedparser, whole document"] = fast_seconds(answers)
    measured["feedparser.parse, whole document"] = whole
    for label, times in measured.items():
        if times is not None:
            _add(table, label, times, whole, splittable)
    table.note("Rows are over the well-formed feeds; the others are parsed whole each time, and counted")
    table.note(
        f"Over all of them, none new costs 1/{_ratio(measured['watcher, none new'], whole):.0f} "
        f"and one new 1/{_ratio(measured['watcher, one new'], whole):.0f} of feedparser.parse"
    )
    return table


def _add(table: Table, label: str, times: list[float], whole: list[float], chosen: list[bool]) -> None:
    pairs = [(ours, full) for ours, full, is_in in zip(times, whole, chosen, strict=True) if is_in]
    ratios = sorted(full / ours for ours, full in pairs)
    mean = sum(ours for ours, _ in pairs) / len(pairs)
    table.add(
        label,
        f"{mean * 1000:,.2f}",
        f"{sum(full for _, full in pairs) / sum(ours for ours, _ in pairs):,.1f}",
        f"{ratios[0]:,.1f} to {ratios[-1]:,.0f}",
    )


def _ratio(times: list[float] | None, whole: list[float]) -> float:
    return sum(whole) / sum(times or [float("nan")])


if __name__ == "__main__":
    sys.stdout.write(str(run()))
