"""`watcher alerts`: what was alerted, and on what grounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from watcher.cli.output import console, highlighted, plain, print_json, rows, table
from watcher.cli.stored import alert_to_json, clock_time, delivery_to_json, moment, opened
from watcher.cli.table import FAILED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.storage.deliveries import Attempt
    from watcher.types import Alert, Answer, Delivery

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_alerts(
    config: ConfigOption = DEFAULT_CONFIG,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 50,
    rule: Annotated[str | None, typer.Option(help="Only alerts of this rule.")] = None,
    severity: Annotated[str | None, typer.Option(help="Only alerts at least this severe.")] = None,
    json: JsonOption = False,
) -> None:
    """List the newest alerts."""
    from watcher.types import Severity

    try:
        least = Severity.parse(severity) if severity else None
    except KeyError as error:
        known = ", ".join(s.label for s in Severity)
        raise typer.BadParameter(f"{severity!r} is none of {known}", param_hint="--severity") from error
    with opened(config) as (_, store), store.read() as tx:
        alerts = tx.alerts.newest(limit=limit, rule=rule, least=least)
    if json:
        print_json([alert_to_json(alert) for alert in alerts])
        return
    listed = table("alert", "when", "severity", "rule", "sources", "headline")
    rows(
        listed,
        (
            (a.id, clock_time(a.created_at), a.severity.label, a.rule, len(a.sources), a.headline)
            for a in alerts
        ),
    )
    console().print(listed if alerts else "No alerts yet.")


@app.command()
def show(
    alert_id: Annotated[str, typer.Argument(metavar="ALERT", help="The alert's id.")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Show one alert: its sentence and evidence, its sources, and what became of its deliveries."""
    with opened(config) as (_, store), store.read() as tx:
        alert = tx.alerts.get([alert_id]).get(alert_id)
        deliveries = tx.deliveries.newest(limit=1000, alert=alert_id)
        attempts = {delivery.id: tx.deliveries.attempts_of(delivery.id) for delivery in deliveries}
    if alert is None:
        typer.echo(f"watcher: there is no alert {alert_id}", err=True)
        raise typer.Exit(FAILED)
    if json:
        print_json(
            {
                **alert_to_json(alert),
                "answers": [_answer(answer) for answer in alert.answers],
                "deliveries": [
                    {**delivery_to_json(d), "tries": [_attempt(a) for a in attempts[d.id]]}
                    for d in deliveries
                ],
            }
        )
    else:
        _print(alert, deliveries, attempts)


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
    """Acknowledge an alert, or say what is wrong with it; its messages in Slack show it, the rule's precision counts it."""
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
        print_json({"alert": alert_id, **_answer(answer)})
    else:
        typer.echo(f"{alert_id}: {word.label} by {plain(name)}")


def _answer(answer: Answer) -> dict[str, object]:
    return {
        "word": answer.word.value,
        "by": answer.by,
        "via": answer.via,
        "at": moment(answer.at),
        "detail": answer.detail or None,
    }


def _attempt(attempt: Attempt) -> dict[str, object]:
    return {
        "number": attempt.number,
        "at": moment(attempt.at),
        "outcome": attempt.outcome,
        "detail": attempt.detail,
    }


def _print(alert: Alert, deliveries: Sequence[Delivery], attempts: dict[str, Sequence[Attempt]]) -> None:
    out = console()
    out.print(highlighted(alert.headline, alert.title_highlights), style="bold")
    out.print(f"{alert.severity.label} · {plain(alert.rule_title)} ({alert.rule})")
    if alert.is_full_text:
        out.print("found in the full text: what the feed itself said of it did not match")
    if alert.url:
        out.print(plain(alert.url))
    if alert.quote:
        out.print()
        out.print(highlighted(alert.quote, alert.highlights))
    sources = table("source", "published", "seen", "headline")
    rows(
        sources,
        ((s.feed_title, clock_time(s.published), clock_time(s.seen_at), s.title) for s in alert.sources),
    )
    out.print(sources)
    evidence = table("evidence", "field", "condition")
    rows(evidence, ((e.text, e.span.field, e.path) for e in alert.evidence))
    out.print(evidence)
    sent = table("delivery", "channel", "kind", "state", "tries", "when", "reason")
    rows(
        sent,
        (
            (
                d.id,
                d.channel,
                d.kind,
                d.state,
                len(attempts[d.id]),
                clock_time(d.delivered_at or d.next_attempt_at),
                d.reason,
            )
            for d in deliveries
        ),
    )
    out.print(sent if deliveries else "No route takes this alert: it was sent to nobody.")
    for said in alert.answers:
        detail = f" ({plain(said.detail)})" if said.detail else ""
        out.print(f"{said.word.label}{detail} by {plain(said.by)}, {clock_time(said.at)}")
    for one in deliveries:
        if link := one.notes.get("permalink"):
            out.print(f"{one.channel}: {plain(str(link))}")
