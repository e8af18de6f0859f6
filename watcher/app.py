"""The composition root: the service on one configuration, run until it is told to stop.

In goes a loaded `Config`, out comes a service that polls and delivers. Called by the commands `run` and `demo`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from watcher.allocator import give_back
from watcher.assembly import Assembly, Parts
from watcher.clock import SystemClock
from watcher.config.load import Config
from watcher.deliver.outbox import Result
from watcher.errors import ConfigError, StoreError, WatcherError
from watcher.lease import new_owner
from watcher.metrics import Metrics
from watcher.poller import Tally
from watcher.ports import Clock
from watcher.reload import Reload, accept, refuse
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
        self._clock = clock or SystemClock()
        self._owner = new_owner()
        self.metrics = Metrics()
        self._assembly = Assembly(config=config, clock=self._clock, owner=self._owner, metrics=self.metrics)

    def parts(self) -> AbstractAsyncContextManager[Parts]:
        """Build what the service is made of, without its schedule."""
        return self._assembly.parts()

    async def run(
        self,
        stop: asyncio.Event,
        *,
        on_ready: Callable[[], None] = lambda: None,
        reload: Reload | None = None,
    ) -> None:
        """Poll and deliver until `stop` is set, then end what is under way.

        Args:
            stop: ends the service.
            on_ready: called whenever it has begun to work.
            reload: how it comes by another configuration while it runs; None for never.

        Raises:
            ConfigError: the configuration cannot be brought to life (a channel, the web port).
            StoreError: the database cannot be used.
        """
        refused: WatcherError | None = None
        before: Assembly | None = None
        while True:
            try:
                following = await self._serve(stop, on_ready, reload, refused)
            except (ConfigError, StoreError) as error:
                if before is None:
                    raise
                # What looked right could not be brought to life (its port is taken, say): back to what could.
                self._assembly, before, refused = before, None, error
                continue
            if following is None:
                break
            before, refused = replace(self._assembly, workers=None), None
            self._assembly = following
        log.info("stopped")

    async def _serve(
        self,
        stop: asyncio.Event,
        on_ready: Callable[[], None],
        reload: Reload | None,
        refused: WatcherError | None,
    ) -> Assembly | None:
        """Work on one configuration; gives the next, None to stop."""
        assembly = self._assembly
        config = assembly.config
        async with self.parts() as parts, AsyncExitStack() as stack:
            upkeep = Upkeep(
                parts=parts, settings=config.settings, metrics=self.metrics, feeds=len(config.feeds)
            )
            await stack.enter_async_context(self._web(parts, upkeep))
            await (accept(parts) if refused is None else refuse(parts, refused))
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(parts.outbox.run(), name="outbox")
                hearing = [
                    group.create_task(socket.run(), name=f"socket {name}")
                    for name, socket in parts.lines.sockets.items()
                ]
                scheduler = upkeep.start()
                log.info("started", feeds=len(config.feeds), rules=len(config.rules), owner=self._owner)
                on_ready()
                stopping = asyncio.create_task(stop.wait(), name="stop")
                following = asyncio.create_task(_following(reload, assembly, parts), name="reload")
                try:
                    await asyncio.wait((stopping, following, sending), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    stopping.cancel()
                    following.cancel()
                    scheduler.shutdown(wait=False)
                    await parts.poller.stop(grace=_POLL_GRACE)
                    await parts.articles.stop()
                    for task in (sending, *hearing):
                        task.cancel()
        if following.cancelled() or not following.done():
            return None
        if stop.is_set() and (workers := following.result().workers) is not None:
            workers.close()
            return None
        return following.result()

    async def run_once(self, *, on_poll: Callable[[], None] = lambda: None) -> OnceReport:
        """Poll every due feed once, deliver what is due, and end."""
        async with self.parts() as parts:
            tally = await parts.poller.run_due(on_poll=on_poll)
            await parts.articles.run_due()
            await parts.tell_troubles()
            await parts.close_quiet()
            results = await parts.outbox.drain(self._clock.now() + _DRAIN_TIME)
        undelivered = sum(results.get(one, 0) for one in (Result.FAILED, Result.PARKED, Result.DEAD))
        return OnceReport(tally=tally, delivered=results.get(Result.DELIVERED, 0), undelivered=undelivered)

    @asynccontextmanager
    async def _web(self, parts: Parts, upkeep: Upkeep) -> AsyncIterator[None]:
        config = self._assembly.config
        settings = config.settings.web
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
            add_websub(application, parts.subscriber, max_body_bytes=config.settings.polling.max_body)
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
        async with serving(application, config, host=host, port=port):
            yield


async def _following(reload: Reload | None, assembly: Assembly, parts: Parts) -> Assembly:
    if reload is None:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")
    return await reload.successor(assembly, parts)
