"""`watcher routes`: where alerts go, and where a given one would go and why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli import matching
from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, find_named
from watcher.cli.output import console, plain, print_json, rows, table
from watcher.cli.stored import clock_time, moment, opened, opened_store
from watcher.cli.table import FAILED, WRONG_USE

if TYPE_CHECKING:
    from pathlib import Path

    from watcher.alert.fate import Fate
    from watcher.config.load import Config
    from watcher.types import Alert

app = typer.Typer(no_args_is_help=True)


@app.callback()
def routes() -> None:
    """Say where alerts go."""


@app.command("test")
def trace(
    alert: Annotated[str | None, typer.Option(metavar="ALERT", help="A stored alert, by its id.")] = None,
    rule: Annotated[str | None, typer.Option(help="An alert of this rule.")] = None,
    severity: Annotated[str | None, typer.Option(help="With this severity; else the rule's.")] = None,
    tags: matching.Tags = None,
    places: Annotated[
        list[str] | None, typer.Option("--place", help="In this country (TN), or at this place.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="In this language.")] = None,
    feed_tags: matching.FeedTags = None,
    tlp: Annotated[str | None, typer.Option(help="With this TLP mark; else the rule's.")] = None,
    at: Annotated[str | None, typer.Option(help="At this time (2026-05-01T23:30+01:00); else now.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Show where an alert would go, when, and why; exit code 1 when nobody would be told.

    Example: watcher routes test --rule tunisia-border-threat --place LY
    """
    from watcher.alert.fate import fate
    from watcher.clock import SystemClock

    if (alert is None) == (rule is None):
        typer.echo("watcher: name a rule (--rule) or a stored alert (--alert)", err=True)
        raise typer.Exit(WRONG_USE)
    now = _time(at) if at is not None else SystemClock().now()
    loaded, meant, silences, siblings = (
        _stored(config, alert, now) if alert is not None else _made(config, str(rule), now)
    )
    if rule is not None:
        meant = _changed(meant, severity, tags, places, language, feed_tags, tlp)
    settings = loaded.settings
    found = fate(
        meant,
        tuple(route.route() for route in settings.routes),
        settings.house(),
        silences=silences,
        siblings=siblings,
        now=now,
    )
    if json:
        print_json(_to_json(found))
    else:
        _print(meant, found)
    if not any(one.hold is None for one in found.destinations):
        raise typer.Exit(FAILED)


def _time(text: str) -> datetime:
    from datetime import UTC

    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error), param_hint="--at") from error


def _stored(config: Path, alert_id: str, now: datetime) -> tuple[Config, Alert, Any, Any]:
    with opened(config) as (loaded, store), store.read() as tx:
        alert = tx.alerts.get([alert_id]).get(alert_id)
        if alert is None:
            typer.echo(f"watcher: there is no alert {alert_id}", err=True)
            raise typer.Exit(FAILED)
        siblings = [one for one in tx.alerts.of_story(alert.story_id).values() if one.id != alert_id]
        return loaded, alert, tx.silences.active(now), siblings


def _made(config: Path, rule_id: str, now: datetime) -> tuple[Config, Alert, Any, Any]:
    """Make an alert of a rule as it would be told, without a story."""
    from watcher.alert.compose import expected
    from watcher.cli.stored import loaded_without_secrets
    from watcher.errors import StoreError

    silences: Any = ()
    loaded = loaded_without_secrets(config)
    try:
        with opened_store(loaded) as store, store.read() as tx:
            silences = tx.silences.active(now)
    except StoreError:
        pass  # without a database there is no silence either
    rule = find_named("rule", rule_id, {one.id: one for one in loaded.rules})
    return loaded, expected(rule, at=now), silences, ()


def _changed(
    alert: Alert,
    severity: str | None,
    tags: list[str] | None,
    places: list[str] | None,
    language: str | None,
    feed_tags: list[str] | None,
    tlp: str | None,
) -> Alert:
    from dataclasses import replace

    return replace(
        alert,
        severity=matching.parse_severity(severity) if severity else alert.severity,
        tags=(*alert.tags, *(tags or ())),
        places=tuple((place, place if len(place) == 2 else "") for place in places or ()),
        language=language,
        feed_tags=tuple(feed_tags or ()),
        tlp=matching.parse_tlp(tlp) if tlp else alert.tlp,
    )


def _print(alert: Alert, found: Fate) -> None:
    out = console()
    out.print(f"{alert.severity.label} · {plain(alert.rule)}", style="bold")
    ways = table("route", "to", "taken", "why")
    rows(ways, ((w.number, ", ".join(w.to), "yes" if w.is_taken else "no", w.why) for w in found.ways))
    out.print(ways)
    told = table("channel", "told", "why")
    rows(
        told,
        (
            (
                d.due.channel,
                "no" if d.hold else clock_time(d.due.at) if d.due.reason else "at once",
                d.hold or d.due.reason,
            )
            for d in found.destinations
        ),
    )
    out.print(told if found.destinations else "No route takes this alert: nobody would be told.")


def _to_json(found: Fate) -> dict[str, Any]:
    return {
        "routes": [
            {"route": way.number, "to": list(way.to), "taken": way.is_taken, "why": way.why}
            for way in found.ways
        ],
        "channels": [
            {
                "channel": one.due.channel,
                "told": one.hold is None,
                "at": moment(one.due.at) if one.hold is None else None,
                "reason": str(one.hold) if one.hold is not None else one.due.reason,
            }
            for one in found.destinations
        ],
    }
