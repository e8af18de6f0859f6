"""What a running service does again and again beside delivering: hand out due feeds, keep its store, measure itself.

In go the parts of a service, out come jobs on a scheduler. Called by `app`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from watcher.allocator import trim
from watcher.assembly import Parts
from watcher.config.models import Settings
from watcher.errors import StoreError
from watcher.metrics import Metrics
from watcher.storage.retention import prune
from watcher.storage.store import Transaction
from watcher.types import ArticleState, SubscriptionState, TroubleKind

log = structlog.get_logger(__name__)

T = TypeVar("T")

_TICK = 1.0
_HUB_TICK = 2.0
_HOSTS = 5.0
_MEASURE = 15.0
_COVERAGE = 20.0
_TENURE = 60.0
_TRIM = 60.0
_QUIET = 300.0
_PRUNE = 3600.0
_STALL = timedelta(minutes=2)  # without a tick for so long, the service hangs
_ANSWER_TIME = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """The recurring work of one service; `feeds` is how many it has."""

    parts: Parts
    settings: Settings
    metrics: Metrics
    feeds: int
    _refused: dict[str, str] = field(default_factory=dict)

    def start(self) -> AsyncIOScheduler:
        """Start all jobs on the running loop; each runs once at a time, and again in its time after an error."""
        parts = self.parts
        scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None}
        )

        def every(seconds: float, job: Callable[[], object], name: str) -> None:
            scheduler.add_job(
                self._guarded, "interval", args=(name, job), seconds=seconds, id=name, max_instances=1
            )

        every(_TICK, parts.poller.tick, "tick")
        every(_TICK, parts.articles.tick, "articles")
        every(_HOSTS, parts.keep_hosts, "hosts")
        if parts.subscriber is not None:
            every(_HUB_TICK, parts.subscriber.tick, "websub")
        every(_MEASURE, self._measure, "measure")
        every(_COVERAGE, parts.tell_troubles, "coverage")
        every(_TENURE, self._keep, "keep")
        every(_QUIET, parts.close_quiet, "quiet")
        every(_PRUNE, self._prune, "prune")
        every(_TRIM, lambda: asyncio.to_thread(trim), "trim")
        scheduler.start()
        return scheduler

    async def check_dispatcher(self) -> str | None:
        """Say that no feed is handed out any more, None when all is well."""
        last = self.parts.poller.last_tick
        if last is None or (idle := self.parts.clock.monotonic() - last) <= _STALL.total_seconds():
            return None
        return f"no feed was handed out for {idle:.0f} s"

    async def check_store(self) -> str | None:
        """Say what is wrong with the store, None when it answers."""
        try:
            async with asyncio.timeout(_ANSWER_TIME):
                await self._count(lambda tx: tx.feeds.failing())
        except (StoreError, OSError, TimeoutError) as error:
            return f"the database does not answer: {type(error).__name__}"
        return None

    async def _guarded(self, name: str, job: Callable[[], object]) -> None:
        """Run a scheduled job; its error is logged and counted, and the job is tried again in its time."""
        try:
            await job()  # type: ignore[misc]  # every job is a coroutine function
        except StoreError as error:
            self.metrics.errors.labels(name).inc()
            if self._refused.get(name) != str(error):  # each second while the disk is full: once is enough
                self._refused[name] = str(error)
                log.error("store_refused", job=name, reason=str(error))
        except Exception:
            log.exception("job_failed", job=name)
            self.metrics.errors.labels(name).inc()
        else:
            if self._refused.pop(name, None) is not None:
                log.info("store_takes_again", job=name)

    async def _measure(self) -> None:
        metrics = self.metrics
        for (channel, state), count in (await self.parts.run(self.parts.ledger.delivery_counts)).items():
            metrics.deliveries.labels(channel, state).set(count)
        troubles = await self._count(lambda tx: tx.troubles.counts())
        for kind in TroubleKind:
            metrics.troubles.labels(kind).set(troubles.get(kind, 0))
        articles = await self._count(lambda tx: tx.articles.counts())
        metrics.articles_waiting.set(articles.get(ArticleState.WAITING, 0))
        subscriptions = await self._count(lambda tx: Counter(one.state for one in tx.subscriptions.all()))
        for standing in SubscriptionState:
            metrics.subscriptions.labels(standing.value).set(subscriptions[standing])
        metrics.hosts_held.set(self.parts.gate.held())
        failed = await self._count(lambda tx: tx.feeds.failing())
        metrics.feeds.labels("failing").set(failed)
        metrics.feeds.labels("fine").set(self.feeds - failed)

    async def _count(self, read: Callable[[Transaction], T]) -> T:
        def count() -> T:
            with self.parts.store.read() as tx:
                return read(tx)

        return await self.parts.run(count)

    async def _keep(self) -> None:
        await self.parts.run(lambda: self.parts.tenure.keep(self.parts.store, now=self.parts.clock.now()))

    async def _prune(self) -> None:
        keep, now = self.settings.retention, self.parts.clock.now()
        pruned = await self.parts.run(
            lambda: prune(
                self.parts.store,
                now=now,
                keep_items=keep.items,
                keep_alerts=keep.alerts,
                story_window=self.settings.stories.window,
            )
        )
        if pruned.items or pruned.alerts:
            log.info("pruned", items=pruned.items, alerts=pruned.alerts)
