"""A service's time on its store: who may work on it, and what a jump of the clock does not break."""

from __future__ import annotations

from datetime import timedelta

import pytest
import structlog

from tests.support import samples
from tests.support.samples import NOW
from watcher.errors import StoreError
from watcher.ingest.schedule import PollingLimits
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Store, open_store
from watcher.tenure import Tenure
from watcher.trends import Trends
from watcher.types import DeliveryKind, DeliveryState, Feed

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def tenure(owner: str, *feeds: Feed, channels: frozenset[str] = frozenset({"c"})) -> Tenure:
    return Tenure(
        owner=owner,
        feeds=feeds or (samples.feed(),),
        channels=channels,
        limits=PollingLimits(),
        trends=Trends.of((), {}, {}),
    )


def test_services_with_the_same_feeds_share_a_database(store: Store) -> None:
    tenure("far/1/a").take_over(store, now=NOW)
    tenure("far/2/b").take_over(store, now=NOW)


def test_services_that_share_a_database_know_how_many_they_are(store: Store) -> None:
    first, second = tenure("far/1/a"), tenure("far/2/b")

    def company(minutes: int) -> int:
        with store.read() as tx:
            return first.company(tx, now=NOW + minutes * MINUTE)

    assert company(0) == 1
    first.take_over(store, now=NOW)
    second.take_over(store, now=NOW)
    assert company(0) == 2
    first.keep(store, now=NOW + 5 * MINUTE)
    assert company(5) == 1, "the other one has not shown itself for long"
    second.keep(store, now=NOW + 6 * MINUTE)
    assert company(6) == 2
    second.give_back(store)
    assert company(6) == 1


def test_a_service_with_other_feeds_is_refused_while_the_first_one_lives(store: Store) -> None:
    first = tenure("far/1/a")
    first.take_over(store, now=NOW)
    other = tenure("far/2/b", samples.feed(id="other"))
    with pytest.raises(StoreError, match="a watcher with other feeds is running on this database"):
        other.take_over(store, now=NOW + MINUTE)
    with store.read() as tx:
        assert [state.feed_id for state, _ in tx.feeds.all()] == ["wire"], "nothing was retired"
    first.keep(store, now=NOW + 3 * MINUTE)
    with pytest.raises(StoreError):
        other.take_over(store, now=NOW + 5 * MINUTE)
    first.give_back(store)
    other.take_over(store, now=NOW + 5 * MINUTE)


def test_a_service_that_has_not_shown_itself_for_long_is_gone(store: Store) -> None:
    tenure("far/1/a").take_over(store, now=NOW)
    tenure("far/2/b", samples.feed(id="other")).take_over(store, now=NOW + 10 * MINUTE)


def test_deliveries_beyond_any_retry_are_due_again_after_a_clock_jump(store: Store) -> None:
    with store.write() as tx:
        for n in range(2):
            tx.stories.open(f"st-{n}", title="x", at=NOW)
            tx.alerts.add(samples.alert(id=f"al-{n}", story_id=f"st-{n}"))
        tx.deliveries.add(
            [
                NewDelivery(id=f"d{n}", alert_id=f"al-{n}", channel="c", kind=DeliveryKind.ALERT, at=at)
                for n, at in enumerate((NOW + 9_000 * HOUR, NOW + HOUR))
            ]
        )
        tx.delivery_leases.lease(channel="c", owner="away/9/x", now=NOW + HOUR, lease=9_000 * HOUR, limit=1)
    tenure("far/1/a").take_over(store, now=NOW)
    with store.write() as tx:
        leased = tx.delivery_leases.lease(channel="c", owner="far/1/a", now=NOW, lease=HOUR, limit=10)
    assert {delivery.id for delivery in leased} == {"d0", "d1"}


def test_polls_and_articles_of_a_clock_that_was_a_day_ahead_are_due_again(store: Store) -> None:
    ahead = NOW + 24 * HOUR
    with store.write() as tx:
        tx.feeds.configure([samples.feed()], now=NOW)
        (item_id,) = tx.items.add([samples.item()]).values()
        assert tx.feeds.lease_due(owner="far/1/a", now=ahead, until=ahead + 5 * MINUTE, limit=1)
        tx.articles.queue("wire", {item_id: "https://wire.example/1"}, now=ahead)
        assert tx.articles.lease_due(owner="far/1/a", now=ahead, until=ahead + 5 * MINUTE, limit=1)
    tenure("far/1/a").keep(store, now=NOW)
    with store.write() as tx:
        assert tx.feeds.lease_due(owner="far/2/b", now=NOW, until=NOW + 5 * MINUTE, limit=1)
        assert tx.articles.lease_due(owner="far/2/b", now=NOW, until=NOW + 5 * MINUTE, limit=1)
    tenure("far/2/b").keep(store, now=NOW + MINUTE)
    with store.write() as tx:
        later = NOW + 2 * MINUTE
        assert not tx.feeds.lease_due(owner="far/1/a", now=later, until=later, limit=1), (
            "a lease in force stays"
        )
        assert not tx.articles.lease_due(owner="far/1/a", now=later, until=later, limit=1)


def test_what_waits_for_a_channel_that_is_gone_is_held_until_it_is_back(store: Store) -> None:
    with store.write() as tx:
        tx.stories.open("st-1", title="x", at=NOW)
        tx.alerts.add(samples.alert())
        tx.deliveries.add(
            [NewDelivery(id="d", alert_id="al-1", channel="old", kind=DeliveryKind.ALERT, at=NOW)]
        )
        assert tx.deliveries.counts() == {("old", DeliveryState.PENDING): 1}
    with structlog.testing.capture_logs() as logs:
        tenure("far/1/a").take_over(store, now=NOW)
    (warned,) = (log for log in logs if log["event"] == "deliveries_without_channel")
    assert (warned["channel"], warned["deliveries"]) == ("old", 1)
    with store.read() as tx:
        (held,) = tx.deliveries.newest(limit=9)
        assert tx.deliveries.stranded(since=NOW) == {"old": 1}
    assert held.state is DeliveryState.HELD
    assert (held.reason or "").startswith("no channel: none of this name is configured")
    tenure("far/1/a", channels=frozenset({"old"})).take_over(store, now=NOW)
    with store.read() as tx:
        (waits,) = tx.deliveries.newest(limit=9)
    assert (waits.state, waits.reason) == (DeliveryState.PENDING, None)


def test_whoever_only_looks_changes_no_schema(database_url: str) -> None:
    with pytest.raises(StoreError, match="run `watcher db upgrade`"):
        open_store(database_url, is_upgrading=False)
    open_store(database_url).close()
    open_store(database_url, is_upgrading=False).close()
