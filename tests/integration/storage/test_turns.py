"""Whose turn it is in the outbox: updates wait for their alert and are folded, and stories keep their order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.support import samples
from tests.support.samples import NOW
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Store
from watcher.types import Delivery, DeliveryKind, DeliveryState, Receipt

ALERT, UPDATE, REPLY = DeliveryKind.ALERT, DeliveryKind.UPDATE, DeliveryKind.REPLY
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def alerts(store: Store) -> None:
    """Two rules on one story, and one on another."""
    with store.write() as tx:
        for story in ("st-1", "st-2"):
            tx.stories.open(story, title="x", at=NOW)
        tx.alerts.add(samples.alert(id="al-1", story_id="st-1", rule="a"))
        tx.alerts.add(samples.alert(id="al-2", story_id="st-1", rule="b"))
        tx.alerts.add(samples.alert(id="al-3", story_id="st-2", rule="a"))


def add(
    store: Store,
    id: str,
    alert: str,
    kind: DeliveryKind = ALERT,
    *,
    at: datetime = NOW,
    due_at: datetime | None = None,
) -> None:
    row = NewDelivery(id=id, alert_id=alert, channel="a", kind=kind, at=at, due_at=due_at)
    with store.write() as tx:
        tx.deliveries.add([row])


def lease(store: Store, *, now: datetime = NOW) -> list[Delivery]:
    with store.write() as tx:
        return list(tx.delivery_leases.lease(channel="a", owner="me", now=now, lease=MINUTE, limit=10))


def leased(store: Store, *, now: datetime = NOW) -> list[str]:
    return [row.id for row in lease(store, now=now)]


def deliver(store: Store, id: str, *, ts: str = "1.1") -> None:
    with store.write() as tx:
        tx.delivery_outcomes.delivered(id, receipt=Receipt(receiver_id=ts, detail={"channel": "C1"}), at=NOW)


def fail(store: Store, id: str, *, times: int = 1) -> None:
    with store.write() as tx:
        for _ in range(times):
            tx.delivery_outcomes.failed(id, error="no", at=NOW, next_attempt_at=NOW + 10 * MINUTE)


def row(store: Store, id: str) -> Delivery:
    with store.read() as tx:
        return next(one for one in tx.deliveries.newest(limit=100) if one.id == id)


def next_at(store: Store) -> datetime | None:
    with store.read() as tx:
        return tx.delivery_leases.next_at("a")


def test_an_update_knows_how_the_first_message_was_taken(store: Store) -> None:
    add(store, "de-1", "al-1")
    assert lease(store)[0].opened_as is None
    deliver(store, "de-1")
    add(store, "de-2", "al-1", UPDATE, at=NOW + MINUTE)
    (update,) = lease(store, now=NOW + MINUTE)
    assert update.opened_as == Receipt(receiver_id="1.1", detail={"channel": "C1"})
    deliver(store, "de-2", ts="2.2")
    add(store, "de-3", "al-1", REPLY, at=NOW + MINUTE)
    (reply,) = lease(store, now=NOW + MINUTE)
    assert reply.opened_as is not None
    assert reply.opened_as.receiver_id == "1.1", "the first message stays the first"


def test_an_update_waits_for_an_alert_that_is_being_sent_or_tried_again(store: Store) -> None:
    add(store, "de-1", "al-1")
    assert leased(store) == ["de-1"]
    add(store, "de-2", "al-1", UPDATE)
    assert leased(store) == []
    fail(store, "de-1", times=9)
    assert leased(store) == []
    assert next_at(store) == NOW + 10 * MINUTE, "what waits for another row wakes nobody"
    assert leased(store, now=NOW + 10 * MINUTE) == ["de-1"]
    held = row(store, "de-2")
    assert (held.state, held.reason) == (DeliveryState.HELD, "duplicate: told with de-1")


def test_updates_that_wait_are_sent_as_one(store: Store) -> None:
    add(store, "de-1", "al-1")
    lease(store)
    deliver(store, "de-1")
    for number in (2, 3, 4):
        add(store, f"de-{number}", "al-1", UPDATE, at=NOW + number * MINUTE)
    assert leased(store, now=NOW + 9 * MINUTE) == ["de-2"]
    assert [row(store, f"de-{number}").reason for number in (3, 4)] == ["duplicate: told with de-2"] * 2


def test_an_alert_in_doubt_swallows_no_update(store: Store) -> None:
    """It may be there already as it was before it grew."""
    add(store, "de-1", "al-1")
    lease(store)
    add(store, "de-2", "al-1", UPDATE, at=NOW + MINUTE)
    assert leased(store, now=NOW + MINUTE) == ["de-1"]
    deliver(store, "de-1")
    assert leased(store, now=NOW + MINUTE) == ["de-2"]


def test_what_a_stopped_owner_held_is_in_doubt(store: Store) -> None:
    add(store, "de-1", "al-1")
    lease(store)
    with store.write() as tx:
        tx.delivery_leases.release_owners(["me"])
    assert [one.is_in_doubt for one in lease(store)] == [True]


def test_replies_are_neither_folded_nor_out_of_order(store: Store) -> None:
    add(store, "de-1", "al-1")
    lease(store)
    deliver(store, "de-1")
    for number in (2, 3):
        add(store, f"de-{number}", "al-1", REPLY, at=NOW + number * MINUTE)
    assert leased(store, now=NOW + 9 * MINUTE) == ["de-2"]
    deliver(store, "de-2")
    assert leased(store, now=NOW + 9 * MINUTE) == ["de-3"]


def test_a_story_is_told_in_order_and_delays_no_other(store: Store) -> None:
    add(store, "de-1", "al-1")
    add(store, "de-2", "al-2", at=NOW + MINUTE)
    add(store, "de-3", "al-3", at=NOW + MINUTE)
    later = NOW + 2 * MINUTE
    assert leased(store, now=later) == ["de-1", "de-3"]
    fail(store, "de-1")
    assert leased(store, now=later) == []
    fail(store, "de-1", times=4)
    assert leased(store, now=later) == ["de-2"], "one message that is never taken holds nothing up for ever"


def test_what_waits_for_the_end_of_quiet_hours_holds_up_nothing(store: Store) -> None:
    add(store, "de-1", "al-1", due_at=NOW + 60 * MINUTE)
    add(store, "de-2", "al-2", at=NOW + MINUTE)
    assert leased(store, now=NOW + MINUTE) == ["de-2"]
