"""Takes a changed configuration over while the service runs: read, checked and built beside the old one, or refused.

In goes the wish to read it again, out comes the `Assembly` of the next service; a wrong one is told to the operators and
changes nothing. Called by `app`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from watcher.assembly import Assembly, Parts
from watcher.config.load import Config
from watcher.errors import ConfigError, Problem, WatcherError
from watcher.types import TroubleKind

log = structlog.get_logger(__name__)

_MOST_PROBLEMS = 3  # in a notice; the log has all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """How a running service comes by another configuration.

    Attributes:
        asked: set by whoever wants the configuration read again.
        read: reads and checks it; raises `ConfigError`. Runs in a thread.
    """

    asked: asyncio.Event
    read: Callable[[], Config]

    async def successor(self, current: Assembly, parts: Parts) -> Assembly:
        """Wait until a configuration is there that can be taken over, and give it with workers that know its rules."""
        while True:
            await self.asked.wait()
            self.asked.clear()
            log.info("configuration_read_again")
            try:
                config = await asyncio.to_thread(self.read)
                _check(config, current.config)
                return await current.succeeded_by(config)
            except Exception as error:
                # Whatever it is, the service that runs is not to end for it.
                await self._give_up(parts, error)

    async def _give_up(self, parts: Parts, error: Exception) -> None:
        if not isinstance(error, WatcherError):
            log.error("reload_failed", exc_info=error)
            return
        try:
            await refuse(parts, error)
        except Exception:  # the store is away: the log has it all the same
            log.exception("refusal_not_noted")


async def refuse(parts: Parts, error: WatcherError) -> None:
    """Say what is wrong with a configuration: in the log all of it, to the operators the first of it."""
    problems = [str(one) for one in error.problems] if isinstance(error, ConfigError) else [str(error)]
    for problem in problems:
        log.error("configuration_refused", problem=problem)
    more = len(problems) - _MOST_PROBLEMS
    said = "; ".join(problems[:_MOST_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")

    def note() -> None:
        with parts.store.write() as tx:
            tx.troubles.begin(
                TroubleKind.CONFIGURATION,
                "",
                at=parts.clock.now(),
                reason=f"{said}. The service goes on with the old one",
            )

    await parts.run(note)
    await parts.tell_troubles()


async def accept(parts: Parts) -> None:
    """Note that the configuration that is in force is the one in the files."""

    def note() -> None:
        with parts.store.write() as tx:
            tx.troubles.end(TroubleKind.CONFIGURATION, "", at=parts.clock.now())

    await parts.run(note)


def _check(config: Config, old: Config) -> None:
    if config.settings.database != old.settings.database:
        problem = Problem(
            message="database: it cannot change while the service runs",
            path=config.path,
            suggestion="restart the service to use another one",
        )
        raise ConfigError((problem,))
