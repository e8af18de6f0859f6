"""`watcher alerts`: what was alerted, and on what grounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from watcher.alert.life import stage
from watcher.cli.alert_page import answer_to_json, read_page
from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from watcher.cli.output import console, count, plain, print_json, rows, table
from watcher.cli.regroup import merge, split
from watcher.cli.stored import alert_to_json, clock_time, opened
from watcher.cli.table import FAILED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.types import Alert

app = typer.Typer(no_args_is_help=True)
app.command()(merge)
app.command()(split)

_NARROW = 90  # columns: below it a table breaks its words


@app.command("list")
def list_alerts(
    config: ConfigOption = DEFAULT_CONFIG,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 50,
    rule: Annotated[str | None, typer.Option(help="Only alerts of this rule.")] = None,
    severity: Annotated[str | None, typer.Option(help="Only alerts at least this severe.")] = None,
    is_held: Annotated[
        bool, typer.Option("--held", help="Those that nobody was told of: silenced, outdone, or too late.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """List the newest alerts.

    Example: watcher alerts list --severity high --limit 10
    """
    from watcher.types import Severity

    try:
        least = Severity.parse(severity) if severity else None
    except KeyError as error:
        known = ", ".join(s.label for s in Severity)
        raise typer.BadParameter(f"{severity!r} is none of {known}", param_hint="--severity") from error
    with opened(config) as (_, store), store.read() as tx:
        alerts = tx.alerts.newest(limit=limit, rule=rule, least=least, is_held=is_held)
    if json:
        print_json([alert_to_json(alert) for alert in alerts])
        return
    if not alerts:
        console().print("No alert is held." if is_held else "No alerts yet.")
    elif console().width < _NARROW:
        _print_narrow(alerts)
    else:
        listed = table("alert", "when", "severity", "rule", "sources", "stands", "headline")
        rows(listed, ((a.id, *_facts(a), a.headline) for a in alerts))
        console().print(listed)


def _facts(alert: Alert) -> tuple[object, ...]:
    facts = (clock_time(alert.created_at), alert.severity.label, alert.rule, len(alert.sources))
    return (*facts, stage(alert))


def _print_narrow(alerts: Sequence[Alert]) -> None:
    """Print alerts below each other: columns of a narrow terminal would break every word."""
    screen = console()
    for alert in alerts:
        when, severity, rule, sources, stands = _facts(alert)
        screen.print(plain(alert.headline), style="bold", overflow="fold")
        screen.print(f"{severity} · {rule}", overflow="fold")
        screen.print(f"{when} · {count(int(str(sources)), 'source')} · {stands}", overflow="fold")
        screen.print(alert.id, overflow="fold")
        screen.print()


@app.command()
def show(
    alert_id: Annotated[str, typer.Argument(metavar="ALERT", help="The alert's id.")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Show one alert: what happened to it, its sources, why each item is in its story, and its deliveries."""
    with opened(config) as (_, store), store.read() as tx:
        page = read_page(tx, alert_id)
    if page is None:
        typer.echo(f"watcher: there is no alert {alert_id}", err=True)
        raise typer.Exit(FAILED)
    if json:
        print_json(page.to_json())
    else:
        page.print()


@app.command()
def ack(
    alert_id: Annotated[str, typer.Argument(metavar="ALERT", help="The alert's id.")],
    is_relevant: Annotated[
        bool | None, typer.Option("--relevant/--not-relevant", help="Whether the rule should have told it.")
    ] = None,
    is_wrong_story: Annotated[
        bool, typer.Option("--wrong-story", help="Its reports are not of one story.")
    ] = False,
    by: Annotated[str | None, typer.Option(help="Who says so; else who runs the command.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Acknowledge an alert, or say what is wrong with it; its messages in Slack show it, the rule's precision counts it.

    Example: watcher alerts ack al-0f3c9a1d2b4e5f60 --not-relevant
    """
    from getpass import getuser

    from watcher.answering import take_answer
    from watcher.clock import SystemClock
    from watcher.deliver.channels import edited
    from watcher.types import Answer, AnswerWord

    if is_wrong_story:
        word = AnswerWord.WRONG_STORY
    elif is_relevant is not None:
        word = AnswerWord.RELEVANT if is_relevant else AnswerWord.NOT_RELEVANT
    else:
        word = AnswerWord.ACKNOWLEDGED
    name, now = by or getuser(), SystemClock().now()
    answer = Answer(
        id=f"an-{alert_id}-{name}-{now.isoformat()}",
        alert_id=alert_id,
        word=word,
        by=name,
        by_id=name,
        via="command",
        at=now,
    )
    with opened(config) as (loaded, store), store.write() as tx:
        is_known = alert_id in tx.alerts.get([alert_id])
        if is_known:
            take_answer(tx, answer, edited=edited(loaded.settings.channels))
    if not is_known:
        typer.echo(f"watcher: there is no alert {alert_id}", err=True)
        raise typer.Exit(FAILED)
    if json:
        print_json({"alert": alert_id, **answer_to_json(answer)})
    else:
        typer.echo(f"{alert_id}: {word.label} by {plain(name)}")
