"""The store as the rest of the package holds it: transactions, and the tables inside them.

Everything here blocks; the service calls it through `storage.runner`, never on the event loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from watcher.storage.alerts import AlertRows
from watcher.storage.answers import AnswerRows
from watcher.storage.articles import ArticleRows
from watcher.storage.deliveries import DeliveryRows
from watcher.storage.delivery_leases import DeliveryLeases
from watcher.storage.delivery_outcomes import DeliveryOutcomes
from watcher.storage.digests import DigestRows
from watcher.storage.engine import DURABLE, READ_ONLY, open_engine
from watcher.storage.failure import telling
from watcher.storage.feeds import FeedRows
from watcher.storage.hosts import HostRows
from watcher.storage.items import ItemRows
from watcher.storage.life import LifeRows
from watcher.storage.members import MemberRows
from watcher.storage.notices import NoticeRows
from watcher.storage.problems import ProblemRows
from watcher.storage.profiles import ProfileRows
from watcher.storage.regrouping import RegroupRows
from watcher.storage.services import ServiceRows
from watcher.storage.silences import SilenceRows
from watcher.storage.stories import StoryRows
from watcher.storage.subscriptions import SubscriptionRows
from watcher.storage.trends import TrendRows
from watcher.storage.troubles import TroubleRows


class Transaction:
    """One database transaction and the tables in it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.feeds = FeedRows(connection)
        self.items = ItemRows(connection)
        self.articles = ArticleRows(connection)
        self.subscriptions = SubscriptionRows(connection)
        self.stories = StoryRows(connection)
        self.members = MemberRows(connection)
        self.profiles = ProfileRows(connection)
        self.regroup = RegroupRows(connection, self.profiles)
        self.alerts = AlertRows(connection)
        self.answers = AnswerRows(connection)
        self.life = LifeRows(connection)
        self.deliveries = DeliveryRows(connection)
        self.delivery_leases = DeliveryLeases(connection)
        self.delivery_outcomes = DeliveryOutcomes(connection)
        self.digests = DigestRows(connection)
        self.silences = SilenceRows(connection)
        self.services = ServiceRows(connection)
        self.hosts = HostRows(connection)
        self.problems = ProblemRows(connection)
        self.trends = TrendRows(connection)
        self.troubles = TroubleRows(connection)
        self.notices = NoticeRows(connection)


class Store:
    """An open database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READ_ONLY: True})
        self._durable = engine.execution_options(**{DURABLE: True})

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Transaction]:
        """Run a transaction that commits when the block ends, and leaves nothing behind when it raises.

        A kill of the process undoes no commit. A power cut may undo the last ones, whole and in order, back to the
        last `durable` one.

        Raises:
            StoreError: the database refuses (a full disk, a lock, a server that is away); nothing of the block is kept.
        """
        with telling(self._engine.url), (self._durable if durable else self._engine).begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Run a transaction that only reads: one consistent state, no lock on writers.

        Raises:
            StoreError: the database refuses.
        """
        with telling(self._engine.url), self._reader.begin() as connection:
            yield Transaction(connection)

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def open_store(url: str, *, is_upgrading: bool = True) -> Store:
    """Open the database at `url`; parameters and errors as `open_engine`."""
    return Store(open_engine(url, is_upgrading=is_upgrading))
