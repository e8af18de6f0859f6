"""Serves an application on the web port.

In goes an aiohttp application, out comes a listening socket, for as long as it is asked for. Called by `app`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from watcher.config.load import Config
from watcher.errors import ConfigError, Problem

log = structlog.get_logger(__name__)

_SHUTDOWN_TIME = 0.5


@asynccontextmanager
async def serving(
    application: web.Application, config: Config, *, host: str, port: int
) -> AsyncIterator[None]:
    """Listen while the block runs.

    Raises:
        ConfigError: the address cannot be listened on; it names `web.listen` of `config`.
    """
    runner = web.AppRunner(
        application, access_log=None, handle_signals=False, shutdown_timeout=_SHUTDOWN_TIME
    )
    await runner.setup()
    requests = logging.getLogger("aiohttp.server")
    requests.addFilter(_is_of_ours)
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ConfigError((_port_problem(config, host, port, error),)) from error
        log.info("web", url=f"http://{host}:{port}/")
        yield
    finally:
        await runner.cleanup()
        requests.removeFilter(_is_of_ours)


def _is_of_ours(record: logging.LogRecord) -> bool:
    """Let through what went wrong on our side: of a peer that breaks off, or speaks no HTTP, nobody need be told."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError | ConnectionError)


def _port_problem(config: Config, host: str, port: int, error: OSError) -> Problem:
    return Problem(
        message=f"web.listen: cannot listen on {host}:{port}: {error.strerror or error}",
        path=config.path,
        suggestion="another program may use the port: choose another, or set web.listen to null",
    )
