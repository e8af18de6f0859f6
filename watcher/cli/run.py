"""`watcher run`: the service; `--once`: one round of it, for cron and for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from watcher.cli.output import print_json
from watcher.cli.table import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.app import OnceReport, Service

app = typer.Typer()


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
    """
    from watcher import log
    from watcher.app import Service
    from watcher.config.load import load

    loaded = load(config)
    log.configure(level=loaded.settings.log.level, form=loaded.settings.log.format)
    for warning in loaded.warnings:
        typer.echo(str(warning), err=True)
    service = Service(loaded)
    if once:
        _report(asyncio.run(_run_once(service)), as_json=json)
    else:
        asyncio.run(run_until_stopped(service))


async def run_until_stopped(service: Service, *, on_ready: Callable[[], None] = lambda: None) -> None:
    """Run a service until SIGINT or SIGTERM; a second signal ends it at once, with nothing lost."""
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
        await service.run(stop, on_ready=on_ready)
    except asyncio.CancelledError as error:
        raise typer.Exit(INTERRUPTED) from error


async def _run_once(service: Service) -> OnceReport:
    with _progress() as show:
        return await service.run_once(on_progress=show)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    from rich.progress import Progress

    from watcher.cli.output import console

    with Progress(console=console(is_error=True), transient=True) as bar:
        task = bar.add_task("Polling feeds", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


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
