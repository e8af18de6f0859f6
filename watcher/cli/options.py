"""Options that several commands have, spelled and explained once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from watcher.cli.table import WRONG_USE

T = TypeVar("T")


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


def find_named(kind: str, name: str, known: Mapping[str, T]) -> T:
    """Give what a name that the user typed stands for; ends the command with 2 and a suggestion if nothing."""
    if name in known:
        return known[name]
    from watcher.config.complaint import closest

    hint = closest(name, sorted(known))
    typer.echo(f'no {kind} is called "{name}"' + (f" ({hint})" if hint else ""), err=True)
    raise typer.Exit(WRONG_USE)


DEFAULT_CONFIG = Path("config/watcher.yml")

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="WATCHER_CONFIG", metavar="PATH", help="The main configuration file."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
