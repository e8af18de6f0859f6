"""A service's time on its store: takes it over at start, shows that it lives, gives back what it holds.

In goes the store with this process's name, out comes a store that agrees with the configuration. Called by `app`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

import structlog

from watcher.deliver.retry import RetryPolicy
from watcher.errors import StoreError
from watcher.ingest.schedule import PollingLimits, horizon
from watcher.lease import gone
from watcher.storage.store import Store, Transaction
from watcher.trends import Trends
from watcher.types import Feed

log = structlog.get_logger(__name__)

_SILENCE = timedelta(minutes=3)
"""A service on another machine that has not shown itself for so long is gone; it shows itself every minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """What a service brings to its store; `owner` names this process and no other."""

    owner: str
    feeds: Sequence[Feed]
    channels: frozenset[str]
    limits: PollingLimits
    trends: Trends

    def take_over(self, store: Store, *, now: datetime) -> None:
        """Agree with the configuration, and free what a killed service held.

        Raises:
            StoreError: a service with other feeds works on this database; each would retire the other's.
        """
        with store.write() as tx:
            _release(
                tx,
                gone(
                    tx.feeds.owners()
                    | tx.articles.owners()
                    | tx.delivery_leases.owners()
                    | tx.services.owners(),
                    me=self.owner,
                ),
            )
            for other, digest in tx.services.living(since=now - _SILENCE).items():
                if digest != self._digest and other != self.owner:
                    raise StoreError(
                        f"a watcher with other feeds is running on this database ({other}): stop it first, or give "
                        "this configuration a database of its own"
                    )
            self._show(tx, now)
            tx.feeds.configure(self.feeds, now=now)
            tx.trends.configure(self.trends.series, now=now)
            self._pull_back(tx, now)
            tx.delivery_leases.try_parked(now=now)
            stranded = tx.deliveries.strand(self.channels)
        for channel, count in sorted(stranded.items()):
            log.warning("deliveries_without_channel", channel=channel, deliveries=count)

    def keep(self, store: Store, *, now: datetime) -> None:
        """Show that this service lives, and mend times that a jump of the clock has put out of reach."""
        with store.write() as tx:
            self._show(tx, now)
            self._pull_back(tx, now)

    def company(self, tx: Transaction, *, now: datetime) -> int:
        """Count the services that work on the store, this one included: they share what hosts bear."""
        return len({self.owner, *tx.services.living(since=now - _SILENCE)})

    def give_back(self, store: Store) -> None:
        """Free what this service holds."""
        with store.write() as tx:
            _release(tx, (self.owner,))

    @property
    def _digest(self) -> str:
        names = sorted(f"{feed.id}\0{feed.url}" for feed in self.feeds)
        return blake2b("\0\0".join(names).encode(), digest_size=16).hexdigest()

    def _show(self, tx: Transaction, now: datetime) -> None:
        tx.services.beat(self.owner, feeds_digest=self._digest, at=now)

    def _pull_back(self, tx: Transaction, now: datetime) -> None:
        moved = tx.feeds.pull_back(now=now, horizon=horizon(self.limits))
        moved += tx.articles.pull_back(now=now)
        moved += tx.delivery_leases.pull_back(now=now, horizon=RetryPolicy().longest_retry_after)
        if moved:
            log.warning("clock_jumped", mended=moved)


def _release(tx: Transaction, owners: Sequence[str]) -> None:
    tx.feeds.release(owners=owners)
    tx.articles.release(owners=owners)
    tx.delivery_leases.release_owners(owners)
    tx.services.leave(owners)
