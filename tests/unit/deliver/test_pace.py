"""How fast one channel may be sent to."""

from __future__ import annotations

from datetime import timedelta

from watcher.deliver.pace import Pace


def test_the_first_send_may_start_at_once() -> None:
    assert Pace(timedelta(seconds=1)).wait(now=0.0) == 0.0


def test_sends_start_a_spacing_apart() -> None:
    pace = Pace(timedelta(seconds=1))
    pace.started(now=10.0)
    assert pace.wait(now=10.25) == 0.75
    assert pace.wait(now=11.5) == 0.0


def test_a_hold_outlasts_the_spacing_and_a_shorter_one() -> None:
    pace = Pace(timedelta(seconds=1))
    pace.started(now=0.0)
    pace.hold(until=30.0)
    pace.hold(until=5.0)
    assert pace.wait(now=10.0) == 20.0
    assert pace.wait(now=30.0) == 0.0
