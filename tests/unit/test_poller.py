"""The poller where the store refuses what a poll found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from watcher.clock import SystemClock
from watcher.ingest.intake import Intake
from watcher.metrics import Metrics
from watcher.poller import Poller
from watcher.types import Feed, FeedState


async def test_a_poll_that_could_not_be_kept_counts_as_failed() -> None:
    leases = [[FeedState(feed_id="a", url="https://a.example/", due_at=datetime.now(UTC))], []]

    async def run(_call: Callable[[], object]) -> object:
        return leases.pop(0)

    class Refusing:
        async def fetch(self, _feed: Feed, _state: FeedState) -> None:
            raise OSError("the disk is full")

    context: Any = SimpleNamespace(
        clock=SystemClock(), metrics=Metrics(), run=run, fetcher=Refusing(), intake=Intake()
    )
    poller = Poller(
        feeds={"a": Feed(id="a", url="https://a.example/")},
        context=context,
        owner="host/1/x",
        concurrency=1,
        on_told=lambda _channels: None,
    )
    tally = await poller.run_due()
    assert (tally.polled, tally.failed) == (1, 1)


async def test_a_feed_that_is_due_again_before_its_last_poll_has_ended_is_polled_again() -> None:
    """A busy machine: the poll is recorded, and leased again, before its task has ended."""
    first = FeedState(feed_id="a", url="https://a.example/", due_at=datetime.now(UTC))
    second = replace(first, due_at=first.due_at + timedelta(seconds=5))
    leases = [[first], [first], [second], []]
    polled: list[FeedState] = []
    is_recorded = asyncio.Event()

    async def run(_call: Callable[[], object]) -> object:
        return leases.pop(0) if leases else []

    class Slow:
        async def fetch(self, _feed: Feed, state: FeedState) -> None:
            polled.append(state)
            await is_recorded.wait()
            raise OSError("ended")

    context: Any = SimpleNamespace(
        clock=SystemClock(), metrics=Metrics(), run=run, fetcher=Slow(), reach=None
    )
    poller = Poller(
        feeds={"a": Feed(id="a", url="https://a.example/")},
        context=context,
        owner="host/1/x",
        concurrency=1,
        on_told=lambda _channels: None,
    )
    for _ in range(3):
        await poller.tick()
        await asyncio.sleep(0)
    assert polled == [first], "a poll that outlived its lease is not begun twice"
    is_recorded.set()
    await poller.run_due()
    assert polled == [first, second]
