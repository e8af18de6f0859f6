"""The composition root: builds the service from a configuration, runs it, stops it.

In goes a loaded `Config`, out comes a service that polls and delivers until it is told to stop. Called by the
commands `run` and `demo`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import SQLAlchemyError

from watcher.alert.delay import delays
from watcher.allocator import give_back
from watcher.announce import Routing
from watcher.articles import Articles, Limits
from watcher.chat.desk import Desk
from watcher.chat.lines import Lines, open_lines
from watcher.clock import SystemClock
from watcher.config.load import Config
from watcher.config.models import Settings
from watcher.deliver.channels import build, edited
from watcher.deliver.channels.slackaccount import SlackAccounts
from watcher.deliver.outbox import Attempt, Manners, Outbox, Result
from watcher.errors import ConfigError, Problem, StoreError, WatcherError
from watcher.fetching import fetch_settings
from watcher.grouping import Groups
from watcher.ingest.fetch import Fetcher
from watcher.ingest.gate import HostGate
from watcher.ingest.intake import Intake
from watcher.ingest.manners import HostRecord, Scope
from watcher.ingest.schedule import PollingLimits, Wishes
from watcher.lease import new_owner
from watcher.match.latency import strictest_latencies
from watcher.match.readership import readerships
from watcher.metrics import Metrics
from watcher.notices import Notices
from watcher.plan import Plan, wishes_of
from watcher.poller import Poller, Tally
from watcher.ports import Channel, Clock
from watcher.reach import Reach
from watcher.stages.poll import Context
from watcher.storage.engine import sqlite_path
from watcher.storage.ledger import StoreLedger
from watcher.storage.retention import prune
from watcher.storage.runner import StoreRunner
from watcher.storage.store import Store, open_store
from watcher.tenure import Tenure
from watcher.trends import Trends
from watcher.types import ArticleState, SubscriptionState, TroubleKind
from watcher.web.health import make_application
from watcher.web.websub import add_websub
from watcher.websub import Subscriber
from watcher.workers import Knowledge, Workers

log = structlog.get_logger(__name__)

_TICK = timedelta(seconds=1)
_COVERAGE_CHECK = timedelta(seconds=20)
_HUB_TICK = timedelta(seconds=2)
_STALL = timedelta(minutes=2)  # without a tick for so long, the service hangs
_POLL_GRACE = timedelta(milliseconds=500)
_DRAIN_TIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceReport:
    """What one `run --once` did: its polls, and the deliveries that were accepted and not."""

    tally: Tally
    delivered: int
    undelivered: int


class Service:
    """The service on one configuration.

    Args:
        config: as loaded; nothing is opened or started yet.
        clock: where time comes from.
    """

    def __init__(self, config: Config, *, clock: Clock | None = None) -> None:
        give_back()
        self._config = config
        self._clock = clock or SystemClock()
        self._owner = new_owner()
        self._limits = _limits(config.settings)
        self._trends = _trends(config)
        self._tenure = Tenure(
            owner=self._owner,
            feeds=config.feeds,
            channels=frozenset(config.settings.channels),
            limits=self._limits,
            trends=self._trends,
        )
        self.metrics = Metrics()

    async def run(self, stop: asyncio.Event, *, on_ready: Callable[[], None] = lambda: None) -> None:
        """Poll and deliver until `stop` is set, then end what is under way.

        Raises:
            ConfigError: the configuration cannot be brought to life (a channel, the web port).
            StoreError: the database cannot be used.
        """
        async with self.parts() as parts, AsyncExitStack() as stack:
            await stack.enter_async_context(self._web(parts))
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(parts.outbox.run(), name="outbox")
                hearing = [
                    group.create_task(socket.run(), name=f"socket {name}")
                    for name, socket in parts.lines.sockets.items()
                ]
                scheduler = self._schedule(parts)
                log.info(
                    "started", feeds=len(self._config.feeds), rules=len(self._config.rules), owner=self._owner
                )
                on_ready()
                waiting = asyncio.create_task(stop.wait(), name="stop")
                try:
                    await asyncio.wait((waiting, sending), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    waiting.cancel()
                    scheduler.shutdown(wait=False)
                    await parts.poller.stop(grace=_POLL_GRACE)
                    await parts.articles.stop()
                    for task in (sending, *hearing):
                        task.cancel()
        log.info("stopped")

    async def run_once(self, *, on_poll: Callable[[], None] = lambda: None) -> OnceReport:
        """Poll every due feed once, deliver what is due, and end."""
        async with self.parts() as parts:
            tally = await parts.poller.run_due(on_poll=on_poll)
            await parts.articles.run_due()
            await self._tell_troubles(parts)
            results = await parts.outbox.drain(self._clock.now() + _DRAIN_TIME)
        undelivered = results.get(Result.FAILED, 0) + results.get(Result.DEAD, 0)
        return OnceReport(tally=tally, delivered=results.get(Result.DELIVERED, 0), undelivered=undelivered)

    @asynccontextmanager
    async def parts(self) -> AsyncIterator[Parts]:
        """Build everything that both ways of running need, and take it down again in the right order."""
        config, settings = self._config, self._config.settings
        async with AsyncExitStack() as stack:
            workers = Workers(
                Knowledge(
                    rules=config.rules,
                    lists=config.lists,
                    places=config.places,
                    models=settings.text.models,
                )
            )
            stack.callback(workers.close)
            # Side by side: a service that was killed should be back soon.
            store, _ = await asyncio.gather(
                asyncio.to_thread(open_store, settings.database), workers.warm_up()
            )
            stack.callback(store.close)
            run = StoreRunner(store)
            stack.callback(run.close)
            path = sqlite_path(settings.database)
            log.info("database", at=str(path) if path else "server")
            await run(lambda: self._tenure.take_over(store, now=self._clock.now()))
            stack.push_async_callback(run, lambda: self._tenure.give_back(store))
            accounts = SlackAccounts(self._clock)
            channels = {name: self._channel(name, accounts) for name in settings.channels}
            for channel in channels.values():
                stack.push_async_callback(channel.close)
            await run(lambda: _end_outage(store, self._clock.now()))
            gate = self._gate()
            gate.restore(await run(lambda: _remembered_hosts(store)))
            stack.push_async_callback(_keep_hosts, store, run, gate)
            intake = Intake()
            fetcher = await stack.enter_async_context(
                Fetcher(fetch_settings(settings.polling), clock=self._clock, gate=gate, intake=intake)
            )
            ledger = StoreLedger(store)
            outbox = Outbox(
                ledger,
                run,
                channels,
                self._clock,
                self._owner,
                observe=self._observe,
                on_trouble=lambda task: self.metrics.errors.labels(task).inc(),
                manners=_manners(settings),
            )
            context = Context(
                fetcher=fetcher,
                workers=workers,
                plan=Plan(self._limits, wishes=_wishes(config), count=self.metrics.count_due),
                store=store,
                run=run,
                groups=Groups(store, run),
                intake=intake,
                clock=self._clock,
                metrics=self.metrics,
                routing=_routing(settings, channels, self.metrics),
                story_window=settings.stories.window,
                folds_events=settings.stories.fold == "events",
                trends=self._trends,
                reach=Reach(longest_catch_up=self._limits.default, on_turn=self.metrics.set_network_down),
                least_interval=self._limits.min,
                longest_interval=self._limits.max,
                takes_pushes=settings.web.public_url is not None,
            )
            poller = Poller(
                feeds={feed.id: feed for feed in config.feeds},
                context=context,
                owner=self._owner,
                concurrency=settings.polling.concurrency,
                on_told=lambda _channels: outbox.wake(),
                turns=gate,
                min_delay=settings.polling.per_host.min_delay,
            )
            articles = Articles(
                feeds={feed.id: feed for feed in config.feeds},
                context=context,
                fetcher=fetcher,
                extractor=workers,
                limits=Limits(
                    concurrency=settings.full_text.concurrency,
                    attempts=settings.full_text.attempts,
                    max_body_bytes=settings.full_text.max_body,
                ),
                owner=self._owner,
                on_told=lambda _channels: outbox.wake(),
            )
            lines = open_lines(
                settings.channels,
                Desk(
                    store=store,
                    run=run,
                    clock=self._clock,
                    workers=workers,
                    metrics=self.metrics,
                    rules=frozenset(rule.id for rule in config.rules),
                    edited=edited(settings.channels),
                    wake=outbox.wake,
                ),
                accounts,
            )
            stack.push_async_callback(lines.close)
            yield Parts(
                lines=lines,
                clock=self._clock,
                store=store,
                run=run,
                ledger=ledger,
                outbox=outbox,
                poller=poller,
                articles=articles,
                subscriber=self._subscriber(context, fetcher, outbox),
                gate=gate,
                notices=_notices(config, self.metrics),
            )

    def _gate(self) -> HostGate:
        """Make the gate that everything which requests from outside goes through."""
        manners = self._config.settings.polling.per_host
        return HostGate(
            places=self._config.settings.polling.concurrency,
            concurrency=manners.concurrency,
            min_delay=manners.min_delay,
            scope=Scope(manners.rate_limit),
            clock=self._clock,
        )

    def _subscriber(self, context: Context, fetcher: Fetcher, outbox: Outbox) -> Subscriber | None:
        public_url = self._config.settings.web.public_url
        if public_url is None:
            return None
        return Subscriber(
            feeds={feed.id: feed for feed in self._config.feeds},
            context=context,
            fetcher=fetcher,
            public_url=public_url,
            on_told=lambda _channels: outbox.wake(),
        )

    def _channel(self, name: str, accounts: SlackAccounts) -> Channel:
        try:
            return build(name, self._config.settings.channels[name], accounts=accounts)
        except WatcherError as error:
            problem = Problem(message=f"channels.{name}: {error}", path=self._config.path)
            raise ConfigError((problem,)) from error

    def _schedule(self, parts: Parts) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None}
        )

        def every(seconds: float, job: Callable[[], object], name: str) -> None:
            scheduler.add_job(
                self._guarded, "interval", args=(name, job), seconds=seconds, id=name, max_instances=1
            )

        every(_TICK.total_seconds(), parts.poller.tick, "tick")
        every(_TICK.total_seconds(), parts.articles.tick, "articles")
        every(5, lambda: _keep_hosts(parts.store, parts.run, parts.gate), "hosts")
        if parts.subscriber is not None:
            every(_HUB_TICK.total_seconds(), parts.subscriber.tick, "websub")
        every(15, lambda: self._measure(parts), "measure")
        every(_COVERAGE_CHECK.total_seconds(), lambda: self._tell_troubles(parts), "coverage")
        every(60, lambda: self._keep(parts), "keep")
        every(3600, lambda: self._prune(parts), "prune")
        scheduler.start()
        return scheduler

    async def _guarded(self, name: str, job: Callable[[], object]) -> None:
        """Run a scheduled job; its error is logged and counted, and the job is tried again in its time."""
        try:
            await job()  # type: ignore[misc]  # every job is a coroutine function
        except Exception:
            log.exception("job_failed", job=name)
            self.metrics.errors.labels(name).inc()

    async def _measure(self, parts: Parts) -> None:
        counts = await parts.run(parts.ledger.delivery_counts)
        for (channel, state), count in counts.items():
            self.metrics.deliveries.labels(channel, state).set(count)
        troubles = await parts.troubles()
        for kind in TroubleKind:
            self.metrics.troubles.labels(kind).set(troubles.get(kind, 0))
        self.metrics.articles_waiting.set(await parts.articles_waiting())
        for standing, number in (await parts.subscriptions()).items():
            self.metrics.subscriptions.labels(standing.value).set(number)
        failed = await parts.failed_feeds()
        self.metrics.hosts_held.set(parts.gate.held())
        self.metrics.feeds.labels("failing").set(failed)
        self.metrics.feeds.labels("fine").set(len(self._config.feeds) - failed)

    async def _tell_troubles(self, parts: Parts) -> None:
        def tell() -> tuple[str, ...]:
            with parts.store.write() as tx:
                return parts.notices.tell(tx, self._clock.now())

        if await parts.run(tell):
            parts.outbox.wake()

    async def _keep(self, parts: Parts) -> None:
        await parts.run(lambda: self._tenure.keep(parts.store, now=self._clock.now()))

    async def _prune(self, parts: Parts) -> None:
        keep = self._config.settings.retention
        now = self._clock.now()
        pruned = await parts.run(
            lambda: prune(
                parts.store,
                now=now,
                keep_items=keep.items,
                keep_alerts=keep.alerts,
                story_window=self._config.settings.stories.window,
            )
        )
        if pruned.items or pruned.alerts:
            log.info("pruned", items=pruned.items, alerts=pruned.alerts)

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

    @asynccontextmanager
    async def _web(self, parts: Parts) -> AsyncIterator[None]:
        settings = self._config.settings.web
        if settings.address is None:
            yield
            return
        host, port = settings.address
        application = make_application(
            alive={"dispatcher": lambda: self._check_dispatcher(parts)},
            ready={"store": parts.check_store},
            metrics=self.metrics,
            token=settings.token.get_secret_value() if settings.token else None,
        )
        if parts.subscriber is not None:
            add_websub(application, parts.subscriber, max_body_bytes=self._config.settings.polling.max_body)
        if parts.lines.handler is not None:
            application.router.add_post("/slack", parts.lines.handler)
        runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=0.5)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, host, port).start()
            except OSError as error:
                raise ConfigError((_port_problem(self._config, host, port, error),)) from error
            log.info("web", url=f"http://{host}:{port}/")
            yield
        finally:
            await runner.cleanup()

    async def _check_dispatcher(self, parts: Parts) -> str | None:
        last = parts.poller.last_tick
        if last is None or self._clock.monotonic() - last <= _STALL.total_seconds():
            return None
        return f"no feed was handed out for {self._clock.monotonic() - last:.0f} s"


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

    async def subscriptions(self) -> dict[SubscriptionState, int]:
        """Count the subscriptions at hubs in each state."""

        def count() -> dict[SubscriptionState, int]:
            with self.store.read() as tx:
                found = Counter(one.state for one in tx.subscriptions.all())
            return {state: found[state] for state in SubscriptionState}

        return await self.run(count)

    async def articles_waiting(self) -> int:
        """Give how many articles are to be fetched."""

        def count() -> int:
            with self.store.read() as tx:
                return tx.articles.counts().get(ArticleState.WAITING, 0)

        return await self.run(count)

    async def failed_feeds(self) -> int:
        """Give how many feeds failed at their last poll."""

        def count() -> int:
            with self.store.read() as tx:
                return tx.feeds.failing()

        return await self.run(count)

    async def troubles(self) -> dict[TroubleKind, int]:
        """Count the troubles that last, by kind."""

        def count() -> dict[TroubleKind, int]:
            with self.store.read() as tx:
                return tx.troubles.counts()

        return await self.run(count)

    async def check_store(self) -> str | None:
        """Say what is wrong with the store, None when it answers."""
        try:
            async with asyncio.timeout(5):
                await self.failed_feeds()
        except (StoreError, SQLAlchemyError, OSError, TimeoutError) as error:
            return f"the database does not answer: {type(error).__name__}"
        return None


def _remembered_hosts(store: Store) -> tuple[HostRecord, ...]:
    with store.read() as tx:
        return tx.hosts.all()


def _end_outage(store: Store, now: datetime) -> None:
    """End what an earlier run saw of the network: this one finds out for itself."""
    with store.write() as tx:
        tx.troubles.end(TroubleKind.NETWORK, "", at=now)


async def _keep_hosts(store: Store, run: StoreRunner, gate: HostGate) -> None:
    """Store what hosts are owed, where it has changed."""
    if not (changes := gate.changes()):
        return

    def save() -> None:
        with store.write() as tx:
            tx.hosts.save(changes)

    await run(save)


def _trends(config: Config) -> Trends:
    titles = {feed.id: feed.title for feed in config.feeds if feed.title}
    return Trends.of(config.rules, config.lists, titles)


def _wishes(config: Config) -> dict[str, Wishes]:
    return wishes_of(
        config.feeds,
        latencies=strictest_latencies(config.rules, config.feeds),
        min_delay=config.settings.polling.per_host.min_delay,
    )


def _limits(settings: Settings) -> PollingLimits:
    interval = settings.polling.interval
    return PollingLimits(default=interval.default, min=interval.min, max=interval.max)


def _notices(config: Config, metrics: Metrics) -> Notices:
    settings = config.settings
    return Notices(
        feeds={feed.id: feed for feed in config.feeds},
        readerships=readerships(config.rules, config.feeds),
        routes=tuple(route.route() for route in settings.routes),
        channels=tuple(settings.channels),
        metrics=metrics,
        to=tuple(settings.notices.to),
        failing_after=settings.notices.failing_after,
    )


def _routing(settings: Settings, channels: Mapping[str, Channel], metrics: Metrics) -> Routing:
    return Routing(
        routes=tuple(route.route() for route in settings.routes),
        updatable=frozenset(name for name, channel in channels.items() if channel.has_updates),
        metrics=metrics,
        house=settings.house(),
        budgets=settings.budgets(),
    )


def _manners(settings: Settings) -> dict[str, Manners]:
    return {
        name: Manners(fold_over=one.fold_over)
        if one.fallback is None
        else Manners(fold_over=one.fold_over, fallback=one.fallback.to, after=one.fallback.after)
        for name, one in settings.channels.items()
    }


def _port_problem(config: Config, host: str, port: int, error: OSError) -> Problem:
    return Problem(
        message=f"web.listen: cannot listen on {host}:{port}: {error.strerror or error}",
        path=config.path,
        suggestion="another program may use the port: choose another, or set web.listen to null",
    )
