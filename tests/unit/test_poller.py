"""The poller where the store refuses what a poll found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from watcher.clock import SystemClock
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

    context: Any = SimpleNamespace(clock=SystemClock(), metrics=Metrics(), run=run, fetcher=Refusing())
    poller = Poller(
        feeds={"a": Feed(id="a", url="https://a.example/")},
        context=context,
        owner="host/1/x",
        concurrency=1,
        on_told=lambda _channels: None,
    )
    tally = await poller.run_due()
    assert (tally.polled, tally.failed) == (1, 1)
