"""What hosts are owed, and feeds that are put off."""

from __future__ import annotations

from datetime import timedelta

from tests.support import samples
from tests.support.samples import NOW
from watcher.ingest.manners import HostRecord
from watcher.storage.store import Store

MINUTE = timedelta(minutes=1)


def test_hosts_are_remembered_replaced_and_forgotten(store: Store) -> None:
    held = HostRecord(
        name="a.example", last_request_at=NOW, held_until=NOW + MINUTE, budget=3, budget_until=NOW
    )
    with store.write() as tx:
        tx.hosts.save([held, HostRecord(name="b.example", last_request_at=NOW)])
        tx.hosts.save([HostRecord(name="b.example", last_request_at=NOW + 3_000 * MINUTE)])
    with store.read() as tx:
        assert {record.name: record.last_request_at for record in tx.hosts.all()} == {
            "a.example": NOW,
            "b.example": NOW + 3_000 * MINUTE,
        }
        assert held in tx.hosts.all()
    with store.write() as tx:
        tx.hosts.forget(now=NOW + 1_500 * MINUTE)
        assert [record.name for record in tx.hosts.all()] == ["b.example"]


def test_two_processes_that_write_of_one_host_forget_neither_wish(store: Store) -> None:
    long = HostRecord(name="a.example", last_request_at=NOW, held_until=NOW + 9 * MINUTE)
    short = HostRecord(
        name="a.example", last_request_at=NOW + MINUTE, budget=2, budget_until=NOW + 5 * MINUTE
    )
    quiet = HostRecord(name="b.example", last_request_at=NOW - 9 * MINUTE)
    for record in (long, short, quiet):
        with store.write() as tx:
            tx.hosts.save([record])
    with store.read() as tx:
        assert tx.hosts.standing(NOW + MINUTE) == (
            HostRecord(
                name="a.example",
                last_request_at=NOW + MINUTE,
                held_until=NOW + 9 * MINUTE,
                budget=2,
                budget_until=NOW + 5 * MINUTE,
            ),
        )


def test_a_feed_that_is_put_off_is_free_and_due_later(store: Store) -> None:
    feed = samples.feed()
    with store.write() as tx:
        tx.feeds.configure([feed], now=NOW)
        assert tx.feeds.lease_due(owner="me", now=NOW, until=NOW + MINUTE, limit=9)
        tx.feeds.put_off([(feed.id, NOW + 2 * MINUTE)])
        assert not tx.feeds.lease_due(owner="me", now=NOW + MINUTE, until=NOW + 9 * MINUTE, limit=9)
        assert tx.feeds.lease_due(owner="you", now=NOW + 2 * MINUTE, until=NOW + 9 * MINUTE, limit=9)
