"""Options that several commands have, spelled and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command_app() -> typer.Typer:
    """Give an empty app for one module of commands, set up as all of them are.

    One command in it becomes `watcher NAME`; a callback or several commands make it `watcher NAME COMMAND`.
    """
    return typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


DEFAULT_CONFIG = Path("config/watcher.yml")

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="WATCHER_CONFIG", metavar="PATH", help="The main configuration file."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
