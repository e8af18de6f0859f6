"""The demo: the real service on the sample feeds, served on loopback by the demo itself.

In: a seeds folder. Out: alerts on the terminal, until it is told to stop. Called by the command `demo`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from pathlib import Path

from rich.console import Console

from watcher import log
from watcher.app import Service
from watcher.clock import SystemClock
from watcher.config.load import Config, load
from watcher.demo.server import SeedServer
from watcher.demo.timeline import SeedError, Seeds, read_seeds

_USUAL_LISTEN = ("127.0.0.1", 8080)


def find_seeds(folder: Path | None = None) -> Path:
    """Give the folder of the sample feeds: the named one, else `seeds/` in the current directory.

    Raises:
        SeedError: there is none.
    """
    found = folder or Path("seeds")
    if not (found / "timeline.yml").is_file():
        raise SeedError(
            f"no sample feeds in {found.absolute()}: run this in the project's folder, or name theirs with --seeds"
        )
    return found


async def run_demo(seeds_folder: Path, *, stop: asyncio.Event, console: Console | None = None) -> None:
    """Run the service on the sample feeds until `stop` is set; nothing is left behind.

    Args:
        seeds_folder: holds `feeds/`, `timeline.yml` and `watcher.yml`.
        stop: set by whoever catches Ctrl-C.
        console: where the words of the demo itself go; None means standard output.

    Raises:
        SeedError: the sample feeds cannot be used.
        ConfigError: their configuration cannot.
    """
    console = console or Console(highlight=False)
    seeds = read_seeds(seeds_folder)
    with tempfile.TemporaryDirectory(prefix="watcher-demo-") as folder:
        async with SeedServer(seeds, clock=SystemClock()) as server:
            config = await asyncio.to_thread(
                load, seeds_folder / "watcher.yml", environ=_environment(server, folder)
            )
            log.configure(level=config.settings.log.level, form=config.settings.log.format)
            ending = asyncio.create_task(_say_when_over(server, seeds, console), name="demo end")
            try:
                await Service(config).run(stop, on_ready=lambda: _welcome(config, seeds, console))
            finally:
                ending.cancel()
                await asyncio.wait((ending,))
    console.print("\nThe demo has ended; nothing was kept.")


def _environment(server: SeedServer, folder: str) -> dict[str, str]:
    host, port = free_address()
    return {
        **os.environ,
        "SEEDS_URL": server.url,
        "SEEDS_DATABASE": f"sqlite:///{Path(folder) / 'watcher.db'}",
        "SEEDS_LISTEN": f"{host}:{port}",
    }


def free_address(wanted: tuple[str, int] = _USUAL_LISTEN) -> tuple[str, int]:
    """Give the wanted web address, or another port of the same host when that one is taken.

    Raises:
        SeedError: the host has no port to give.
    """
    host, wanted_port = wanted
    for port in (wanted_port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return host, int(probe.getsockname()[1])
    raise SeedError(f"no free port on {host}")


def _welcome(config: Config, seeds: Seeds, console: Console) -> None:
    rules = "1 rule" if len(config.rules) == 1 else f"{len(config.rules)} rules"
    console.print(
        f"\n[bold]watcher[/] is polling {len(config.feeds)} sample feeds in English, French and Arabic, with {rules}."
    )
    console.print(
        f"New items appear for the next {seeds.timeline.end.total_seconds():.0f} seconds. What a rule matches is told "
        "below; reports of one event are told once."
    )
    if config.settings.web.address:
        host, port = config.settings.web.address
        console.print(f"Health: http://{host}:{port}/healthz   Metrics: http://{host}:{port}/metrics")
    console.print("Ctrl-C ends it.\n")


async def _say_when_over(server: SeedServer, seeds: Seeds, console: Console) -> None:
    await server.play_out()
    console.print(
        f"\nThat was everything: {len(seeds.timeline.appear)} new items. The service goes on polling; "
        "Ctrl-C ends it.\n"
    )
