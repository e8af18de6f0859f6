"""Schedule, dispatch and host gate together, on a virtual clock: a smaller version of `python -m bench.week`."""

from __future__ import annotations

from bench.week import LIMITS, Week
from bench.world import make_world

FEEDS, DAYS = 150, 0.3


def test_no_host_is_over_its_limits_no_feed_starves_and_due_times_are_met() -> None:
    week = Week(make_world(FEEDS, days=DAYS, seed=3), days=DAYS, seed=3)
    tally = week.run()
    auditor = week.auditor
    assert (auditor.too_close, auditor.too_many, auditor.while_held) == (0, 0, 0)
    assert auditor.most_at_once == 2
    assert tally.polls > 5 * FEEDS
    longest = LIMITS.max.total_seconds() * 1.1 + 60
    assert all(watch.polls > 0 and watch.longest_gap < longest for watch in week.watches.values())
    assert tally.in_jitter >= 0.99 * len(tally.late)
    assert tally.put_off > 0  # at the start all of a site's feeds are due at once
