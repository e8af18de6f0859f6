"""A flood from outside: thousands of matching items within a minute into one channel that has a budget."""

from __future__ import annotations

import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import QUIET
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.service import Service, eventually
from tests.support.slack import ThreadedSlack

FEEDS = 20
EACH = int(os.environ.get("WATCHER_STORM", "1000")) // FEEDS
"""`WATCHER_STORM=5000 pytest tests/acceptance/test_storm.py` prints the figures of the guide's flood."""
BUDGET = 20
MIB = 1024 * 1024


def flood(feed: int) -> list[dict[str, str]]:
    """Make the items of one feed: all match, each is another story."""
    rng = random.Random(feed)

    def words(count: int) -> str:
        return " ".join(
            "".join(rng.choices("abdefghiklmnoprstuvz", k=rng.randint(4, 9))) for _ in range(count)
        )

    return [
        {
            "guid": f"{feed}-{n}",
            "title": f"Gunmen at the border: {words(6)}",
            "link": f"https://news{feed}.example/{n}",
            "description": words(30),
        }
        for n in range(EACH)
    ]


def memory_bytes(pid: int) -> int:
    """Give the memory of a process and its children; pages that they share count once (PSS)."""
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
            tasks = list(Path(f"/proc/{one}/task").iterdir())
            waiting += [int(c) for task in tasks for c in (task / "children").read_text().split()]
        except OSError:
            continue  # it ended meanwhile
        total += next(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total


@pytest.mark.timeout(400)
def test_a_flood_is_accounted_for_in_the_ledger_and_the_channel_gets_its_budget_and_a_digest(
    service: Service,
    feeds: ThreadedFeedServer,
    slack: ThreadedSlack,
    channels: dict[str, Any],
    record_property: Callable[[str, object], None],
) -> None:
    budget = {"alerts": BUDGET, "per": "1h"}
    paths = [f"/f{n}" for n in range(FEEDS)]
    for path in paths:
        feeds.set(path, body=rss(QUIET))
    service.configure(
        feeds=[{"id": path[1:], "url": feeds.url(path)} for path in paths],
        rules=[{"id": "border", "severity": "high", "match": {"all": ["gunmen", "border"]}}],
        channels={"security": {**channels["security"], "budget": budget, "fold_over": None}},
        routes=[{"to": ["security"]}],
        polling={"interval": {"default": "5s", "min": "5s", "max": "5s"}},
    )
    service.once()
    service.start()
    service.wait_ready()
    peaks = []

    def wave(items: int) -> None:
        """Let all feeds bring so many items in all, and wait until they are alerts."""
        for n, path in enumerate(paths):
            feeds.set(path, body=rss([*flood(n)[:items], *QUIET]))
        peaks.append(0)
        eventually(lambda: all_told(items), within=300, what="all alerts")

    def all_told(items: int) -> bool:
        time.sleep(0.5)  # to look is work for the service, too
        peaks[-1] = max(peaks[-1], memory_bytes(service.pid))
        line = re.search(
            r'watcher_alert_verdicts_total\{reason="first_report",.*\} (.*)', service.get("/metrics")[1]
        )
        return line is not None and float(line[1]) == FEEDS * items

    started = time.monotonic()
    wave(EACH // 2)
    wave(EACH)
    recorded = time.monotonic() - started
    eventually(lambda: len(slack.messages) >= BUDGET, within=120)
    service.stop()
    rows = service.json("deliveries", "list", "--limit", "10000")
    told = Counter((row["kind"], row["state"]) for row in rows)
    alone = told["alert", "delivered"]
    # The hour may end within the test: then there are two budgets, and two digests.
    assert alone in (BUDGET, 2 * BUDGET)
    assert alone + told["alert", "gathered"] == FEEDS * EACH
    assert told["digest", "pending"] in (1, 2)
    digests = [row["id"] for row in rows if row["kind"] == "digest"]
    assert service.json("deliveries", "retry", *digests) == {"retried": len(digests)}
    service.once()
    told = Counter(
        (row["kind"], row["state"]) for row in service.json("deliveries", "list", "--limit", "10000")
    )
    assert told == {("alert", "delivered"): FEEDS * EACH, ("digest", "delivered"): len(digests)}
    assert len(slack.messages) == alone + len(digests)
    assert f"{FEEDS * EACH - alone} alerts" in slack.messages[-1].shown or len(digests) == 2
    assert peaks[1] < 1.25 * peaks[0], "memory grows with what was told before"
    record_property(
        "figures",
        f"{FEEDS * EACH} matching items recorded in {recorded:.0f} s; told alone {alone}, in {len(digests)} digest "
        f"{FEEDS * EACH - alone}; memory at most {peaks[0] / MIB:.0f} MiB in the first half, {peaks[1] / MIB:.0f} in the second",
    )
