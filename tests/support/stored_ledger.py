"""The store's own ledger, with what tests need to put rows in and to look at them."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from tests.support import samples
from tests.support.alerts import NOON
from watcher.storage.deliveries import NewDelivery
from watcher.storage.ledger import StoreLedger
from watcher.storage.store import Store
from watcher.types import Delivery, DeliveryKind


class StoredLedger(StoreLedger):
    """Each row that is added tells of an alert and a story of its own."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.store = store
        self._numbers = count()

    def add(self, *, channel: str, due_at: datetime = NOON) -> str:
        """Put a pending row in, as a committed poll does; gives its id."""
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
        """Give a row as it stands."""
        with self._store.read() as tx:
            return next(row for row in tx.deliveries.newest(limit=1000) if row.id == delivery_id)
