"""`watcher explain`: why a rule holds on a text, or why not, condition by condition."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.fate import fates_of, print_fate
from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, command_app, find_named
from watcher.cli.output import console, highlighted, plain, print_json
from watcher.cli.table import WRONG_USE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.tree import Tree

    from watcher.cli.fate import Fate
    from watcher.config.load import Config
    from watcher.match.explain import Explanation, Step
    from watcher.types import Evidence, Feed, Item

app = command_app()


@app.command()
def explain(
    rule: Annotated[
        str | None, typer.Argument(metavar="[RULE]", help="The rule's id; default: every rule.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="The title of the text.")] = None,
    body: Annotated[str | None, typer.Option("--body", help="The rest of the text.")] = None,
    language: Annotated[str | None, typer.Option("--lang", help="Its language; default: detected.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="PATH", help="An item as JSON, as scan reads it; - for input."),
    ] = None,
    stored: Annotated[
        int | None, typer.Option("--item", metavar="ID", help="A stored item, by its number.")
    ] = None,
    brief: Annotated[
        bool,
        typer.Option(
            "--brief", help="Of the tree, show what decided: where a condition held, the parts that held."
        ),
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Show which conditions of a rule hold on a text, and which do not.

    Without RULE: one line for each rule, and the conditions of those that hold. The feeds and feed tags of `from`
    count for stored items only. A rule over time alone, without a text: how it stands now, from the database.

    Example: watcher explain tunisia-border-threat --title "Militants cross into Tunisia"
    """
    from watcher.cli.ready import NO_FEED, analysis_of
    from watcher.config.load import load

    texts = sum(given is not None for given in (file, stored, title if title is not None else body))
    if not texts and rule is not None:
        from watcher.cli.explain_trend import explain_trend

        explain_trend(rule, config, json=json)
        return
    if texts != 1:
        raise typer.BadParameter("give --title and --body, or --file, or --item")
    fates: Mapping[str, Fate] = {}
    if stored is not None:
        loaded, item, feed, fates = _stored(config, stored)
    else:
        loaded, feed = load(config), NO_FEED
        item = _given(file, {"title": title, "body": body, "lang": language})
    if rule is not None:
        find_named("rule", rule, {one.id: one for one in loaded.rules})
    analysis = analysis_of(loaded, of_any_feed=stored is None)
    wanted = [rule] if rule is not None else [one.id for one in loaded.rules]
    found = [analysis.explain(one, item, feed, item.seen_at) for one in wanted]
    if json:
        told = [_to_json(one, fates, is_stored=stored is not None) for one in found]
        print_json(told[0] if rule is not None else told)
        return
    _print_item(item, found)
    for explanation in found:
        has_tree = rule is not None or explanation.matched
        _print_explanation(explanation, has_tree=has_tree, is_brief=brief)
        if stored is not None:
            print_fate(fates.get(explanation.rule), holds=explanation.matched)


def _given(file: Path | None, data: dict[str, Any]) -> Item:
    from watcher.cli.item_json import make_item, read_item

    now = datetime.now(UTC)
    try:
        if file is None:
            return make_item(data, key="-", now=now)
        text = typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text("utf-8-sig")
        return read_item(text, key="-", now=now)
    except OSError as error:
        message = f"{file}: cannot be read: {error.strerror}"
    except ValueError as error:
        message = f"{file}: {error}" if file else str(error)
    typer.echo(message, err=True)
    raise typer.Exit(WRONG_USE)


def _to_json(explanation: Explanation, fates: Mapping[str, Fate], *, is_stored: bool) -> dict[str, Any]:
    """Give an explanation as plain data; of a stored item with what is recorded of it, None for nothing."""
    data = explanation.to_json()
    if is_stored:
        fate = fates.get(explanation.rule)
        data["recorded"] = None if fate is None else fate.to_json()
    return data


def _stored(config: Path, item_id: int) -> tuple[Config, Item, Feed, dict[str, Fate]]:
    from watcher.cli.stored import opened
    from watcher.types import Feed

    with opened(config) as (loaded, store), store.read() as transaction:
        item = transaction.items.get(item_id)
        fates = fates_of(transaction, item_id)
    if item is None:
        typer.echo(f"there is no stored item {item_id}", err=True)
        raise typer.Exit(WRONG_USE)
    feeds = {feed.id: feed for feed in loaded.feeds}
    return loaded, item, feeds.get(item.feed_id) or Feed(id=item.feed_id, url="none:"), fates


def _print_item(item: Item, found: list[Explanation]) -> None:
    evidence = [
        one for explanation in found if explanation.matched for one in _all_evidence(explanation.match)
    ]
    screen = console()
    for field, text, style in (("title", item.title, "bold"), ("body", item.body, "")):
        if text:
            spans = [(one.span.start, one.span.end) for one in evidence if one.span.field == field]
            screen.print(highlighted(text, spans), style=style)
    screen.print(f"language: {found[0].language}" if found else "there are no rules", style="dim")


def _print_explanation(explanation: Explanation, *, has_tree: bool, is_brief: bool) -> None:
    from rich.text import Text
    from rich.tree import Tree

    mark, style = ("✓", "green") if explanation.matched else ("✗", "red")
    head = Text(f"{mark} {explanation.rule}", style=f"bold {style}").append(
        f"  {plain(explanation.reason)}", "default"
    )
    tree = Tree(head, guide_style="dim")
    if has_tree:
        match, unless = explanation.match, explanation.unless
        if is_brief:
            match = match.decisive()
            # What does not veto has decided nothing.
            unless = unless and (unless.decisive() if unless.held else replace(unless, children=()))
        told: dict[str, tuple[Any, ...]] = {}
        _grow(tree, match, told, "match")
        if unless is not None:
            _grow(tree, unless, told, "unless")
    console().print(tree)


def _grow(tree: Tree, step: Step, told: dict[str, tuple[Any, ...]], name: str = "") -> None:
    """Draw a condition under a branch.

    Args:
        told: what became of each definition that was drawn; one that came out the same is not drawn again.
    """
    from rich.text import Text

    label = Text("✓ ", "green") if step.held else Text("✗ ", "red")
    for title in filter(None, (name, step.definition)):
        label.append(f"{plain(title)}: ", "dim")
    label.append(plain(step.label), "" if step.held else "dim")
    for one in step.evidence:
        label.append("  ").append(plain(one.text), "yellow").append(
            f" {one.span.field}:{one.span.start}", "dim"
        )
    branch = tree.add(label)
    if step.definition is not None and step.children:
        if told.get(step.definition) == step.outcome:
            label.append(" (as above)", "dim")
            return
        told[step.definition] = step.outcome
    for child in step.children:
        _grow(branch, child, told)


def _all_evidence(step: Step) -> list[Evidence]:
    return [*step.evidence, *(one for child in step.children for one in _all_evidence(child))]
