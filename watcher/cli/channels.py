"""`watcher channels`: where alerts can go, a sample sent there, and the manifest of the Slack app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, find_named
from watcher.cli.output import console, plain, print_json, rows, table
from watcher.cli.table import FAILED

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.config.channels import ChannelSettings
    from watcher.errors import DeliveryError
    from watcher.types import Delivery, Receipt

app = typer.Typer(no_args_is_help=True)

_PATIENCE = 60.0


@app.command("list")
def list_channels(config: ConfigOption = DEFAULT_CONFIG, json: JsonOption = False) -> None:
    """List the channels of the configuration: their kind, what they are told, and whether people can answer there."""
    from watcher.cli.stored import loaded_without_secrets

    settings = loaded_without_secrets(config).settings
    found = [
        {
            "name": name,
            "type": channel.type,
            "max_tlp": channel.max_tlp,
            "is_routed": any(name in route.to for route in settings.routes),
            "hears_clicks": bool(getattr(channel, "hears_clicks", False)),
        }
        for name, channel in settings.channels.items()
    ]
    if json:
        print_json(found)
        return
    listed = table("channel", "type", "routed", "buttons", "at most")
    values = (
        (c["name"], c["type"], _yes(c["is_routed"]), _yes(c["hears_clicks"]), c["max_tlp"]) for c in found
    )
    console().print(rows(listed, values))


@app.command("test")
def send_sample(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The channel's name in the configuration.")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Send a sample alert to a channel; exit code 1 when it is not taken. Nothing is written to the database.

    Example: watcher channels test security
    """
    import asyncio

    from watcher.clock import SystemClock
    from watcher.config.load import load

    channels = load(config).settings.channels
    settings = find_named("channel", name, channels)
    if json and settings.type == "console":  # standard output is left to the JSON
        settings = settings.model_copy(update={"stream": "stderr"})
    delivery = _sample(name, SystemClock().now())
    receipt, error = asyncio.run(_send(name, settings, delivery))
    if json:
        print_json(_result(name, settings.type, delivery, receipt, error))
    elif error is not None:
        typer.echo(f"watcher: {name} did not take the sample: {plain(error.detail)}", err=True)
    else:
        link = (receipt.detail.get("permalink") if receipt else None) or ""
        typer.echo(f"{name} ({settings.type}) took the sample {plain(str(link))}".rstrip(), err=True)
    if error is not None:
        raise typer.Exit(FAILED)


@app.command()
def manifest(
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Hear clicks at this public address of /slack, not by socket."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Print the manifest from which Slack creates the app: the scopes, the buttons and /watcher."""
    from watcher.chat.manifest import manifest as made

    if url is not None and not url.startswith("https://"):
        raise typer.BadParameter("Slack asks for an address that begins with https://", param_hint="--url")
    if json:
        print_json(made(url))
        return
    import yaml

    typer.echo(yaml.safe_dump(made(url), sort_keys=False, allow_unicode=True).rstrip())


async def _send(
    name: str, settings: ChannelSettings, delivery: Delivery
) -> tuple[Receipt | None, DeliveryError | None]:
    import asyncio

    from watcher.deliver.channels import build
    from watcher.errors import DeliveryError

    channel = build(name, settings)
    try:
        async with asyncio.timeout(_PATIENCE):
            return await channel.send(delivery), None
    except DeliveryError as error:
        return None, error
    except TimeoutError:
        return None, DeliveryError(f"no answer within {_PATIENCE:g} s", channel=name, is_ambiguous=True)
    finally:
        await channel.close()


def _sample(name: str, now: datetime) -> Delivery:
    from secrets import token_hex

    from watcher.types import Alert, Delivery, DeliveryKind, DeliveryState, Severity, Source

    quote = "This is a sample alert: this is how the sentence that fired a rule will look."
    marks = tuple((quote.index(word), quote.index(word) + len(word)) for word in ("sentence", "fired"))
    alert = Alert(
        id=f"al-{token_hex(8)}",
        story_id="st-sample",
        rule="sample",
        rule_title="A sample, not an alert",
        severity=Severity.INFO,
        tags=("sample",),
        headline="Sample of watcher: nothing has happened",
        url=None,
        quote=quote,
        highlights=marks,
        title_highlights=(),
        language="en",
        sources=(
            Source(
                feed_id="sample",
                feed_title="watcher channels test",
                title="Sample of watcher: nothing has happened",
                url=None,
                published=now,
                seen_at=now,
                language="en",
            ),
        ),
        places=(),
        created_at=now,
        updated_at=now,
    )
    return Delivery(
        id=f"de-{token_hex(8)}",
        alert=alert,
        channel=name,
        kind=DeliveryKind.ALERT,
        state=DeliveryState.SENDING,
        attempts=0,
        created_at=now,
        next_attempt_at=now,
    )


def _result(
    name: str, kind: str, delivery: Delivery, receipt: Receipt | None, error: DeliveryError | None
) -> dict[str, Any]:
    return {
        "channel": name,
        "type": kind,
        "delivery": delivery.id,
        "taken": error is None,
        "receiver_id": receipt.receiver_id if receipt else None,
        "permalink": receipt.detail.get("permalink") if receipt else None,
        "error": error.detail if error else None,
        "may_have_arrived": bool(error and error.is_ambiguous),
    }


def _yes(value: object) -> str:
    return "yes" if value else "no"
