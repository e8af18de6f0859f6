"""Manners towards a host, on a clock of the test's own."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from yarl import URL

from tests.support.clock import FakeClock
from watcher.errors import FetchError
from watcher.ingest.gate import HostGate
from watcher.ingest.manners import HostRecord, Scope, joined
from watcher.types import FetchProblem


class FakeTime(FakeClock):
    """Time that passes only when somebody sleeps, from 100 s on."""

    def __init__(self) -> None:
        super().__init__()
        self.advance(100.0)


def gate(
    time: FakeTime, *, concurrency: int = 2, min_delay: float = 1.0, scope: Scope = Scope.HOST
) -> HostGate:
    return HostGate(concurrency=concurrency, min_delay=timedelta(seconds=min_delay), clock=time, scope=scope)


async def test_starts_at_one_host_are_spaced() -> None:
    time = FakeTime()
    starts = []
    shared = gate(time)
    for _ in range(3):
        async with shared.slot(URL("http://a.example/x")):
            starts.append(time.monotonic())
    assert starts == [100.0, 101.0, 102.0]


async def test_hosts_do_not_wait_for_each_other() -> None:
    time = FakeTime()
    shared = gate(time)
    async with shared.slot(URL("http://a.example/")), shared.slot(URL("http://b.example/")):
        assert time.monotonic() == 100.0


async def test_no_more_than_the_limit_run_at_once() -> None:
    shared = gate(FakeTime(), min_delay=0.0)
    running = 0
    most = 0
    release = asyncio.Event()

    async def one() -> None:
        nonlocal running, most
        async with shared.slot(URL("http://a.example/")):
            running += 1
            most = max(most, running)
            await release.wait()
            running -= 1

    tasks = [asyncio.create_task(one()) for _ in range(6)]
    for _ in range(20):
        await asyncio.sleep(0)
    release.set()
    await asyncio.gather(*tasks)
    assert most == 2


async def test_processes_that_ask_the_same_hosts_share_what_those_bear() -> None:
    time = FakeTime()
    shared = gate(time, concurrency=4, min_delay=1.0)
    starts: list[float] = []
    most = running = 0

    async def one() -> None:
        nonlocal most, running
        async with shared.slot(URL("http://a.example/")):
            starts.append(time.monotonic())
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    await one()
    shared.divide(2)
    await asyncio.gather(*(one() for _ in range(6)))
    assert [later - sooner for sooner, later in pairwise(starts)] == [2.0] * 6
    assert most <= 2
    shared.divide(9)
    await one()
    shared.divide(1)
    await one()
    assert starts[-1] - starts[-2] == 1.0


async def test_a_cancelled_wait_gives_its_slot_back() -> None:
    shared = gate(FakeTime(), concurrency=1, min_delay=0.0)
    async with shared.slot(URL("http://a.example/")):
        waiting = asyncio.create_task(shared.slot(URL("http://a.example/")).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(1), shared.slot(URL("http://a.example/")):
        pass


async def test_hosts_that_are_done_with_are_forgotten() -> None:
    time = FakeTime()
    shared = gate(time, min_delay=0.0)
    for number in range(3_000):
        async with shared.slot(URL(f"http://h{number}.example/")):
            pass
    assert len(shared._lanes) <= 1_024


async def test_hosts_of_one_owner_share_their_turns() -> None:
    time = FakeTime()
    shared = gate(time)
    starts = []
    for url in ("http://one.tumblr.com/rss", "http://two.tumblr.com/rss", "http://TWO.tumblr.com.:81/x"):
        async with shared.slot(URL(url)):
            starts.append(time.monotonic())
    assert starts == [100.0, 101.0, 102.0]


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        (Scope.FEED, set()),
        (Scope.HOST, {"http://a.news.example/1", "http://a.news.example/2"}),
        (Scope.DOMAIN, {"http://a.news.example/1", "http://a.news.example/2", "http://b.news.example/"}),
    ],
)
async def test_a_429_holds_back_as_much_as_is_set(scope: Scope, held: set[str]) -> None:
    time = FakeTime()
    shared = gate(time, scope=scope)
    shared.answered("http://a.news.example/1", 429, {"retry-after": "60"})
    found = {}
    for url in (
        "http://a.news.example/1",
        "http://a.news.example/2",
        "http://b.news.example/",
        "http://other.example/",
    ):
        try:
            async with shared.slot(URL(url)):
                pass
        except FetchError as error:
            found[url] = (error.problem, round((error.retry_after or timedelta(0)).total_seconds(), -1))
    assert found == dict.fromkeys(held, (FetchProblem.RATE_LIMITED, 60))
    time.advance(61.0)
    async with shared.slot(URL("http://a.news.example/1")):
        pass


async def test_a_budget_is_spent_and_then_waited_for() -> None:
    time = FakeTime()
    shared = gate(time, min_delay=0.0)
    url = URL("http://forum.example/r/x.rss")
    shared.answered(url, 200, {"x-ratelimit-remaining": "2.0", "x-ratelimit-reset": "300"})
    for _ in range(2):
        async with shared.slot(url):
            pass
    with pytest.raises(FetchError):
        async with shared.slot(url):
            pass
    assert shared.wait_for(url) == timedelta(seconds=300)
    time.advance(301.0)
    async with shared.slot(url):
        pass


async def test_a_restart_forgets_no_promise_and_no_wish() -> None:
    time = FakeTime()
    before = gate(time, min_delay=30.0)
    async with before.slot(URL("http://a.example/")):
        pass
    before.answered("http://b.example/", 429, {"retry-after": "600"})
    before.answered("http://c.example/", 200, {"ratelimit-remaining": "0", "ratelimit-reset": "90"})
    after = gate(time, min_delay=30.0)
    after.restore(before.changes())
    assert before.changes() == ()
    waits = [after.wait_for(f"http://{host}.example/").total_seconds() for host in "abcd"]
    assert waits == pytest.approx([30.0, 600.0, 90.0, 0.0])


async def test_a_wish_that_another_process_met_is_obeyed_and_none_is_forgotten_for_it() -> None:
    time = FakeTime()
    ours, theirs = gate(time, min_delay=30.0), gate(time, min_delay=30.0)
    ours.answered("http://a.example/", 429, {"retry-after": "600"})
    ours.answered("http://c.example/", 200, {"ratelimit-remaining": "5", "ratelimit-reset": "90"})
    theirs.answered("http://a.example/", 429, {"retry-after": "60"})
    theirs.answered("http://b.example/", 503, {"retry-after": "300"})
    theirs.answered("http://c.example/", 200, {"ratelimit-remaining": "0", "ratelimit-reset": "90"})
    async with theirs.slot(URL("http://d.example/")):
        pass
    ours.heed(theirs.changes())
    waits = [ours.wait_for(f"http://{host}.example/").total_seconds() for host in "abcde"]
    assert waits == pytest.approx([600.0, 300.0, 90.0, 30.0, 0.0])


def test_a_record_from_a_wrong_clock_holds_nobody_back_for_long() -> None:
    time = FakeTime()
    far = time.now() + timedelta(days=4_000)
    shared = gate(time)
    shared.restore(
        [HostRecord(name="a.example", last_request_at=far, held_until=far, budget=0, budget_until=far)]
    )
    assert shared.wait_for("http://a.example/") <= timedelta(days=1)


async def test_wishes_outlive_no_clock_that_is_set_back() -> None:
    """What was written a day ahead must hold nobody for a day, in memory, in the store, or after a restart."""
    time = FakeTime()
    shared = gate(time)
    time.jump(timedelta(days=1))
    shared.answered("http://a.example/", 429, {"retry-after": "60"})
    shared.answered("http://c.example/", 200, {"ratelimit-remaining": "0", "ratelimit-reset": "90"})
    stored = shared.changes()
    time.jump(-timedelta(days=1))
    shared.heed(stored)
    assert [shared.wait_for(f"http://{host}.example/").total_seconds() for host in "ac"] == [60.0, 90.0]
    after = gate(time)
    after.restore(stored)
    assert after.wait_for("http://a.example/") == timedelta(0)
    shared.answered("http://a.example/", 429, {"retry-after": "120"})
    (changed,) = shared.changes()
    assert joined(changed, stored[0]) == changed


async def test_turns_that_are_promised_follow_each_other() -> None:
    time = FakeTime()
    shared = gate(time, min_delay=5.0)
    async with shared.slot(URL("http://a.example/")):
        pass
    assert [shared.book("http://a.example/").total_seconds() for _ in range(3)] == [5.0, 10.0, 15.0]
    assert shared.wait_for("http://a.example/") == timedelta(seconds=5)


async def test_turns_that_had_to_wait_for_a_place_do_not_start_together() -> None:
    time = FakeTime()
    shared = HostGate(places=1, concurrency=2, min_delay=timedelta(seconds=1), clock=time)
    starts = []

    async def one() -> None:
        async with shared.slot(URL("http://a.example/")):
            starts.append(time.monotonic())

    async with shared.slot(URL("http://slow.example/")):
        waiting = [asyncio.create_task(one()) for _ in range(2)]
        for _ in range(10):
            await asyncio.sleep(0)
        time.advance(5.0)
    await asyncio.gather(*waiting)
    assert starts == [105.0, 106.0]
