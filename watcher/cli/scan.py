"""`watcher scan`: items from a file of JSON lines through the rules; JSON lines out, nothing delivered."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, command_app
from watcher.cli.output import print_json_line
from watcher.cli.table import FAILED, WRONG_USE

if TYPE_CHECKING:
    from watcher.analysis import Analysis
    from watcher.cli.storybook import StoryBook
    from watcher.types import Item, Match, PlaceMention

app = command_app()

_MAX_LINE_BYTES = 16 * 1024 * 1024


@app.command()
def scan(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE.jsonl", help="One item in each line; - reads standard input.")
    ],
    rules: Annotated[
        list[Path] | None,
        typer.Option(
            "--rules", metavar="PATH…", help="Rule files or folders to use in place of the configured."
        ),
    ] = None,
    stories: Annotated[
        bool,
        typer.Option("--stories", help="Say for each item which story it belongs to, in the order read."),
    ] = False,
    _as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, one object in each line: this is always so.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Match items from a file of JSON lines; nothing is delivered or stored.

    In: {"id", "title", "summary" or "body", "lang"?, "published"?, "url"?, "author"?}, one in each line.
    Out: {"id", "language", "places", "matches", "story"}, one line for each.

    The feeds and feed tags of a rule's `from` do not count here, its languages do. A line that cannot be read is
    reported with its number, the others go on, and the exit code is 1.

    Example: watcher scan items.jsonl --rules config/rules/tunisia.yml --stories
    """
    from watcher.cli.progress import progress
    from watcher.cli.ready import analysis_of, load_with_rules

    source, rule_files = _sorted_out(files, rules or [])
    loaded = load_with_rules(config, rule_files)
    analysis = analysis_of(loaded, of_any_feed=True)
    failures = 0
    with ExitStack() as stack:
        lines, total = stack.enter_context(_lines(source))
        advance = stack.enter_context(progress("scanning", total=total))
        book = None
        if stories:
            from watcher.cli.storybook import StoryBook

            book = stack.enter_context(StoryBook(loaded.settings.stories.window))
        for number, line in lines:
            advance()
            try:
                item = _item(line, number)
            except ValueError as error:
                typer.echo(f"{source}:{number}: {error}", err=True)
                failures += 1
                continue
            print_json_line(_result(analysis, item, book))
    if failures:
        raise typer.Exit(FAILED)


def _sorted_out(files: list[str], rules: list[Path]) -> tuple[str, list[Path]]:
    """Tell the file of items from rule files: a shell turns `--rules rules/*.yml` into one option and many words."""
    more = [Path(name) for name in files if rules and Path(name).suffix in (".yml", ".yaml")]
    sources = [name for name in files if Path(name) not in more]
    if len(sources) != 1:
        raise typer.BadParameter("give one file of items")
    return sources[0], [*rules, *more]


@contextmanager
def _lines(source: str) -> Iterator[tuple[Iterator[tuple[int, bytes]], int | None]]:
    """Open the items: numbered lines without blank ones, and how many there are, None for a stream."""
    if source == "-":
        yield _numbered(sys.stdin.buffer), None
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(open(source, "rb"))
            total = sum(1 for _ in _numbered(file))
            file.seek(0)
        except OSError as error:
            typer.echo(f"{source}: cannot be read: {error.strerror}", err=True)
            raise typer.Exit(WRONG_USE) from error
        yield _numbered(file), total


def _numbered(file: Any) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := file.readline(_MAX_LINE_BYTES + 1):
        number += 1
        whole = line
        while len(line) > _MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = file.readline(_MAX_LINE_BYTES + 1)  # the rest of a line that is refused anyway
        if whole.strip():
            yield number, whole


def _item(line: bytes, number: int) -> Item:
    from watcher.cli.item_json import read_item

    if len(line) > _MAX_LINE_BYTES:
        raise ValueError(f"the line is longer than {_MAX_LINE_BYTES // 2**20}MiB")
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text: {error.reason}") from error
    return read_item(text, key=f"line {number}", now=datetime.now(UTC))


def _result(analysis: Analysis, item: Item, book: StoryBook | None) -> dict[str, Any]:
    from watcher.cli.ready import NO_FEED

    document = analysis.document(item, NO_FEED)
    matches = analysis.engine.match(document, NO_FEED, item.seen_at)
    story = None
    if book is not None:
        story = book.story_of(item, language=document.language, places=document.places, matches=matches)
    return {
        "id": item.guid,
        "language": document.language,
        "places": [_place(mention) for mention in document.places],
        # What a rule over time counts is no alert by itself.
        "matches": [_match(match) for match in matches if not match.is_counted],
        "story": story,
    }


def _place(mention: PlaceMention) -> dict[str, Any]:
    return {
        "text": mention.text,
        "field": mention.span.field,
        "start": mention.span.start,
        "end": mention.span.end,
        "country": mention.place.country,
        "kind": mention.place.kind,
        "name": mention.place.name,
        "lat": mention.place.lat,
        "lon": mention.place.lon,
        "confidence": round(mention.confidence, 3),
    }


def _match(match: Match) -> dict[str, Any]:
    return {
        "rule": match.rule,
        "severity": match.severity.label,
        "evidence": [
            {
                "field": one.span.field,
                "start": one.span.start,
                "end": one.span.end,
                "text": one.text,
                "path": one.path,
            }
            for one in match.evidence
        ],
    }
