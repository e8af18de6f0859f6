"""`watcher check`: every problem of the configuration at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, command_app
from watcher.cli.output import count, plain, print_json
from watcher.cli.table import FAILED, WRONG_USE

if TYPE_CHECKING:
    from watcher.config.load import Config
    from watcher.errors import Problem

app = command_app()


@app.command()
def check(
    config: ConfigOption = DEFAULT_CONFIG,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when there are warnings.")] = False,
    json: JsonOption = False,
) -> None:
    """Say everything that is wrong with the configuration, each thing with its file, line and column.

    Exits with 2 when there is an error; warnings alone are fine unless --strict.
    """
    from watcher.config.load import load
    from watcher.errors import ConfigError

    loaded: Config | None = None
    try:
        loaded = load(config)
        problems = loaded.warnings
    except ConfigError as error:
        problems = error.problems
    if json:
        print_json({"counts": _counts(loaded), "problems": [_problem(problem) for problem in problems]})
    else:
        for problem in problems:
            typer.echo(plain(str(problem)), err=True)
        typer.echo(_summary(loaded, problems))
    if loaded is None:
        raise typer.Exit(WRONG_USE)
    if problems and strict:
        raise typer.Exit(FAILED)


def _counts(config: Config | None) -> dict[str, int] | None:
    if config is None:
        return None
    kinds: dict[str, Any] = {
        "feeds": config.feeds,
        "rules": config.rules,
        "lists": config.lists,
        "places": config.places,
        "channels": config.settings.channels,
    }
    return {kind: len(values) for kind, values in kinds.items()}


def _summary(config: Config | None, problems: tuple[Problem, ...]) -> str:
    warnings = sum(problem.is_warning for problem in problems)
    counts = _counts(config) or {"errors": len(problems) - warnings}
    counted = [*counts.items(), ("warnings", warnings)]
    return ", ".join(count(number, name.removesuffix("s")) for name, number in counted)


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "severity": "warning" if problem.is_warning else "error",
        "path": str(problem.path) if problem.path else None,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }
