"""Builds what a running service is made of from its configuration, and takes it down in the right order.

In goes a loaded `Config`, out come `Parts`. Called by `app`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from watcher.alert.delay import delays
from watcher.allocator import trim
from watcher.announce import Routing
from watcher.articles import Articles, Limits
from watcher.chat.desk import Desk
from watcher.chat.lines import Lines, open_lines
from watcher.collector import leave_alone
from watcher.config.load import Config
from watcher.config.models import Settings
from watcher.deliver.channels import build, edited
from watcher.deliver.channels.slackaccount import SlackAccounts
from watcher.deliver.outbox import Attempt, Manners, Outbox, Result
from watcher.errors import ConfigError, Problem, WatcherError
from watcher.fetching import fetch_settings
from watcher.grouping import Groups
from watcher.ingest.fetch import Fetcher
from watcher.ingest.gate import HostGate
from watcher.ingest.intake import Intake
from watcher.ingest.manners import HostRecord, Scope
from watcher.ingest.schedule import PollingLimits, Wishes
from watcher.life import close_quiet
from watcher.match.latency import strictest_latencies
from watcher.match.readership import readerships
from watcher.metrics import Metrics
from watcher.notices import Notices
from watcher.plan import Plan, wishes_of
from watcher.poller import Poller
from watcher.ports import Channel, Clock
from watcher.reach import Reach
from watcher.stages.poll import Context
from watcher.storage.engine import sqlite_path
from watcher.storage.ledger import StoreLedger
from watcher.storage.runner import StoreRunner
from watcher.storage.store import Store, open_store
from watcher.tenure import Tenure
from watcher.trends import Trends
from watcher.types import Feed, TroubleKind
from watcher.websub import Subscriber
from watcher.workers import Knowledge, Workers

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a running service is made of."""

    lines: Lines
    clock: Clock
    store: Store
    run: StoreRunner
    ledger: StoreLedger
    outbox: Outbox
    poller: Poller
    notices: Notices
    gate: HostGate
    articles: Articles
    subscriber: Subscriber | None
    tenure: Tenure
    routing: Routing
    story_window: timedelta

    async def keep_hosts(self) -> None:
        """Store what hosts are owed, where it has changed, and take in what other processes have met, and are."""
        changes, now = self.gate.changes(), self.clock.now()

        def share() -> tuple[int, tuple[HostRecord, ...]]:
            if changes:
                with self.store.write() as tx:
                    tx.hosts.save(changes)
            with self.store.read() as tx:
                return self.tenure.company(tx, now=now), tx.hosts.standing(now)

        processes, met = await self.run(share)
        self.gate.divide(processes)
        self.gate.heed(met)

    async def tell_troubles(self) -> None:
        """Queue notices of what keeps people from hearing, and of what no longer does."""

        def tell() -> tuple[str, ...]:
            with self.store.write() as tx:
                return self.notices.tell(tx, self.clock.now())

        if await self.run(tell):
            self.outbox.wake()

    async def close_quiet(self) -> None:
        """Close the alerts of stories that nothing can join by likeness any more."""

        def close() -> tuple[bool, tuple[str, ...]]:
            now = self.clock.now()
            with self.store.write() as tx:
                return close_quiet(tx, self.routing, before=now - self.story_window, now=now)

        while True:
            is_more, told = await self.run(close)
            if told:
                self.outbox.wake()
            if not is_more:
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """Everything that is known before anything is opened.

    Args:
        config: as loaded.
        clock: where time comes from.
        owner: under which name this process leases feeds and deliveries.
        metrics: what the parts count in.
        workers: that know the configuration's rules already; None to start some.
    """

    config: Config
    clock: Clock
    owner: str
    metrics: Metrics
    workers: Workers | None = None

    async def succeeded_by(self, config: Config) -> Assembly:
        """Give what is to follow on another configuration, its channels tried and its workers ready.

        Raises:
            ConfigError: a channel cannot be built.
        """
        following = replace(self, config=config, workers=None)
        for name in config.settings.channels:
            await following._channel(name, SlackAccounts(self.clock)).close()
        workers = following._workers()
        try:
            await workers.warm_up()
        except BaseException:
            workers.close()
            raise
        return replace(following, workers=workers)

    @asynccontextmanager
    async def parts(self) -> AsyncIterator[Parts]:
        """Open the store and build everything that both ways of running need; take it down again afterwards.

        Raises:
            ConfigError: a channel cannot be built.
            StoreError: the database cannot be used.
        """
        async with AsyncExitStack() as stack:
            workers = self.workers or self._workers()
            stack.callback(workers.close)
            # Side by side: a service that was killed should be back soon.
            store, _ = await asyncio.gather(
                asyncio.to_thread(open_store, self._settings.database), workers.warm_up()
            )
            stack.callback(store.close)
            run = StoreRunner(store)
            stack.callback(run.close)
            path = sqlite_path(self._settings.database)
            log.info("database", at=str(path) if path else "server")
            trends, limits = self._trends(), self._limits()
            tenure = Tenure(
                owner=self.owner,
                feeds=self.config.feeds,
                channels=frozenset(self._settings.channels),
                limits=limits,
                trends=trends,
            )
            await run(lambda: tenure.take_over(store, now=self.clock.now()))
            stack.push_async_callback(run, lambda: tenure.give_back(store))
            accounts = SlackAccounts(self.clock)
            channels = {name: self._channel(name, accounts) for name in self._settings.channels}
            for channel in channels.values():
                stack.push_async_callback(channel.close)
            await run(lambda: _end_outage(store, self.clock.now()))
            gate = self._gate()
            processes, met = await run(lambda: _remembered_hosts(store, tenure, self.clock.now()))
            gate.divide(processes)
            gate.restore(met)
            intake = Intake()
            fetcher = await stack.enter_async_context(
                Fetcher(fetch_settings(self._settings.polling), clock=self.clock, gate=gate, intake=intake)
            )
            ledger = StoreLedger(store)
            outbox = self._outbox(ledger, run, channels)
            context = Context(
                fetcher=fetcher,
                workers=workers,
                plan=Plan(limits, wishes=self._wishes(), count=self.metrics.count_due),
                store=store,
                run=run,
                groups=Groups(store, run),
                intake=intake,
                clock=self.clock,
                metrics=self.metrics,
                routing=Routing.of(self._settings, self.metrics),
                story_window=self._settings.stories.window,
                folds_events=self._settings.stories.fold == "events",
                corroborated_by=self._settings.stories.corroborated_by,
                trends=trends,
                reach=Reach(longest_catch_up=limits.default, on_turn=self.metrics.set_network_down),
                least_interval=limits.min,
                longest_interval=limits.max,
                takes_pushes=self._settings.web.public_url is not None,
            )
            lines = open_lines(self._settings.channels, self._desk(store, run, workers, outbox), accounts)
            stack.push_async_callback(lines.close)
            leave_alone()
            trim()  # of what reading the configuration has left
            parts = Parts(
                lines=lines,
                clock=self.clock,
                store=store,
                run=run,
                ledger=ledger,
                outbox=outbox,
                poller=self._poller(context, gate, outbox),
                articles=self._articles(context, fetcher, workers, outbox),
                subscriber=self._subscriber(context, fetcher, outbox),
                gate=gate,
                notices=self._notices(),
                tenure=tenure,
                routing=context.routing,
                story_window=context.story_window,
            )
            stack.push_async_callback(parts.keep_hosts)
            yield parts

    @property
    def _settings(self) -> Settings:
        return self.config.settings

    @property
    def _feeds(self) -> dict[str, Feed]:
        return {feed.id: feed for feed in self.config.feeds}

    def _workers(self) -> Workers:
        return Workers(
            Knowledge(
                rules=self.config.rules,
                lists=self.config.lists,
                places=self.config.places,
                models=self._settings.text.models,
            )
        )

    def _channel(self, name: str, accounts: SlackAccounts) -> Channel:
        try:
            return build(name, self._settings.channels[name], accounts=accounts)
        except WatcherError as error:
            problem = Problem(message=f"channels.{name}: {error}", path=self.config.path)
            raise ConfigError((problem,)) from error

    def _gate(self) -> HostGate:
        """Make the gate that everything which requests from outside goes through."""
        manners = self._settings.polling.per_host
        return HostGate(
            places=self._settings.polling.concurrency,
            concurrency=manners.concurrency,
            min_delay=manners.min_delay,
            scope=Scope(manners.rate_limit),
            clock=self.clock,
        )

    def _outbox(self, ledger: StoreLedger, run: StoreRunner, channels: Mapping[str, Channel]) -> Outbox:
        return Outbox(
            ledger,
            run,
            channels,
            self.clock,
            self.owner,
            observe=self._observe,
            on_trouble=lambda task: self.metrics.errors.labels(task).inc(),
            manners=_manners(self._settings),
        )

    def _poller(self, context: Context, gate: HostGate, outbox: Outbox) -> Poller:
        return Poller(
            feeds=self._feeds,
            context=context,
            owner=self.owner,
            concurrency=self._settings.polling.concurrency,
            on_told=lambda _channels: outbox.wake(),
            turns=gate,
            min_delay=self._settings.polling.per_host.min_delay,
        )

    def _articles(self, context: Context, fetcher: Fetcher, workers: Workers, outbox: Outbox) -> Articles:
        wanted = self._settings.full_text
        return Articles(
            feeds=self._feeds,
            context=context,
            fetcher=fetcher,
            extractor=workers,
            limits=Limits(
                concurrency=wanted.concurrency, attempts=wanted.attempts, max_body_bytes=wanted.max_body
            ),
            owner=self.owner,
            on_told=lambda _channels: outbox.wake(),
        )

    def _subscriber(self, context: Context, fetcher: Fetcher, outbox: Outbox) -> Subscriber | None:
        public_url = self._settings.web.public_url
        if public_url is None:
            return None
        return Subscriber(
            feeds=self._feeds,
            context=context,
            fetcher=fetcher,
            public_url=public_url,
            on_told=lambda _channels: outbox.wake(),
        )

    def _desk(self, store: Store, run: StoreRunner, workers: Workers, outbox: Outbox) -> Desk:
        return Desk(
            store=store,
            run=run,
            clock=self.clock,
            workers=workers,
            metrics=self.metrics,
            rules=frozenset(rule.id for rule in self.config.rules),
            edited=edited(self._settings.channels),
            wake=outbox.wake,
            routing=Routing.of(self._settings, self.metrics),
            feeds=self._feeds,
            corroborated_by=self._settings.stories.corroborated_by,
        )

    def _trends(self) -> Trends:
        titles = {feed.id: feed.title for feed in self.config.feeds if feed.title}
        return Trends.of(self.config.rules, self.config.lists, titles)

    def _limits(self) -> PollingLimits:
        interval = self._settings.polling.interval
        return PollingLimits(default=interval.default, min=interval.min, max=interval.max)

    def _wishes(self) -> dict[str, Wishes]:
        return wishes_of(
            self.config.feeds,
            latencies=strictest_latencies(self.config.rules, self.config.feeds),
            min_delay=self._settings.polling.per_host.min_delay,
        )

    def _notices(self) -> Notices:
        settings = self._settings
        return Notices(
            feeds=self._feeds,
            readerships=readerships(self.config.rules, self.config.feeds),
            routes=tuple(route.route() for route in settings.routes),
            channels=tuple(settings.channels),
            metrics=self.metrics,
            to=tuple(settings.notices.to),
            failing_after=settings.notices.failing_after,
            ceilings=settings.house().ceilings,
        )

    def _observe(self, attempt: Attempt) -> None:
        if attempt.result is not Result.DELIVERED:
            return
        took = delays(attempt.delivery, accepted_at=attempt.at)
        for metric, delay in (
            (self.metrics.seen_to_delivered, took.seen),
            (self.metrics.published_to_delivered, took.published),
        ):
            if delay is not None:
                metric.labels(attempt.delivery.channel).observe(delay.total_seconds())


def _remembered_hosts(store: Store, tenure: Tenure, now: datetime) -> tuple[int, tuple[HostRecord, ...]]:
    with store.read() as tx:
        return tenure.company(tx, now=now), tx.hosts.all()


def _end_outage(store: Store, now: datetime) -> None:
    """End what an earlier run saw of the network: this one finds out for itself."""
    with store.write() as tx:
        tx.troubles.end(TroubleKind.NETWORK, "", at=now)


def _manners(settings: Settings) -> dict[str, Manners]:
    return {
        name: Manners(fold_over=one.fold_over)
        if one.fallback is None
        else Manners(fold_over=one.fold_over, fallback=one.fallback.to, after=one.fallback.after)
        for name, one in settings.channels.items()
    }
