"""The store is the ledger that the outbox is promised."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.alerts import NOON
from tests.support.ledger_contract import LedgerContract
from tests.support.stored_ledger import StoredLedger
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Store
from watcher.types import DeliveryKind


class TestStoreLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, store: Store) -> StoredLedger:
        return StoredLedger(store)

    def test_an_alert_waits_for_no_update_that_a_poll_with_an_earlier_clock_wrote(
        self, ledger: StoredLedger
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
