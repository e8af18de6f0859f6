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
    from watcher.types import Alert, Delivery

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
                "deliveries": [
                    {**delivery_to_json(d), "tries": [_attempt(a) for a in attempts[d.id]]}
                    for d in deliveries
                ],
            }
        )
    else:
        _print(alert, deliveries, attempts)


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
    for one in deliveries:
        if link := one.notes.get("permalink"):
            out.print(f"{one.channel}: {plain(str(link))}")
