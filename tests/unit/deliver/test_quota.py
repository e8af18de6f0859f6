"""How many calls a receiver allows in a time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.deliver.quota import Quota


def test_calls_up_to_the_number_may_be_made_at_once() -> None:
    quota = Quota(2, 60.0)
    for _ in range(2):
        assert quota.wait(now=5.0) == 0.0
        quota.take(5.0)
    assert quota.wait(now=15.0) == 50.0
    assert quota.wait(now=65.0) == 0.0


def test_without_a_number_only_a_hold_makes_it_wait() -> None:
    quota = Quota(None, 60.0)
    for _ in range(500):
        quota.take(0.0)
    assert quota.wait(now=0.0) == 0.0
    quota.hold(until=30.0)
    quota.hold(until=5.0)
    assert quota.wait(now=10.0) == 20.0


@given(
    calls=st.integers(1, 5), period=st.floats(0.5, 60.0), pauses=st.lists(st.floats(0.0, 30.0), max_size=40)
)
@settings(derandomize=True, deadline=None, max_examples=50)
def test_whoever_waits_never_makes_more_calls_in_any_period(
    calls: int, period: float, pauses: list[float]
) -> None:
    quota, now = Quota(calls, period), 0.0
    made: list[float] = []
    for pause in pauses:
        now += pause + quota.wait(now + pause)
        quota.take(now)
        made.append(now)
    for first, last in zip(made, made[calls:], strict=False):
        assert last - first >= period - 1e-6
