"""`watcher run`: the service; `--once`: one round of it, for cron and for tests."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, command_app
from watcher.cli.output import print_json
from watcher.cli.table import FAILED, INTERRUPTED

if TYPE_CHECKING:
    from watcher.app import OnceReport, Service
    from watcher.config.load import Config

app = command_app()


@app.command()
def run(
    config: ConfigOption = DEFAULT_CONFIG,
    once: Annotated[
        bool, typer.Option("--once", help="Poll every due feed once, deliver, and exit.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Poll feeds, match every new item and deliver alerts, until stopped (Ctrl-C or SIGTERM).

    With --once: poll every feed that is due, deliver what follows from it, and exit.

    SIGHUP has the configuration read again without a restart; a wrong one is refused, and the old one goes on.
    """
    from watcher.workers import start_early

    start_early()
    from watcher import log
    from watcher.app import Service
    from watcher.config.load import load

    def read() -> Config:
        found = load(config)
        log.configure(level=found.settings.log.level, form=found.settings.log.format)
        with suppress(OSError):  # a full disk under the log keeps nobody from being told
            for warning in found.warnings:
                typer.echo(str(warning), err=True)
        return _with_free_output(found) if json else found

    loaded = read()
    service = Service(loaded)
    if once:
        report = asyncio.run(_run_once(service, feeds=len(loaded.feeds)))
        _report(report, as_json=json)
        if report.tally.refused:
            typer.echo("watcher: the database refused polls: nothing of them was kept", err=True)
            raise typer.Exit(FAILED)
    else:
        asyncio.run(_run(service, read))


async def _run(service: Service, read: Callable[[], Config]) -> None:
    """Run until stopped; SIGHUP has the configuration read again. On a terminal it ends the service, as anything there."""
    import signal

    from watcher.reload import Reload

    reload = Reload(asked=asyncio.Event(), read=read)
    if not sys.stderr.isatty():
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload.asked.set)
    await until_stopped(lambda stop: service.run(stop, reload=reload))


def _with_free_output(config: Config) -> Config:
    """Leave standard output to the JSON: what would be printed there goes to standard error."""
    from watcher.config.models import ConsoleSettings

    channels = {
        name: channel.model_copy(update={"stream": "stderr"})
        if isinstance(channel, ConsoleSettings)
        else channel
        for name, channel in config.settings.channels.items()
    }
    return replace(config, settings=config.settings.model_copy(update={"channels": channels}))


async def until_stopped(run: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run what stops when its event is set until SIGINT or SIGTERM; a second signal ends it at once."""
    import signal

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    this = asyncio.current_task()

    def on_signal() -> None:
        if stop.is_set() and this is not None:
            this.cancel()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    try:
        await run(stop)
    except asyncio.CancelledError as error:
        raise typer.Exit(INTERRUPTED) from error


async def _run_once(service: Service, *, feeds: int) -> OnceReport:
    from watcher.cli.progress import progress

    with progress("polling", total=feeds) as advance:
        return await service.run_once(on_poll=advance)


def _report(report: OnceReport, *, as_json: bool) -> None:
    numbers = {
        "polled": report.tally.polled,
        "failed": report.tally.failed,
        "new_items": report.tally.new_items,
        "alerts": report.tally.alerts,
        "delivered": report.delivered,
        "undelivered": report.undelivered,
    }
    if as_json:
        print_json(numbers)
    else:
        typer.echo(
            ", ".join(f"{name.replace('_', ' ')}: {number}" for name, number in numbers.items()), err=True
        )
        if report.undelivered:
            typer.echo("watcher: `watcher deliveries list` says why some were not delivered", err=True)
