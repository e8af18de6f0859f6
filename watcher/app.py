"""The composition root: the service on one configuration, run until it is told to stop.

In goes a loaded `Config`, out comes a service that polls and delivers. Called by the commands `run` and `demo`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from watcher.allocator import give_back
from watcher.assembly import Assembly, Parts
from watcher.clock import SystemClock
from watcher.config.load import Config
from watcher.deliver.outbox import Result
from watcher.lease import new_owner
from watcher.metrics import Metrics
from watcher.poller import Tally
from watcher.ports import Clock
from watcher.upkeep import Upkeep
from watcher.web.health import make_application
from watcher.web.serve import serving
from watcher.web.silences import add_silences
from watcher.web.websub import add_websub

log = structlog.get_logger(__name__)

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
        self.metrics = Metrics()

    def parts(self) -> AbstractAsyncContextManager[Parts]:
        """Build what the service is made of, without its schedule."""
        return Assembly(
            config=self._config, clock=self._clock, owner=self._owner, metrics=self.metrics
        ).parts()

    async def run(self, stop: asyncio.Event, *, on_ready: Callable[[], None] = lambda: None) -> None:
        """Poll and deliver until `stop` is set, then end what is under way.

        Raises:
            ConfigError: the configuration cannot be brought to life (a channel, the web port).
            StoreError: the database cannot be used.
        """
        async with self.parts() as parts, AsyncExitStack() as stack:
            upkeep = Upkeep(
                parts=parts,
                settings=self._config.settings,
                metrics=self.metrics,
                feeds=len(self._config.feeds),
            )
            await stack.enter_async_context(self._web(parts, upkeep))
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(parts.outbox.run(), name="outbox")
                hearing = [
                    group.create_task(socket.run(), name=f"socket {name}")
                    for name, socket in parts.lines.sockets.items()
                ]
                scheduler = upkeep.start()
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
            await parts.tell_troubles()
            await parts.close_quiet()
            results = await parts.outbox.drain(self._clock.now() + _DRAIN_TIME)
        undelivered = results.get(Result.FAILED, 0) + results.get(Result.DEAD, 0)
        return OnceReport(tally=tally, delivered=results.get(Result.DELIVERED, 0), undelivered=undelivered)

    @asynccontextmanager
    async def _web(self, parts: Parts, upkeep: Upkeep) -> AsyncIterator[None]:
        settings = self._config.settings.web
        if settings.address is None:
            yield
            return
        application = make_application(
            alive={"dispatcher": upkeep.check_dispatcher},
            ready={"store": upkeep.check_store},
            metrics=self.metrics,
            token=settings.token.get_secret_value() if settings.token else None,
        )
        if parts.subscriber is not None:
            add_websub(application, parts.subscriber, max_body_bytes=self._config.settings.polling.max_body)
        if settings.api_token is not None:
            add_silences(
                application,
                store=parts.store,
                run=parts.run,
                clock=self._clock,
                token=settings.api_token.get_secret_value(),
            )
        if parts.lines.handler is not None:
            application.router.add_post("/slack", parts.lines.handler)
        host, port = settings.address
        async with serving(application, self._config, host=host, port=port):
            yield
