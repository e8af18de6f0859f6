"""`watcher deliveries`: what was sent, what waits, and what was given up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from watcher.cli.output import console, print_json, rows, table
from watcher.cli.stored import clock_time, delivery_to_json, opened
from watcher.cli.table import FAILED, WRONG_USE

if TYPE_CHECKING:
    from watcher.types import Delivery

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_deliveries(
    config: ConfigOption = DEFAULT_CONFIG,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 50,
    state: Annotated[
        str | None, typer.Option(help="pending, gathered, sending, parked, delivered, dead or held.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Only of this channel.")] = None,
    json: JsonOption = False,
) -> None:
    """List the newest deliveries: their state, how long their reports took, and why one failed or is kept back.

    Example: watcher deliveries list --state held --channel security
    """
    from watcher.types import DeliveryState

    try:
        wanted = DeliveryState(state) if state else None
    except ValueError as error:
        raise typer.BadParameter(
            f"{state!r} is none of {', '.join(DeliveryState)}", param_hint="--state"
        ) from error
    with opened(config) as (_, store), store.read() as tx:
        deliveries = tx.deliveries.newest(limit=limit, state=wanted, channel=channel)
    if json:
        print_json([delivery_to_json(delivery) for delivery in deliveries])
        return
    listed = table("delivery", "channel", "state", "tries", "when", "since", "rule", "headline", "reason")
    rows(listed, (_row(delivery) for delivery in deliveries))
    console().print(listed if deliveries else "No deliveries.")


def _row(delivery: Delivery) -> tuple[object, ...]:
    from watcher.alert.delay import delays

    took = delays(delivery, accepted_at=delivery.delivered_at)
    return (
        delivery.id,
        delivery.channel,
        delivery.state,
        delivery.attempts,
        clock_time(delivery.delivered_at or delivery.next_attempt_at),
        ", ".join(
            f"{name} {_short(delay)}"
            for name, delay in (("published", took.published), ("seen", took.seen))
            if delay is not None
        ),
        delivery.alert.rule,
        delivery.alert.headline,
        delivery.reason,
    )


def _short(delay: timedelta) -> str:
    """Write a delay as a person reads it: to the second, and from a day on to the minute."""
    from watcher.config.quantity import format_duration

    step = timedelta(minutes=1) if delay >= timedelta(days=1) else timedelta(seconds=1)
    return format_duration(delay // step * step)


@app.command()
def retry(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[DELIVERY]…", help="Which deliveries.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All that were given up, or wait for a person.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Send again what was given up, parked or held; the running service picks it up within seconds.

    Example: watcher deliveries retry --all
    """
    from watcher.clock import SystemClock

    if bool(ids) == everything:
        typer.echo("watcher: name the deliveries, or say --all", err=True)
        raise typer.Exit(WRONG_USE)
    with opened(config) as (_, store), store.write() as tx:
        count = tx.deliveries.retry(ids or None, at=SystemClock().now())
    if json:
        print_json({"retried": count})
    else:
        typer.echo(f"{count} {'delivery' if count == 1 else 'deliveries'} will be tried again")
    if ids and count < len(ids):
        typer.echo(f"watcher: {len(ids) - count} of these are delivered already, or unknown", err=True)
        raise typer.Exit(FAILED)
