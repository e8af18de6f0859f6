"""The table of commands, and what is the same for all of them: loading on use, errors, exit codes.

A command's module is imported only when that command runs: `watcher --help` imports none. To add a group of commands
write a module with an `app` (see `options.command_app`) and add one line to `COMMANDS`.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from watcher.cli.output import plain
from watcher.errors import ConfigError, StoreError, WatcherError

FAILED = 1
WRONG_USE = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells have it


class Entry(NamedTuple):
    """Where a command lives and what `--help` says of it."""

    module: str
    help: str


COMMANDS: dict[str, Entry] = {
    "run": Entry("watcher.cli.run", "Poll, match and deliver until stopped; with --once, one round."),
    "demo": Entry("watcher.cli.demo", "Run the service on the sample feeds: no account, no network."),
    "check": Entry("watcher.cli.check", "Say everything that is wrong with the configuration."),
    "test": Entry("watcher.cli.rule_tests", "Run the tests that rules carry."),
    "scan": Entry("watcher.cli.scan", "Match items from a file of JSON lines; nothing is delivered."),
    "explain": Entry("watcher.cli.explain", "Show why a rule holds on a text, or why not."),
    "backtest": Entry("watcher.cli.backtest", "Show what changed rules would have told of the stored items."),
    "feeds": Entry("watcher.cli.feeds", "List, find, add, remove, check, preview, import and export feeds."),
    "rules": Entry("watcher.cli.rules", "List and show rules."),
    "alerts": Entry("watcher.cli.alerts", "List, show, acknowledge, merge and split what was alerted."),
    "channels": Entry("watcher.cli.channels", "List channels, send them a sample, and make the Slack app."),
    "deliveries": Entry(
        "watcher.cli.deliveries", "List what was sent or waits; try again what was given up."
    ),
    "silence": Entry("watcher.cli.silence", "Keep alerts from being told for a while."),
    "routes": Entry("watcher.cli.routes", "Show where an alert goes, and why."),
    "status": Entry("watcher.cli.status", "Show how feeds, alerts and deliveries stand."),
    "db": Entry("watcher.cli.db", "Upgrade, back up and prune the database."),
    "schema": Entry(
        "watcher.cli.schema", "Print the JSON Schema of a configuration file, of webhooks, or the HTTP API's."
    ),
}


class _OnUse(TyperCommand):
    """Stands for a command whose module is not imported yet."""

    def __init__(self, name: str, entry: Entry) -> None:
        super().__init__(name=name, help=entry.help)
        self._entry = entry

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return load_command(self._entry).make_context(info_name, args, parent, **extra)


def load_command(entry: Entry) -> Any:
    """Import a command of the table."""
    command = typer.main.get_command(importlib.import_module(entry.module).app)
    command.help = command.help or entry.help
    return command


_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""What a write meets where there is no room; where a file's name is with it, the command knows more of it."""


class _Commands(TyperGroup):
    """The commands of the table, and the one place where an error becomes an exit code."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: _OnUse(name, entry) for name, entry in COMMANDS.items()}

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()  # here, where it can still be said that it failed
        except ConfigError as error:
            typer.echo("\n".join(plain(str(problem)) for problem in error.problems), err=True)
            raise typer.Exit(WRONG_USE) from error
        except WatcherError as error:
            typer.echo(f"watcher: {plain(str(error))}", err=True)
            raise typer.Exit(WRONG_USE if isinstance(error, StoreError) else FAILED) from error
        except KeyboardInterrupt as error:
            raise typer.Exit(INTERRUPTED) from error
        except BrokenPipeError as error:
            _drop_output()  # whoever read it has gone
            raise typer.Exit(FAILED) from error
        except OSError as error:
            if error.errno not in _FULL or error.filename is not None:
                raise
            _drop_output()
            typer.echo(f"watcher: the output cannot be written: {error.strerror}", err=True)
            raise typer.Exit(FAILED) from error


def _drop_output() -> None:
    # The interpreter must not fail again when it flushes at the end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks print local variables, secrets among them
    rich_markup_mode=None,  # importing Rich for --help takes longer than all the rest of it
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from watcher import __version__

        typer.echo(f"watcher {__version__}")
        raise typer.Exit


@app.callback()
def watcher(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Watch news feeds and tell people, once, when what they watch for happens.

    Exit codes: 0 fine, 1 the checked thing fails, 2 wrong use or configuration.
    """
