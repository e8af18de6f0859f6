"""`watcher feeds`: the feeds of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, command_app, find_named
from watcher.cli.output import console, count, plain, print_json, rows, table, to_json
from watcher.cli.table import FAILED, WRONG_USE

if TYPE_CHECKING:
    from watcher.types import Feed

app = command_app()

FileOption = Annotated[
    Path | None, typer.Option("--file", metavar="PATH", help="The YAML file to write to; default: added.yml.")
]


@app.callback()
def feeds() -> None:
    """List, find, add, remove, check, preview, import and export feeds."""


@app.command("list")
def list_feeds(
    tag: Annotated[str | None, typer.Option("--tag", help="Only feeds with this tag.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """List the feeds, by id."""
    from watcher.config.load import load
    from watcher.ingest.mask import masked

    found = [feed for feed in load(config).feeds if tag is None or tag in feed.tags]
    shown = [_summary(feed) | {"url": masked(feed.url)} for feed in sorted(found, key=lambda feed: feed.id)]
    if json:
        print_json(shown)
        return
    made = table("feed", "title", "language", "tags", "interval", "address")
    keys = ("id", "title", "language", "tags", "interval", "url")
    cells = (tuple(_cell(summary[key]) for key in keys) for summary in shown)
    console().print(rows(made, cells))


@app.command("add")
def add_feed(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of the feed.")],
    feed_id: Annotated[
        str | None, typer.Option("--id", help="Its id; default: made from title or address.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="Its name, as alerts show it.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be given several times.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="Its language, such as fr; default: detected per item.")
    ] = None,
    interval: Annotated[
        str | None, typer.Option("--interval", help="Time between polls, such as 10m.")
    ] = None,
    file: FileOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Add a feed to a YAML file of the configuration; comments and order in it stay.

    Example: watcher feeds add https://harbour.example/feed.xml --tag logistics --interval 10m
    """
    from watcher.cli.feed_files import add, editing, new_id
    from watcher.config.advice import refused_address
    from watcher.config.load import load

    given = {"title": title, "tags": tag, "language": language, "interval": interval}
    with editing(config):
        entry = {
            "id": feed_id or new_id(config, title, url),
            "url": url,
            **{key: value for key, value in given.items() if value},
        }
        try:
            path = add(config, [entry], file)
        except ValueError as error:
            typer.echo(f"watcher: the feed was not added: {error}", err=True)
            raise typer.Exit(WRONG_USE) from error
    if json:
        print_json({"added": [entry], "file": str(path)})
    else:
        typer.echo(f"added {entry['id']} to {path}")
    if (why := refused_address(url, load(config).settings.polling)) is not None:
        hint = "if it is yours, name it in polling.allow_addresses"
        typer.echo(f"watcher: {plain(why)} ({hint})", err=True)


@app.command("remove")
def remove_feed(
    feed_id: Annotated[str, typer.Argument(metavar="ID", help="The feed's id.")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Remove a feed from the YAML file that names it; what it gave so far is kept."""
    from watcher.cli.feed_files import editing, remove
    from watcher.config.load import load

    with editing(config):
        find_named("feed", feed_id, {feed.id: feed for feed in load(config).feeds})
        path = remove(config, feed_id)
    if json:
        print_json({"removed": feed_id, "file": str(path)})
    else:
        typer.echo(f"removed {feed_id} from {path}")


@app.command("import")
def import_feeds(
    opml: Annotated[Path, typer.Argument(metavar="OPML", help="A file from a feed reader.")],
    file: FileOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Add the feeds of an OPML file to a YAML file of the configuration; folders become tags.

    Feeds that the configuration has already, by address, are passed over. Exits with 1 when some could not be taken.
    """
    from watcher.cli.feed_files import add, editing, from_opml

    with editing(config):
        entries, known, problems = from_opml(config, opml)
        path = add(config, entries, file) if entries else None
    for problem in problems:
        typer.echo(plain(str(problem)), err=True)
    if json:
        refused = [{"line": problem.line, "message": problem.message} for problem in problems]
        written = str(path) if path else None
        print_json({"added": entries, "file": written, "known": known, "problems": refused})
    else:
        if path is not None:
            typer.echo(f"added {count(len(entries), 'feed')} to {path}")
        typer.echo(f"{known} were there already, {len(problems)} could not be taken")
    if problems:
        raise typer.Exit(FAILED)


@app.command("export")
def export_feeds(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="Where to write; default: print.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Write the feeds as OPML, for feed readers, or with --json as data.

    Headers and logins are left out; addresses are exact, with the tokens that may be in them.
    """
    from watcher.config.edit import replace_file
    from watcher.config.load import load
    from watcher.config.opml import write_opml

    feeds = load(config).feeds
    text = to_json([_summary(feed) for feed in feeds]) if json else write_opml(feeds)
    if output is None:
        typer.echo(text, nl=False)
    else:
        replace_file(output, text.encode())


@app.command("check")
def check_feeds(
    feed_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Only this feed.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Fetch all feeds, or one, and show what is wrong with them; nothing is stored.

    Exits with 1 when a feed fails.
    """
    from watcher.cli.probe import probe_all, report
    from watcher.config.load import load

    loaded = load(config)
    chosen = list(loaded.feeds)
    if feed_id is not None:
        chosen = [find_named("feed", feed_id, {feed.id: feed for feed in chosen})]
    probes = probe_all(chosen, loaded.settings.polling)
    if json:
        print_json([probe.to_json() for probe in probes])
    else:
        report(probes)
    if any(probe.error is not None for probe in probes):
        raise typer.Exit(FAILED)


@app.command("discover")
def discover_feeds(
    site: Annotated[str, typer.Argument(metavar="SITE", help="The address of a site or of a page of it.")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Find the feeds of a site: those that its page names, else those at the usual places.

    Each is fetched and shown with what is in it. Needs no configuration; if there is one, its polling settings are
    used. Exits with 1 when none is found.
    """
    from watcher.cli.discover import discover, report
    from watcher.config.load import load
    from watcher.config.models import PollingSettings

    found = discover(site, load(config).settings.polling if config.exists() else PollingSettings())
    if json:
        print_json([one.to_json() for one in found])
    else:
        report(found)
    if all(one.parsed is None for one in found):
        raise typer.Exit(FAILED)


@app.command("preview")
def preview_feed(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A path, an address, or a feed's id.")],
    full_text: Annotated[
        bool, typer.Option("--full-text", help="Fetch the articles of the first ten items, too.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Show the items that the service would see in a feed; nothing is stored.

    A path or an address needs no configuration; if there is one, its polling settings are used.
    """
    from watcher.cli.preview import preview, show

    feed, parsed = preview(source, config, full_text=full_text)
    show(feed, parsed, is_json=json)


def _summary(feed: Feed) -> dict[str, object]:
    from watcher.config.quantity import format_duration

    return {
        "id": feed.id,
        "title": feed.title,
        "url": feed.url,
        "tags": sorted(feed.tags),
        "language": feed.language,
        "interval": format_duration(feed.interval) if feed.interval else None,
        "full_text": feed.full_text,
        "alert_on_first_poll": feed.alert_on_first_poll,
    }


def _cell(value: object) -> object:
    return ", ".join(value) if isinstance(value, list) else value
