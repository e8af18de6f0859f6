"""Rules over time on both databases: what is counted, when it is told, and what changes neither."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from threading import Thread

import pytest

from tests.support import samples
from tests.support.desk import Desk, item
from tests.support.samples import NOW
from watcher.episodes import Report, Told, read, state_of
from watcher.match.rates import Reason, Surge, Unit
from watcher.storage.retention import prune
from watcher.storage.store import Store
from watcher.storage.tables import watches
from watcher.types import Analysed, DeliveryKind

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

BORDER = "{id: border, title: Threat at the border, match: gunmen}"
SURGE = "{id: surge, severity: critical, when: {rule: border, count: stories, at_least: 3, within: 6h}}"
SPIKE = "{id: spike, when: {match: Ras Jedir, spike: 3x, within: 6h, baseline: 14d, at_least: 5}}"
NEW = "{id: new, title: New group, when: {list: groups, new_in: 90d}}"
LISTS = "{groups: [Alpha, Beta]}"


class TestSurge:
    def test_the_third_story_fires_once_with_all_reports(self, store: Store) -> None:
        desk = Desk(store, BORDER, SURGE)
        told = [desk.see(item(str(n), at=NOW + n * HOUR)) for n in range(3)]
        assert [one.alerts for one in told] == [0, 0, 1]
        assert told[2].channels == ("console",)
        (alert,) = desk.alerts()
        assert alert.headline == "Threat at the border: 3 stories in 6 h"
        assert (alert.rule, alert.severity.label) == ("surge", "critical")
        assert [source.title for source in alert.sources] == ["Report 2", "Report 0", "Report 1"]
        assert alert.evidence

    def test_further_stories_grow_the_alert_and_open_none(self, store: Store) -> None:
        desk = Desk(store, BORDER, SURGE)
        for n in range(5):
            desk.see(item(str(n), at=NOW + n * HOUR))
        (alert,) = desk.alerts()
        assert alert.headline == "Threat at the border: 5 stories in 6 h"
        assert len(alert.sources) == 5
        with store.read() as tx:
            assert [d.kind for d in tx.deliveries.newest(limit=10)].count(DeliveryKind.UPDATE) == 2
            (episode,) = tx.trends.episodes("surge", limit=10)
        assert episode.until == NOW + 8 * HOUR, "the third newest story leaves the window then"

    def test_it_fires_again_once_it_has_ceased_to_hold(self, store: Store) -> None:
        desk = Desk(store, BORDER, SURGE)
        for n in range(3):
            desk.see(item(str(n), at=NOW))
        later = NOW + 6 * HOUR
        told = desk.see(*(item(f"later-{n}", at=later) for n in range(3)))
        assert told.alerts == 1
        assert len(desk.alerts()) == 2

    def test_it_reminds_where_the_rule_says_so(self, store: Store) -> None:
        desk = Desk(store, BORDER, SURGE.replace("id: surge", "id: surge, alert: {remind: 2h}"))
        told = [desk.see(*(item(f"{n}-{m}", at=NOW + n * HOUR) for m in range(3))) for n in range(5)]
        assert [one.alerts for one in told] == [1, 0, 1, 0, 1]

    def test_copies_of_one_story_are_one(self, store: Store) -> None:
        desk = Desk(store, BORDER, SURGE)
        for n in range(5):
            desk.see(item(str(n), feed_id=f"feed-{n}"), story="st-one")
        assert not desk.alerts()
        assert [desk.count(unit) for unit in (Unit.STORIES, Unit.ITEMS, Unit.SOURCES)] == [1, 5, 5]

    def test_a_replayed_item_counts_once(self, store: Store) -> None:
        desk = Desk(store, BORDER, SURGE)
        for _ in range(4):
            desk.see(item("same"))
            desk.see(item("same", at=NOW + MINUTE, title="Edited"))
        assert desk.count(Unit.ITEMS) == 1
        assert not desk.alerts()

    def test_any_order_of_arrival_counts_the_same(self, store: Store) -> None:
        """What a poll brings late counts where it belongs: in the end nobody can tell in what order it came."""
        published = [NOW - n * HOUR for n in (0, 2, 5, 7)]
        counts = set()
        for turn, order in enumerate(permutations(range(4))):
            desk = Desk(store, BORDER, SURGE)
            for n in order:
                desk.see(item(f"{turn}-{n}", at=NOW, published=published[n]))
            counts.add((desk.count(Unit.ITEMS), desk.count(Unit.ITEMS, NOW - 2 * HOUR)))
            with store.write() as tx:
                tx.trends.configure([], now=NOW)
                tx.trends.forget(now=NOW, keep_episodes=DAY)
        assert counts == {(3, 3)}

    def test_late_items_fall_in_their_own_time_and_fire_nothing(self, store: Store) -> None:
        desk = Desk(store, BORDER, SURGE)
        desk.see(*(item(f"late-{n}", published=NOW - 20 * HOUR) for n in range(5)))
        assert not desk.alerts()
        assert desk.count(Unit.ITEMS) == 0
        assert desk.count(Unit.ITEMS, NOW - 19 * HOUR) == 5

    def test_the_archive_of_a_new_feed_is_no_surge(self, store: Store) -> None:
        desk = Desk(store, BORDER, SURGE)
        desk.see(*(item(f"old-{n}") for n in range(5)), is_archive=True)
        assert not desk.alerts()
        assert desk.see(item("new")).alerts == 0

    def test_an_edit_that_ends_the_match_takes_the_item_out(self, store: Store) -> None:
        desk = Desk(store, BORDER, SURGE)
        desk.see(item("a"), item("b"))
        desk.see(item("b", at=NOW + MINUTE), ended=frozenset({"border"}))
        assert desk.see(item("c", at=NOW + HOUR)).alerts == 0
        assert desk.see(item("d", at=NOW + HOUR)).alerts == 1

    def test_in_status_test_it_is_recorded_and_not_told(self, store: Store) -> None:
        desk = Desk(store, BORDER, SURGE.replace("id: surge", "id: surge, status: test"))
        assert desk.see(*(item(str(n)) for n in range(3))) == Told()
        assert not desk.alerts()
        with store.read() as tx:
            (episode,) = tx.trends.episodes("surge", limit=10)
        assert (episode.count, episode.alert_id) == (3, None)

    def test_a_transaction_that_fails_counts_nothing(self, store: Store) -> None:
        desk = Desk(store, BORDER, SURGE)
        desk.see(item("a"), item("b"))

        def fail() -> None:
            with store.write() as tx:
                added = item("c")
                report = Report(
                    analysed=Analysed(item=added, language="en", matches=(samples.match(),)),
                    item_id=tx.items.add([added])["c"],
                    story_id="st-c",
                )
                assert desk.trends.record(tx, [report], desk.routing, NOW).alerts == 1
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert not desk.alerts()
        assert desk.see(item("c")).alerts == 1


class TestSpike:
    def seen_daily(self, desk: Desk, days: int) -> None:
        for n in range(1, days + 1):
            desk.see(item(f"day-{n}", at=NOW - n * DAY), rule="spike")

    def test_five_in_six_hours_stand_out_from_one_a_day(self, store: Store) -> None:
        desk = Desk(store, SPIKE)
        desk.watch(NOW - 20 * DAY, NOW)
        self.seen_daily(desk, 14)
        told = [desk.see(item(str(n)), rule="spike") for n in range(5)]
        assert [one.alerts for one in told] == [0, 0, 0, 0, 1]
        (alert,) = desk.alerts()
        assert alert.headline == "spike: 5 items in 6 h, 20 times the usual 0.25"

    def test_a_service_that_was_just_set_up_calls_nothing_a_spike(self, store: Store) -> None:
        desk = Desk(store, SPIKE, since=NOW - HOUR)
        assert not any(desk.see(item(str(n)), rule="spike").alerts for n in range(30))

    def test_time_in_which_nothing_was_polled_is_no_baseline(self, store: Store) -> None:
        desk = Desk(store, SPIKE)
        desk.watch(NOW - 40 * DAY, NOW - 13 * DAY)
        desk.see(item("then", at=NOW - 13 * DAY), rule="spike")
        assert not any(desk.see(item(str(n)), rule="spike").alerts for n in range(10))

    def test_a_rule_that_counts_other_things_than_before_begins_anew(self, store: Store) -> None:
        desk = Desk(store, SPIKE)
        desk.watch(NOW - 20 * DAY, NOW)
        self.seen_daily(desk, 14)
        desk.configure(SPIKE.replace("id: spike", "id: spike, severity: low"), now=NOW)
        with store.read() as tx:
            assert tx.trends.since("spike", "") == NOW - 200 * DAY, (
                "a severity changes nothing of what is counted"
            )
        desk.configure(SPIKE.replace("Ras Jedir", "Tunisia"), now=NOW)
        assert not any(desk.see(item(str(n)), rule="spike").alerts for n in range(10))

    def test_stories_count_once_in_each_window(self, store: Store) -> None:
        desk = Desk(store, SPIKE.replace("spike: 3x", "count: stories, spike: 3x"))
        desk.watch(NOW - 20 * DAY, NOW)
        for n in range(10):
            desk.see(item(f"a-{n}", at=NOW - 2 * DAY - n * MINUTE), rule="spike", story="st-one")
        desk.see(item("b", at=NOW - 3 * DAY), rule="spike", story="st-one")
        with store.read() as tx:
            watch = desk.trends.watch_of("spike")
            assert watch is not None
            reading = read(tx, watch, "", NOW)
        assert reading.usual == pytest.approx(2 / 56)


class TestNew:
    ALPHA, BETA = ("alpha", "Alpha"), ("beta", "Beta")

    def test_a_term_not_seen_for_long_fires_once(self, store: Store) -> None:
        desk = Desk(store, NEW)
        desk.watch(NOW - 200 * DAY, NOW)
        desk.see(item("long-ago", at=NOW - 100 * DAY), rule="new", terms=[self.ALPHA])
        told = desk.see(item("a"), rule="new", terms=[self.ALPHA])
        again = desk.see(item("b", at=NOW + 2 * DAY), rule="new", terms=[self.ALPHA])
        assert (told.alerts, again.alerts) == (1, 0)
        assert desk.alerts()[0].headline == "New group: “Alpha”, not seen in 90 d"

    def test_each_term_by_itself_and_reports_of_the_day_join(self, store: Store) -> None:
        desk = Desk(store, NEW)
        desk.watch(NOW - 100 * DAY, NOW)
        assert desk.see(item("a"), rule="new", terms=[self.ALPHA, self.BETA]).alerts == 2
        assert desk.see(item("b", at=NOW + HOUR), rule="new", terms=[self.BETA]).alerts == 0
        assert sorted(len(alert.sources) for alert in desk.alerts()) == [1, 2]

    def test_nothing_is_new_before_it_was_watched_for_so_long(self, store: Store) -> None:
        desk = Desk(store, NEW, since=NOW - 80 * DAY)
        desk.watch(NOW - 80 * DAY, NOW)
        assert desk.see(item("a"), rule="new", terms=[self.ALPHA]).alerts == 0

    def test_a_term_that_was_just_listed_is_watched_from_now_on(self, store: Store) -> None:
        desk = Desk(store, NEW, lists="{groups: [Beta]}")
        desk.watch(NOW - 100 * DAY, NOW)
        desk.configure(NEW, now=NOW)
        told = desk.see(item("a"), rule="new", terms=[self.ALPHA, self.BETA])
        assert [told.alerts, *(alert.headline for alert in desk.alerts())] == [
            1,
            "New group: “Beta”, not seen in 90 d",
        ]

    def test_an_archive_and_late_items_make_known_and_fire_nothing(self, store: Store) -> None:
        desk = Desk(store, NEW)
        desk.watch(NOW - 100 * DAY, NOW)
        desk.see(item("archive"), rule="new", terms=[self.ALPHA], is_archive=True)
        desk.see(item("late", published=NOW - 30 * DAY), rule="new", terms=[self.BETA])
        assert desk.see(item("a", at=NOW + HOUR), rule="new", terms=[self.ALPHA, self.BETA]).alerts == 0


def test_two_rules_on_one_series_share_its_events(store: Store) -> None:
    pair = SURGE.replace("id: surge", "id: pair").replace("at_least: 3", "at_least: 2")
    desk = Desk(store, BORDER, SURGE, pair)
    told = [desk.see(item(str(n))).alerts for n in range(3)]
    assert told == [0, 1, 1]


def test_what_no_rule_looks_back_to_is_forgotten(store: Store) -> None:
    desk = Desk(store, BORDER, SURGE)
    desk.see(item("old", at=NOW - 7 * HOUR))
    desk.see(item("young"))
    prune(store, now=NOW, keep_items=90 * DAY, keep_alerts=700 * DAY)
    assert (desk.count(Unit.ITEMS, NOW - 6 * HOUR), desk.count(Unit.ITEMS)) == (0, 1)
    desk.configure(BORDER, now=NOW)
    prune(store, now=NOW, keep_items=90 * DAY, keep_alerts=700 * DAY)
    assert desk.count(Unit.ITEMS) == 0


def test_a_reading_says_how_far_it_is(store: Store) -> None:
    desk = Desk(store, BORDER, SURGE)
    desk.see(item("a"))
    watch = desk.trends.watch_of("surge")
    assert watch is not None
    assert isinstance(watch.when, Surge)
    with store.read() as tx:
        reading = read(tx, watch, "", NOW)
    assert (reading.count, reading.needed, reading.reason) == (1, 3, Reason.TOO_FEW)


def test_two_workers_at_once_tell_once(store: Store) -> None:
    """The second waits for the first, and then sees what that one has counted."""
    desk = Desk(store, BORDER, SURGE)
    desk.see(item("a"), item("b"))
    told: list[Told] = []

    def other() -> None:
        told.append(desk.see(item("d", feed_id="other")))

    added = item("c")
    report = Report(
        analysed=Analysed(item=added, language="en", matches=(samples.match(),)), item_id=0, story_id="st-c"
    )
    worker = Thread(target=other)
    with store.write() as tx:
        report = replace(report, item_id=tx.items.add([added])["c"])
        told.append(desk.trends.record(tx, [report], desk.routing, NOW))
        worker.start()
        worker.join(0.5)
        assert worker.is_alive(), "it counts only when the first has committed"
    worker.join(30)
    assert [one.alerts for one in told] == [1, 0]
    assert desk.alerts()[0].headline == "Threat at the border: 4 stories in 6 h"


def test_how_a_rule_stands_can_be_read(store: Store) -> None:
    desk = Desk(store, BORDER, SURGE, NEW)
    desk.watch(NOW - 10 * DAY, NOW)
    desk.see(item("a"), item("b"), item("c"))
    surge, new = desk.trends.watch_of("surge"), desk.trends.watch_of("new")
    assert surge is not None
    assert new is not None
    with store.read() as tx:
        state, of_terms = state_of(tx, surge, NOW), state_of(tx, new, NOW)
    assert state.reading is not None
    assert (state.reading.count, state.watched, len(state.episodes)) == (3, 10 * DAY, 1)
    assert of_terms.reading is None, "each term has its own"


def test_workers_that_began_at_the_same_time_watched_one_time(store: Store) -> None:
    with store.write() as tx:
        for start in (NOW, NOW + MINUTE / 2):
            tx.connection.execute(watches.insert().values(started_at=start, ended_at=start + HOUR))
        assert tx.trends.watched(NOW + DAY) == [(NOW, NOW + HOUR + MINUTE / 2)]
