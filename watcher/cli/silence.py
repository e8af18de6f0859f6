"""`watcher silence`: keep alerts from being told for a while, see who did so and why, and end it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli import matching
from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from watcher.cli.output import console, count, print_json, rows, table
from watcher.cli.stored import clock_time, opened
from watcher.cli.table import FAILED, WRONG_USE

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.alert.matchers import Matchers

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    duration: Annotated[str | None, typer.Option("--for", help="For how long: 8h, 3d.")] = None,
    until: Annotated[str | None, typer.Option(help="Until when: 2026-05-01T18:00Z.")] = None,
    comment: Annotated[
        str, typer.Option("--comment", "-m", help="Why; whoever misses an alert reads it.")
    ] = "",
    by: Annotated[str | None, typer.Option(help="Who asks for it; else who runs the command.")] = None,
    rules: matching.Rules = None,
    severities: matching.Severities = None,
    tags: matching.Tags = None,
    places: matching.Places = None,
    languages: matching.Languages = None,
    feed_tags: matching.FeedTags = None,
    marks: matching.Marks = None,
    stories: matching.Stories = None,
    everything: Annotated[bool, typer.Option("--all", help="Silence every alert.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Silence alerts: what is kept back stays in the ledger, with the silence as the reason.

    Example: watcher silence add --rule "tunisia-*" --place LY --for 8h --comment "announced exercise"
    """
    from getpass import getuser

    from watcher.clock import SystemClock
    from watcher.silencing import silence, silence_to_json

    when = matching.read_matchers(
        severities=severities,
        tags=tags,
        rules=rules,
        places=places,
        languages=languages,
        feed_tags=feed_tags,
        marks=marks,
        stories=stories,
    )
    if bool(when) == everything:
        typer.echo("watcher: say which alerts (--rule, --place, …), or --all for every one", err=True)
        raise typer.Exit(WRONG_USE)
    now = SystemClock().now()
    ends_at = _end(duration, until, now)
    with opened(config) as (loaded, store), store.write() as tx:
        matching.warn_of_unknown(loaded, when)
        made = silence(tx, when, ends_at=ends_at, author=by or getuser(), comment=comment, now=now)
    if json:
        print_json({**silence_to_json(made.silence, now), "held": made.held})
        return
    typer.echo(f"{made.silence.id}: silent until {clock_time(ends_at)}")
    if made.held:
        typer.echo(f"{count(made.held, 'alert')} that waited to be sent will not be")


def _end(duration: str | None, until: str | None, now: datetime) -> datetime:
    from watcher.silencing import end_of

    if (duration is None) == (until is None):
        typer.echo("watcher: say how long: --for 8h, or --until 2026-05-01T18:00Z", err=True)
        raise typer.Exit(WRONG_USE)
    try:
        return end_of(duration, until, now)
    except ValueError as error:
        hint = "--for" if duration is not None else "--until"
        raise typer.BadParameter(str(error), param_hint=hint) from error


@app.command("list")
def list_silences(
    everything: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 50,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """List the silences that hold, with who asked for them and why."""
    from watcher.clock import SystemClock
    from watcher.silencing import silence_to_json, state_of

    now = SystemClock().now()
    with opened(config) as (_, store), store.read() as tx:
        silences = tx.silences.newest(limit=limit, not_over_at=None if everything else now)
    if json:
        print_json([silence_to_json(silence, now) for silence in silences])
        return
    listed = table("silence", "state", "what", "until", "by", "why")
    rows(
        listed,
        (
            (
                s.id,
                state_of(s, now),
                _said(s.when),
                clock_time(s.expired_at or s.ends_at),
                s.author,
                s.comment,
            )
            for s in silences
        ),
    )
    console().print(listed if silences else "Nothing is silenced.")


@app.command()
def expire(
    ids: Annotated[list[str], typer.Argument(metavar="SILENCE…", help="Which silences.")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """End silences now. What they kept back stays held; `deliveries retry` sends it, and a story that grows is told."""
    from watcher.clock import SystemClock

    with opened(config) as (_, store), store.write() as tx:
        ended = tx.silences.expire(ids, at=SystemClock().now())
    if json:
        print_json({"expired": ended})
    else:
        typer.echo(f"{count(ended, 'silence')} ended")
    if ended < len(set(ids)):
        typer.echo(f"watcher: {len(set(ids)) - ended} of these are unknown, or over", err=True)
        raise typer.Exit(FAILED)


def _said(when: Matchers) -> str:
    from watcher.storage.silences import matchers_to_json

    given = matchers_to_json(when)
    return ", ".join(f"{name}: {' or '.join(values)}" for name, values in given.items()) or "every alert"
