"""The real pipeline in the test's own process: real parsing, rules and store, a clock that the test moves.

Fetching is what the test gives it: the real fetcher on a scripted server, or answers in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from tests.support.clock import FakeClock
from tests.support.ledger import run_inline
from watcher.alert.route import Route
from watcher.analysis import Analysis
from watcher.announce import Routing
from watcher.grouping import Groups
from watcher.ingest.intake import Intake
from watcher.ingest.novelty import parse_new
from watcher.ingest.schedule import PollingLimits
from watcher.match.syntax import Rule
from watcher.match.yaml import parse_rule
from watcher.metrics import Metrics
from watcher.pipeline import poll_feed
from watcher.plan import Plan
from watcher.stages.poll import Context, Fetching, Poll
from watcher.storage.items import PastItem
from watcher.storage.store import Store, open_store
from watcher.trends import Trends
from watcher.types import Analysed, Delivery, Feed, FeedState, Fetched, Item, ParsedFeed, Trouble

ROUTES = (Route(to=("desk",)),)


def a_rule(word: str = "gunmen", **changes: object) -> Rule:
    """Make a rule that a word fires."""
    raw = {"id": "border", "title": "Crossing of the border", "severity": "high", "match": word}
    rule, problems = parse_rule(raw | changes)
    assert rule is not None, problems
    return rule


@cache
def _empty_database() -> bytes:
    """Give a database of this version; bringing one about takes longer than most tests."""
    with TemporaryDirectory(prefix="watcher-empty-") as folder:
        path = Path(folder) / "watcher.db"
        open_store(f"sqlite:///{path}").close()
        return path.read_bytes()


class InlineWorkers:
    """Does in the test's process what the service's workers do in theirs."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._analysis = Analysis(rules=rules, lists={})

    async def parse(
        self, fetched: Fetched, *, seen_at: datetime, repeats_guids: bool, memory: bytes
    ) -> ParsedFeed:
        return parse_new(fetched, seen_at=seen_at, repeats_guids=repeats_guids, memory=memory)

    async def read_archive(
        self, fetched: Fetched, feed: Feed, *, seen_at: datetime, repeats_guids: bool
    ) -> tuple[ParsedFeed, tuple[Analysed, ...]]:
        parsed = await self.parse(fetched, seen_at=seen_at, repeats_guids=repeats_guids, memory=b"")
        return parsed, await self.analyse(parsed.items, feed, seen_at)

    async def analyse(self, items: Sequence[Item], feed: Feed, now: datetime) -> tuple[Analysed, ...]:
        return tuple(self._analysis.analyse(item, feed, now) for item in items)


class Polling:
    """A service without its loop: feeds are polled when the test says so.

    Args:
        folder: where its database is, unless `database` is the URL of another one.
        fetcher: what fetches.
        feeds: the configured feeds.
        rules: what is watched for.
        workers: what parses and analyses; those of an earlier one can be used again.
        plan: when feeds are due; that of the default limits when None.
        takes_pushes: whether hubs can reach it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        fetcher: Fetching,
        feeds: Sequence[Feed],
        rules: Sequence[Rule] = (),
        workers: InlineWorkers | None = None,
        clock: FakeClock | None = None,
        folds_events: bool = True,
        plan: Plan | None = None,
        takes_pushes: bool = False,
        database: str | None = None,
        routes: Sequence[Route] = ROUTES,
    ) -> None:
        self.clock = clock or FakeClock()
        self.feeds = {feed.id: feed for feed in feeds}
        self.rules = tuple(rules)
        self.metrics = Metrics()
        self._fetcher = fetcher
        self._folds_events = folds_events
        self._plan = plan or Plan(PollingLimits())
        self._takes_pushes = takes_pushes
        self._workers = workers or InlineWorkers(rules)
        self._path = folder / "watcher.db"
        self._database = database
        self._routes = tuple(routes)
        self._trends = Trends.of(rules, {}, {feed.id: feed.title for feed in feeds if feed.title})
        self._stack = ExitStack()
        self.store: Store

    def __enter__(self) -> Self:
        if self._database is None and not self._path.exists():
            self._path.write_bytes(_empty_database())
        self.store = open_store(self._database or f"sqlite:///{self._path}")
        self._stack.callback(self.store.close)
        with self.store.write() as tx:
            tx.feeds.configure(self.feeds.values(), now=self.clock.now())
            tx.trends.configure(self._trends.series, now=self.clock.now())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def context(self) -> Context:
        return Context(
            fetcher=self._fetcher,
            workers=self._workers,
            plan=self._plan,
            store=self.store,
            run=run_inline,
            groups=Groups(self.store, run_inline),
            intake=Intake(),
            clock=self.clock,
            metrics=self.metrics,
            routing=Routing(routes=self._routes, updatable=frozenset(), metrics=self.metrics),
            story_window=timedelta(hours=72),
            folds_events=self._folds_events,
            takes_pushes=self._takes_pushes,
            trends=self._trends,
        )

    async def poll(self, feed_id: str = "wire", *, after: timedelta = timedelta(minutes=15)) -> Poll:
        """Let time pass, and poll one feed."""
        self.clock.advance(after.total_seconds())
        return await poll_feed(self.feeds[feed_id], self.state(feed_id), self.context)

    def state(self, feed_id: str = "wire") -> FeedState:
        with self.store.read() as tx:
            state = tx.feeds.state(feed_id)
        assert state is not None
        return state

    def items(self) -> list[PastItem]:
        """Give the stored items, oldest first."""
        with self.store.read() as tx:
            page = tx.items.page(since=datetime.fromtimestamp(0, self.clock.now().tzinfo), limit=100_000)
        return sorted(page, key=lambda past: past.item_id)

    def deliveries(self) -> Sequence[Delivery]:
        with self.store.read() as tx:
            return tx.deliveries.newest(limit=100_000)

    def troubles(self) -> Sequence[Trouble]:
        """Give all troubles there were, oldest first."""
        with self.store.read() as tx:
            return tx.troubles.since(datetime.fromtimestamp(0, self.clock.now().tzinfo))
