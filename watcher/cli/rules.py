"""`watcher rules`: the rules of the configuration."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, command_app, find_named
from watcher.cli.output import console, plain, print_json, rows, table

if TYPE_CHECKING:
    from pathlib import Path

    from watcher.alert.precision import Tally
    from watcher.config.load import Config
    from watcher.match.syntax import Condition, Rule

app = command_app()


@app.callback()
def rules() -> None:
    """List and show rules."""


@app.command("list")
def list_rules(
    pattern: Annotated[str, typer.Argument(help="Only rules whose id fits this glob.")] = "*",
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """List the rules, by id."""
    loaded = _load(config)
    found = [rule for rule in _by_id(loaded) if fnmatch.fnmatchcase(rule.id, pattern)]
    tallies = _tallies(loaded)
    if json:
        print_json([_summary(rule) | _measured(tallies.get(rule.id)) for rule in found])
        return
    made = table("rule", "severity", "status", "tags", "tests", "told", "precision", "title")
    summaries = [
        (
            rule.id,
            rule.severity.label,
            rule.status,
            ", ".join(rule.tags),
            len(rule.tests),
            tallies[rule.id].told if rule.id in tallies else 0,
            _precision(tallies.get(rule.id)),
            rule.title,
        )
        for rule in found
    ]
    console().print(rows(made, summaries))


@app.command("show")
def show_rule(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="The rule's id.")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Show one rule: what it says of itself, and its conditions as a tree."""
    loaded = _load(config)
    rule = find_named("rule", rule_id, {rule.id: rule for rule in _by_id(loaded)})
    tally = _tallies(loaded).get(rule.id)
    if json:
        print_json(_summary(rule) | _measured(tally) | _details(rule))
        return
    _print_rule(rule)
    if tally is not None:
        console().print(
            f"told {tally.told}, relevant {tally.relevant}, not relevant {tally.not_relevant}: "
            f"precision {_precision(tally) or 'unknown'}"
        )


def _load(config: Path) -> Config:
    from watcher.cli.stored import loaded_without_secrets

    return loaded_without_secrets(config)


def _by_id(loaded: Config) -> Sequence[Rule]:
    return sorted(loaded.rules, key=lambda rule: rule.id)


def _tallies(loaded: Config) -> Mapping[str, Tally]:
    """Read what people made of each rule's alerts; nothing where there is no database to read it from."""
    from watcher.cli.stored import opened_store
    from watcher.errors import MissingDatabase, StoreError

    try:
        with opened_store(loaded) as store, store.read() as tx:
            return tx.answers.tallies()
    except MissingDatabase:
        return {}
    except StoreError as error:
        typer.echo(f"watcher: what people made of alerts is not known: {plain(str(error))}", err=True)
        return {}


def _measured(tally: Tally | None) -> dict[str, object]:
    from watcher.alert.precision import Tally

    tally = tally or Tally()
    return {
        "told": tally.told,
        "relevant": tally.relevant,
        "not_relevant": tally.not_relevant,
        "precision": tally.precision,
    }


def _precision(tally: Tally | None) -> str:
    if tally is None or tally.precision is None:
        return ""
    return f"{tally.precision:.0%} of {tally.relevant + tally.not_relevant}"


def _summary(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.label,
        "status": rule.status.value,
        "tags": list(rule.tags),
        "tests": len(rule.tests),
    }


def _details(rule: Rule) -> dict[str, object]:
    from watcher.config.quantity import format_duration

    return {
        "description": rule.description,
        "false_positives": list(rule.false_positives),
        "tlp": rule.tlp.label if rule.tlp is not None else None,
        "from": {
            "feeds": list(rule.from_.feeds),
            "tags": sorted(rule.from_.tags),
            "languages": sorted(rule.from_.languages),
        },
        "max_age": format_duration(rule.max_age) if rule.max_age is not None else None,
        "latency": format_duration(rule.latency) if rule.latency is not None else None,
        "when": rule.when.label if rule.when is not None else None,
        "match": _node(rule.match),
        "unless": _node(rule.unless) if rule.unless is not None else None,
    }


def _node(condition: Condition) -> dict[str, object]:
    return {"label": condition.label, "children": [_node(child) for child in condition.children]}


def _print_rule(rule: Rule) -> None:
    from rich.tree import Tree

    def grow(tree: Tree, condition: Condition) -> None:
        branch = tree.add(condition.label)
        for child in condition.children:
            grow(branch, child)

    screen = console()
    screen.print(f"{rule.id}: {rule.title}", style="bold")
    tlp = f", TLP:{rule.tlp.label.upper()}" if rule.tlp is not None else ""
    screen.print(
        f"{rule.severity.label}, {rule.status.value}{tlp}" + "".join(f", #{tag}" for tag in rule.tags)
    )
    if rule.description:
        screen.print(rule.description)
    if rule.when is not None:
        screen.print(f"when: {rule.when.label}")
    counted = "counts" if rule.when is not None else "match"
    for name, condition in ((counted, rule.match), ("unless", rule.unless)):
        if condition is not None:
            tree = Tree(name)
            grow(tree, condition)
            screen.print(tree)
    for text in rule.false_positives:
        screen.print(f"known false positive: {text}")
