"""The store is the ledger that the outbox is promised."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest

from tests.support import samples
from tests.support.alerts import NOON
from tests.support.ledger_contract import LedgerContract
from watcher.storage.deliveries import NewDelivery
from watcher.storage.ledger import StoreLedger
from watcher.storage.store import Store
from watcher.types import Delivery, DeliveryKind


class LedgerUnderTest(StoreLedger):
    """The store's ledger, with what the contract needs to set the scene."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.store = store
        self._numbers = count()

    def add(self, *, channel: str, due_at: datetime = NOON) -> str:
        number = next(self._numbers)
        with self._store.write() as tx:
            tx.stories.open(f"st-{number}", title="x", at=NOON)
            tx.alerts.add(samples.alert(id=f"al-{number}", story_id=f"st-{number}"))
            row = NewDelivery(
                id=f"de-{number}",
                alert_id=f"al-{number}",
                channel=channel,
                kind=DeliveryKind.ALERT,
                at=due_at,
            )
            tx.deliveries.add([row])
        return row.id

    def row(self, delivery_id: str) -> Delivery:
        with self._store.read() as tx:
            return next(row for row in tx.deliveries.newest(limit=1000) if row.id == delivery_id)


class TestStoreLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, store: Store) -> LedgerUnderTest:
        return LedgerUnderTest(store)

    def test_an_alert_waits_for_no_update_that_a_poll_with_an_earlier_clock_wrote(
        self, ledger: LedgerUnderTest
    ) -> None:
        """The copy's poll may begin before that of the first report, and end after it."""
        row_id = ledger.add(channel="a", due_at=NOON)
        with ledger.store.write() as tx:
            row = NewDelivery(
                id="de-update",
                alert_id="al-0",
                channel="a",
                kind=DeliveryKind.UPDATE,
                at=NOON - timedelta(seconds=1),
            )
            tx.deliveries.add([row])
        (leased,) = ledger.lease_deliveries(
            channel="a", owner="one", now=NOON, lease=timedelta(minutes=1), limit=9
        )
        assert leased.id == row_id
