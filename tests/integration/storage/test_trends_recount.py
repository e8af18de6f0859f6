"""Rules over time against a recount from nothing but the list of what came: late, twice, withdrawn, across restarts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.desk import Desk, item
from tests.support.samples import NOW
from watcher.match.rates import Unit
from watcher.storage.store import open_store

WINDOW = timedelta(hours=6)
NEEDED = 3
_NUMBERS = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One report that comes `gap` minutes after the last one, `late` minutes after it was published."""

    gap: int
    key: int
    late: int
    is_archive: bool = False
    ends: bool = False
    restarts: bool = False


@dataclass(slots=True)
class Ledger:
    """The recount: what came first under each key, and nothing that a store would keep."""

    unit: Unit
    counted: dict[int, tuple[datetime, bool]] = field(default_factory=dict)
    fired: int = 0
    until: datetime | None = None

    def take(self, one: Arrival, now: datetime) -> None:
        if one.ends:
            self.counted.pop(one.key, None)
            return
        if one.key in self.counted:
            return
        at = now - timedelta(minutes=one.late)
        self.counted[one.key] = (at, one.is_archive)
        if one.is_archive or at <= now - WINDOW:
            return  # tells nobody of anything
        latest = self.latest(now)
        holds = len(latest) >= NEEDED
        if holds and (self.until is None or self.until <= now):
            self.fired += 1
            self.until = None
        if holds:
            ceases = latest[NEEDED - 1] + WINDOW
            self.until = max(self.until or ceases, ceases)

    def latest(self, now: datetime) -> list[datetime]:
        """Give when each story, item or publisher of the window was last reported, newest first."""
        newest: dict[object, datetime] = {}
        for key, (at, is_archive) in self.counted.items():
            if now - WINDOW < at <= now and not is_archive:
                name = unit_of(self.unit, key)
                newest[name] = max(at, newest.get(name, at))
        return sorted(newest.values(), reverse=True)


def unit_of(unit: Unit, key: int) -> object:
    return {Unit.ITEMS: key, Unit.STORIES: key // 2, Unit.SOURCES: key % 4}[unit]


ARRIVALS = st.lists(
    st.builds(
        Arrival,
        gap=st.sampled_from((0, 20, 60, 120, 180)),  # round numbers: reports at the very edge of the window
        key=st.integers(0, 11),
        late=st.sampled_from((0, 0, 20, 60, 180, 360, 700)),
        is_archive=st.sampled_from((False,) * 6 + (True,)),
        ends=st.sampled_from((False,) * 6 + (True,)),
        restarts=st.sampled_from((False,) * 9 + (True,)),
    ),
    min_size=3,
    max_size=24,
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("recount") / "watcher.db"
    return f"sqlite:///{path}"


@settings(derandomize=True, deadline=None, max_examples=25)
@given(arrivals=ARRIVALS, unit=st.sampled_from(Unit))
def test_counts_and_alerts_are_those_of_a_recount(url: str, arrivals: list[Arrival], unit: Unit) -> None:
    border = f"border-{next(_NUMBERS)}"
    rules = (
        f"{{id: {border}, match: gunmen}}",
        f"{{id: surge-{border}, when: {{rule: {border}, count: {unit}, at_least: {NEEDED}, within: 6h}}}}",
    )
    store = open_store(url)
    desk, ledger, now, fired = Desk(store, *rules), Ledger(unit), NOW, 0
    for one in arrivals:
        now += timedelta(minutes=one.gap)
        if one.restarts:
            store.close()
            store = open_store(url)
            desk = Desk(store, *rules, since=now)
        ended = frozenset({border}) if one.ends else frozenset()
        fired += desk.see(
            item(
                f"{border}-{one.key}",
                at=now,
                published=now - timedelta(minutes=one.late),
                feed_id=f"feed-{one.key % 4}",
            ),
            rule=border,
            story=f"st-{border}-{one.key // 2}",
            is_archive=one.is_archive,
            ended=ended,
        ).alerts
        ledger.take(one, now)
        with store.read() as tx:
            newest = tx.trends.newest(border, "", unit, after=now - WINDOW, until=now)
        assert list(newest) == ledger.latest(now)
        assert fired == ledger.fired
    store.close()
