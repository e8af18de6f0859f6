"""What polls without news leave is committed in groups, and every poll learns whether its own was."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support import samples
from watcher.grouping import Groups
from watcher.storage.feeds import Unchanged
from watcher.storage.runner import StoreRunner
from watcher.storage.store import Store
from watcher.types import FeedState

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = NOW + HOUR


@pytest.fixture
def run(store: Store) -> Iterator[StoreRunner]:
    runner = StoreRunner(store)
    yield runner
    runner.close()


def leased(store: Store, count: int) -> list[FeedState]:
    feeds = [samples.feed(id=f"feed-{number}") for number in range(count)]
    with store.write() as tx:
        tx.feeds.configure(feeds, now=NOW)
    with store.write() as tx:
        return list(tx.feeds.lease_due(owner="me", now=NOW, until=LATER, limit=count))


def polled(state: FeedState) -> FeedState:
    return replace(state, due_at=LATER, last_poll_at=NOW, last_success_at=NOW, filled=True)


def settled(state: FeedState, **changes: Any) -> Unchanged:
    return Unchanged(before=state, after=replace(polled(state), **changes))


async def test_all_are_recorded_and_their_leases_given_back(store: Store, run: StoreRunner) -> None:
    states = leased(store, 50)
    groups = Groups(store, run)
    await asyncio.gather(*(groups.record(lambda _tx, state=state: settled(state)) for state in states))
    with store.read() as tx:
        assert [state for state, _ in tx.feeds.all()] == sorted(map(polled, states), key=lambda s: s.feed_id)
        assert tx.feeds.owners() == frozenset()
        assert tx.trends.watched(NOW), "these polls are part of the time in which feeds were watched"


async def test_what_was_noted_of_a_feed_while_it_was_polled_in_vain_stays(
    store: Store, run: StoreRunner
) -> None:
    (first,) = leased(store, 1)
    await Groups(store, run).record(lambda _tx: settled(first))
    with store.write() as tx:
        (again,) = tx.feeds.lease_due(owner="me", now=LATER, until=LATER + HOUR, limit=1)
        tx.feeds.heard(again.feed_id, at=LATER)  # a hub pushes an item just then
    until = LATER + HOUR
    await Groups(store, run).record(
        lambda _tx: Unchanged(before=again, after=replace(again, due_at=until, last_poll_at=LATER))
    )
    with store.read() as tx:
        after = tx.feeds.state(again.feed_id)
        assert after == replace(again, due_at=until, last_poll_at=LATER, last_new_item_at=LATER)
        assert tx.feeds.owners() == frozenset()


async def test_those_who_come_while_a_group_is_written_share_the_next_transaction(
    store: Store, run: StoreRunner
) -> None:
    calls = 0

    async def counted(call):  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        return await run(call)

    groups = Groups(store, counted)
    await asyncio.gather(
        *(groups.record(lambda _tx, state=state: settled(state)) for state in leased(store, 50))
    )
    assert calls == 2, "the first by itself, the others together"


async def test_a_state_that_the_store_refuses_does_not_keep_the_others_from_it(
    store: Store, run: StoreRunner
) -> None:
    good, bad, other = leased(store, 3)
    groups = Groups(store, run)
    results = await asyncio.gather(
        groups.record(lambda _tx: settled(good)),
        groups.record(lambda _tx: settled(bad, url="https://half.example/\ud800")),
        groups.record(lambda _tx: settled(other)),
        return_exceptions=True,
    )
    assert [isinstance(result, Exception) for result in results] == [False, True, False]
    with store.read() as tx:
        due = {state.feed_id: state.due_at for state, _ in tx.feeds.all()}
    assert due == {good.feed_id: LATER, bad.feed_id: NOW, other.feed_id: LATER}


async def test_a_leader_that_is_dropped_takes_its_group_with_it(store: Store) -> None:
    is_writing = asyncio.Event()

    async def stuck(_call):  # type: ignore[no-untyped-def]
        is_writing.set()
        await asyncio.Event().wait()

    first, second, third = leased(store, 3)
    groups = Groups(store, stuck)
    tasks = [
        asyncio.create_task(groups.record(lambda _tx, state=state: settled(state)))
        for state in (first, second, third)
    ]
    await is_writing.wait()
    for task in tasks[:2]:
        task.cancel()
    async with asyncio.timeout(30):
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
