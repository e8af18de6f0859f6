"""`watcher db`: upgrade, back up and prune the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from watcher.cli.output import print_json
from watcher.cli.stored import opened
from watcher.cli.table import WRONG_USE

app = typer.Typer(no_args_is_help=True)


@app.command()
def upgrade(config: ConfigOption = DEFAULT_CONFIG, json: JsonOption = False) -> None:
    """Create the database, or bring its schema up to date; `run` does the same when it starts."""
    from watcher.config.load import load
    from watcher.storage.store import open_store
    from watcher.storage.tables import SCHEMA

    open_store(load(config).settings.database).close()
    if json:
        print_json({"schema": SCHEMA})
    else:
        typer.echo(f"the database has schema {SCHEMA}")


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes; must not exist.")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Copy a SQLite database, also while the service runs."""
    from watcher.storage.backup import back_up

    with opened(config) as (loaded, _):
        if not loaded.settings.database.startswith("sqlite"):
            typer.echo("watcher: this is not a SQLite database: use pg_dump", err=True)
            raise typer.Exit(WRONG_USE)
        back_up(loaded.settings.database, target)
    if json:
        print_json({"file": str(target), "bytes": target.stat().st_size})
    else:
        typer.echo(f"copied to {target}")


@app.command()
def prune(config: ConfigOption = DEFAULT_CONFIG, json: JsonOption = False) -> None:
    """Forget what is older than `retention` says; the running service does so by itself every hour."""
    from watcher.clock import SystemClock
    from watcher.storage.retention import prune as forget

    with opened(config) as (loaded, store):
        keep = loaded.settings.retention
        pruned = forget(
            store,
            now=SystemClock().now(),
            keep_items=keep.items,
            keep_alerts=keep.alerts,
            story_window=loaded.settings.stories.window,
        )
    if json:
        print_json({"items": pruned.items, "alerts": pruned.alerts})
    else:
        typer.echo(f"forgot {pruned.items} items and {pruned.alerts} alerts")
