"""`watcher demo`: the service on the sample feeds, for a first look."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from watcher.cli.options import command_app

app = command_app()


@app.command()
def demo(
    seeds: Annotated[
        Path | None, typer.Option("--seeds", metavar="DIR", help="The sample feeds; default: seeds/ here.")
    ] = None,
) -> None:
    """Run the service on the sample feeds until Ctrl-C: no account, no network, nothing is kept."""
    from watcher.cli.run import until_stopped
    from watcher.demo.run import find_seeds, run_demo

    folder = find_seeds(seeds)
    asyncio.run(until_stopped(lambda stop: run_demo(folder, stop=stop)))
