"""The service is killed at a hundred random moments and loses nothing.

Under a steady stream of new items and failing receivers, SIGKILL falls anywhere: while it starts, polls, commits,
sends, records. At the end every matching item was told, none twice in the ledger, and a receiver saw a repeat only
where a kill fell between its acceptance and the record of it; Slack, which can be asked, saw none.
"""

from __future__ import annotations

import random
import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.receiver import Behaviour, answer
from tests.support.service import Service, eventually
from tests.support.slack import Message, ThreadedSlack, refused
from tests.support.webhook import WebhookReceiver

KILLS = 100
SEED = 20_260_301
LONGEST_LIFE = 2.5  # times what a start takes: kills fall into the start too, and most of them into the work
LONGEST_START = 2.0  # seconds that are reckoned with at most, so that a slow machine needs no hour
PATHS = ("/a", "/b", "/c")
ITEMS_PER_SECOND = 2.0
SHOWN = 2_000  # all of them: what a feed drops while nobody polls it is not for the service to lose

RULE = {
    "id": "alarm",
    "title": "Alarm",
    "match": "alarm",
    "tests": [{"title": "alarm", "expect": "match"}],
}
# Letters only: a word in quotes would be the whole word that the rule waits for.
WORDS = sorted(set(re.findall(r"[a-z]{4,}", Path(__file__).read_text(encoding="utf-8"))) - {"alarm"})


@dataclass
class Stream:
    """Puts a new item into one of the feeds at a steady rate; every item is a story of its own."""

    server: ThreadedFeedServer
    rng: random.Random
    items: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {path: [] for path in PATHS})
    made: int = 0
    matching: set[str] = field(default_factory=set)

    def add(self) -> None:
        number = self.made
        self.made += 1
        path = PATHS[number % len(PATHS)]
        is_matching = number % 5 == 0
        words = " ".join(self.rng.choice(WORDS) + str(self.rng.randrange(10**6)) for _ in range(12))
        title = f"{'alarm' if is_matching else 'calm'} number {number} {words}"
        entry = {"guid": f"n{number}", "title": title, "link": f"https://news.example/{number}"}
        self.items[path] = [entry, *self.items[path]][:SHOWN]
        if is_matching:
            self.matching.add(title)
        self.publish(path)

    def publish(self, path: str) -> None:
        self.server.set(path, body=rss(self.items[path]), etag=f'"{path}-{self.made}"')

    @contextmanager
    def flowing(self) -> Iterator[None]:
        stop = threading.Event()

        def flow() -> None:
            while not stop.wait(1 / ITEMS_PER_SECOND):
                self.add()

        thread = threading.Thread(target=flow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


class Timed:
    """Remembers when a receiver accepted which delivery; mixed into the doubles."""

    accepted_at: list[tuple[str, float]]

    def note(self, delivery_id: str | None) -> None:
        assert delivery_id is not None, "every request says which delivery it is"
        self.accepted_at.append((delivery_id, time.monotonic()))


class TimedSlack(ThreadedSlack, Timed):
    def __init__(self) -> None:
        super().__init__()
        self.accepted_at = []

    def posted(self, message: Message) -> None:
        self.note(message.delivery_id)


class TimedWebhook(WebhookReceiver, Timed):
    def __init__(self) -> None:
        super().__init__()
        self.accepted_at = []

    async def accepted(self, request: web.Request, body: bytes) -> Any:
        reply = await super().accepted(request, body)
        self.note(request.headers.get("Idempotency-Key"))
        return reply


def failing(rng: random.Random, *failures: Behaviour) -> Iterator[Behaviour]:
    """Give one failure for about every third request."""
    for _ in range(20_000):
        yield rng.choice(failures) if rng.random() < 0.3 else Behaviour()


@pytest.mark.kill
@pytest.mark.timeout(800)
def test_a_hundred_kills_lose_nothing_and_tell_nothing_twice(
    tmp_path: Path, feeds: ThreadedFeedServer, record_property: Callable[[str, object], None]
) -> None:
    rng = random.Random(SEED)
    stream = Stream(server=feeds, rng=rng)
    for _ in PATHS:
        stream.add()
    stream.matching.clear()  # those are the archive, which the first poll fills without alerting
    with TimedSlack() as slack, TimedWebhook() as hook, Service(tmp_path) as service:
        configure(service, feeds, slack, hook)
        assert service.once()["alerts"] == 0
        start = seconds_to_start(service)
        slack.script(failing(rng, answer(500), refused("internal_error"), answer(503)))
        hook.script(failing(rng, answer(500), answer(502), answer(429, retry_after="0")))
        kills = []
        with stream.flowing():
            for _ in range(KILLS):
                service.start()
                time.sleep(rng.uniform(0.0, LONGEST_LIFE * min(start, LONGEST_START)))
                kills.append(time.monotonic())
                service.kill()
        slack.script([])
        hook.script([])
        settle(service, stream)
        everything = service.json("deliveries", "list", "--limit", "10000")
        # Beside the alerts there may be notices of channels that refuse for long.
        rows = [row for row in everything if row["rule"] == "alarm"]
        alerts = service.json("alerts", "list", "--limit", "10000", "--rule", "alarm")
        accepted = {row["id"]: accepted_tries(service, row) for row in rows}
    report = {
        "kills": len(kills),
        "seconds to start": round(start, 1),
        "items": stream.made,
        "matching": len(stream.matching),
        "alerts": len(alerts),
        "delivered": sum(row["state"] == "delivered" for row in rows),
    }
    for name, receiver in (("slack", slack), ("webhook", hook)):
        report[f"{name}: repeats seen"] = len(unexplained(receiver, kills, report, name))
    record_property("figures", ", ".join(f"{name}: {value}" for name, value in report.items()))
    assert {alert["headline"] for alert in alerts} == stream.matching, "lost or invented"
    assert len(alerts) == len(stream.matching), "told twice"
    assert {row["state"] for row in rows} == {"delivered"}
    assert len(rows) == 2 * len(alerts)
    assert set(accepted.values()) == {1}, "recorded as accepted more or less than once"
    assert report["slack: repeats seen"] == 0, "Slack is asked before anything is sent again"
    for receiver in (slack, hook):
        told = {delivery_id for delivery_id, _ in receiver.accepted_at}
        channel = "security" if receiver is slack else "hook"
        assert told == {
            row["id"] for row in everything if row["channel"] == channel and row["state"] == "delivered"
        }


def seconds_to_start(service: Service) -> float:
    """Measure how long this machine takes from the process's start to its readiness."""
    begin = time.monotonic()
    service.start()
    service.wait_ready()
    seconds = time.monotonic() - begin
    service.stop()
    return seconds


def configure(service: Service, feeds: ThreadedFeedServer, slack: TimedSlack, hook: TimedWebhook) -> None:
    channels = {
        "security": {
            "type": "slack",
            "fold_over": None,  # each alert is looked for by its own message
            "token": "xoxb-test-token",
            "channel": "#security",
            "base_url": slack.base_url,
        },
        "hook": {"type": "webhook", "url": hook.url},
    }
    service.configure(
        feeds=[{"id": path.strip("/"), "url": feeds.url(path)} for path in PATHS],
        rules=[RULE],
        channels=channels,
        routes=[{"to": ["security", "hook"]}],
        # A restart must not find all feeds resting: the stream would run out of what they list.
        polling={"interval": {"default": "1s", "min": "1s", "max": "1s"}},
    )


def settle(service: Service, stream: Stream) -> None:
    """Run the service undisturbed until nothing waits any more."""
    service.start()
    service.wait_ready()

    def is_settled() -> bool:
        states = select(
            service,
            "SELECT state, count(*) FROM deliveries JOIN alerts ON alerts.id = alert_id"
            " WHERE rule = 'alarm' GROUP BY state",
        )
        return states == [("delivered", 2 * len(stream.matching))]

    try:
        eventually(is_settled, within=240)
    finally:
        service.stop()


def accepted_tries(service: Service, row: dict[str, Any]) -> int:
    """Count the tries of a delivery that the ledger has as accepted."""
    query = "SELECT count(*) FROM attempts WHERE delivery_id = ? AND outcome = 'accepted'"
    ((count,),) = select(service, query, row["id"])
    return int(count)


def select(service: Service, query: str, *values: object) -> list[Any]:
    """Ask the database itself: a command each time would keep the service from its processor."""
    with closing(sqlite3.connect(service.folder / "watcher.db")) as database:
        return database.execute(query, values).fetchall()


def unexplained(receiver: Timed, kills: list[float], report: dict[str, Any], name: str) -> list[str]:
    """Give the deliveries that a receiver accepted more than once; each must be explained by a kill.

    A repeat is explained when its earlier acceptance is the last thing that this receiver accepted before a kill:
    had it been recorded, it would not have been sent again.
    """
    times = Counter(delivery_id for delivery_id, _ in receiver.accepted_at)
    last_before_kill = set()
    for kill in kills:
        before = [(at, delivery_id) for delivery_id, at in receiver.accepted_at if at <= kill + 0.05]
        if before:
            last_before_kill.add(max(before))
    repeated = [delivery_id for delivery_id, count in times.items() if count > 1]
    for delivery_id in repeated:
        earlier = sorted(at for other, at in receiver.accepted_at if other == delivery_id)[:-1]
        for at in earlier:
            assert (at, delivery_id) in last_before_kill, (
                f"{name} saw {delivery_id} twice without a kill between"
            )
    return repeated
