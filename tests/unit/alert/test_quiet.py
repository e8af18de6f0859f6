"""When a route's alerts wait: the hours, over midnight and over the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tests.support import samples
from watcher.alert.quiet import QuietHours
from watcher.alert.route import Route, dues
from watcher.types import Severity

NIGHT = QuietHours(
    begin=time(22), end=time(7), timezone=ZoneInfo("Africa/Tunis"), exceptions=frozenset({Severity.CRITICAL})
)
NOON = QuietHours(begin=time(12), end=time(14), timezone=UTC)
PARIS = QuietHours(begin=time(22), end=time(7), timezone=ZoneInfo("Europe/Paris"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (NIGHT, "2026-03-01T20:59", None),  # 21:59 in Tunis
        (NIGHT, "2026-03-01T21:00", "2026-03-02T06:00"),
        (NIGHT, "2026-03-02T03:00", "2026-03-02T06:00"),
        (NIGHT, "2026-03-02T05:59", "2026-03-02T06:00"),
        (NIGHT, "2026-03-02T06:00", None),
        (NOON, "2026-03-01T11:59", None),
        (NOON, "2026-03-01T13:00", "2026-03-01T14:00"),
        (NOON, "2026-03-01T14:00", None),
        (PARIS, "2026-03-28T23:00", "2026-03-29T05:00"),  # the clocks go forward in that night
        (PARIS, "2026-10-24T23:00", "2026-10-25T06:00"),  # and back in this one
    ],
)
def test_alerts_wait_until_the_quiet_hours_end(quiet: QuietHours, now: str, until: str | None) -> None:
    assert quiet.until(Severity.HIGH, at(now)) == (at(until) if until else None)


def test_the_exceptions_are_sent_all_the_same() -> None:
    assert NIGHT.until(Severity.CRITICAL, at("2026-03-02T03:00")) is None


def test_a_channel_of_two_routes_hears_at_the_earlier_time() -> None:
    now = at("2026-03-02T03:00")
    quiet = Route(to=("slack", "mail"), quiet=NIGHT, is_continuing=True)
    times = {due.channel: due.at for due in dues(samples.alert(), [quiet, Route(to=("slack",))], now)}
    assert times == {"slack": now, "mail": at("2026-03-02T06:00")}
