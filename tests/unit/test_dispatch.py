"""Which due feeds are polled now, and which must wait for their host."""

from __future__ import annotations

from datetime import timedelta

from tests.support.clock import FakeClock
from watcher.dispatch import PATIENCE, dispatch
from watcher.ingest.gate import HostGate
from watcher.types import FeedState

SECOND = timedelta(seconds=1)


def states(clock: FakeClock, *urls: str) -> list[FeedState]:
    return [FeedState(feed_id=url, url=url, due_at=clock.now()) for url in urls]


def test_an_overfull_host_takes_only_the_turns_that_it_has() -> None:
    clock = FakeClock()
    gate = HostGate(concurrency=2, min_delay=SECOND, clock=clock)
    full = [f"http://full.example/{number}" for number in range(60)]
    found = dispatch(states(clock, *full, "http://free.example/"), gate, min_delay=SECOND, now=clock.now())
    started = [state.url for state in found.start]
    assert started == [*full[:21], "http://free.example/"]
    later = [at for _, at in found.later]
    assert len(later) == 39
    assert later == sorted(later)
    assert all(at > clock.now() + PATIENCE for at in later)


def test_a_host_that_wants_to_be_left_alone_is() -> None:
    clock = FakeClock()
    gate = HostGate(concurrency=2, min_delay=SECOND, clock=clock)
    gate.answered("http://angry.example/", 429, {"retry-after": "600"})
    found = dispatch(
        states(clock, "http://angry.example/a", "http://angry.example/b"),
        gate,
        min_delay=SECOND,
        now=clock.now(),
    )
    assert found.start == ()
    assert [at - clock.now() for _, at in found.later] == [600 * SECOND, 601 * SECOND]
