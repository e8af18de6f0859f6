"""Manners towards a host, on a clock of the test's own."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from yarl import URL

from watcher.ingest.gate import HostGate, gate_key


class FakeTime:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def gate(time: FakeTime, *, concurrency: int = 2, min_delay: float = 1.0) -> HostGate:
    return HostGate(
        concurrency=concurrency,
        min_delay=timedelta(seconds=min_delay),
        monotonic=time.monotonic,
        sleep=time.sleep,
    )


async def test_starts_at_one_host_are_spaced() -> None:
    time = FakeTime()
    starts = []
    shared = gate(time)
    for _ in range(3):
        async with shared.slot(URL("http://a.example/x")):
            starts.append(time.now)
    assert starts == [100.0, 101.0, 102.0]


async def test_hosts_do_not_wait_for_each_other() -> None:
    time = FakeTime()
    shared = gate(time)
    async with shared.slot(URL("http://a.example/")), shared.slot(URL("http://b.example/")):
        assert time.now == 100.0


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


def test_requests_are_counted_by_host_whatever_the_case_port_or_trailing_dot() -> None:
    assert (
        gate_key(URL("http://News.Example:81/a"))
        == gate_key(URL("https://news.example./b"))
        == "news.example"
    )
