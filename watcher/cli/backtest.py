"""`watcher backtest`: what changed rules would have told of the stored items, beside the present ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, command_app
from watcher.cli.output import console, count, highlighted, plain, print_json, rows, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from watcher.config.load import Config
    from watcher.config.models import StoriesSettings
    from watcher.match.backtest import Report, RuleOutcome, Sample, Subject
    from watcher.storage.items import PastItem
    from watcher.storage.store import Store
    from watcher.types import Feed, Item, Match, PlaceMention

app = command_app()

_PAGE = 500
"""So many items are in memory at a time, and read in one transaction."""


@app.command()
def backtest(
    rules: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RULES]…", help="Changed rule files or folders; default: the configured rules."
        ),
    ] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="AGE", help="How far back to look: 36h, 30d, 4w.")
    ] = "30d",
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Look at no more items than this, the newest.")
    ] = None,
    samples: Annotated[
        int, typer.Option("--samples", min=0, max=100, help="How many added and dropped items to show.")
    ] = 3,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole", help="The files are the whole rule set: configured rules not in them are dropped."
        ),
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Show what changed rules would have told of the stored items, beside the present ones.

    Both run on the same items as they are stored now. Compared are the rules that the files have, or all with --whole.
    Alerts are counted as the service opens them: one for each rule and story. Rules over time are not run.

    Example: watcher backtest drafts/tunisia.yml --since 30d
    """
    from watcher.cli.stored import opened
    from watcher.match.backtest import to_json

    now = datetime.now(UTC)
    earliest = now - _age(since)
    with opened(config) as (loaded, store):
        changed = _changed(config, rules or [])
        report = _compare(loaded, changed, store, earliest, limit, samples, is_whole=whole, until=now)
    if json:
        print_json(to_json(report) | {"since": earliest.isoformat(timespec="seconds")})
        return
    _print(report)


def _age(text: str) -> timedelta:
    from watcher.config.quantity import parse_duration

    try:
        age = parse_duration(text)
        datetime.now(UTC) - age
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error), param_hint="--since") from error
    return age


def _changed(config: Path, rules: Sequence[Path]) -> Config:
    from watcher.cli.ready import load_with_rules

    return load_with_rules(config, rules)


def _compare(
    present: Config,
    changed: Config,
    store: Store,
    since: datetime,
    limit: int | None,
    samples: int,
    *,
    is_whole: bool,
    until: datetime,
) -> Report:
    from watcher.cli.progress import progress
    from watcher.cli.ready import analysis_of
    from watcher.match.backtest import Backtest, Subject
    from watcher.match.compile import compile_rules
    from watcher.match.engine import Engine
    from watcher.types import Feed

    analysis = analysis_of(present, of_any_feed=False)
    then = Engine(compile_rules(changed.rules, changed.lists, analysis.analyser.gazetteer))
    compared = {rule.id for rule in (*changed.rules, *(present.rules if is_whole else ()))}
    test = Backtest(compared, samples=samples)
    feeds = {feed.id: feed for feed in present.feeds}
    with store.read() as tx:
        total, first_seen = tx.items.count_since(since), tx.items.first_seen_by_feed()
    judged: list[_Judged] = []
    with progress("backtesting", total=min(total, limit) if limit else total) as advance:
        for past in _past(store, since, limit):
            item = past.item
            feed = feeds.get(item.feed_id) or Feed(id=item.feed_id, url="none:")
            document = analysis.document(item, feed)
            subject = Subject(
                item_id=past.item_id,
                feed_id=item.feed_id,
                title=item.title,
                url=item.url,
                seen_at=item.seen_at,
                is_archive=_is_archive(past, feed, first_seen),
            )
            before = analysis.engine.match(document, feed, item.seen_at)
            after = then.match(document, feed, item.seen_at)
            if before or after:
                judged.append(_Judged(subject, item, document.language, document.places, before, after))
            else:
                test.add(subject, (), ())
            advance()
    stories = _stories(judged, changed.settings.stories)
    for one in judged:
        subject = replace(one.subject, story_id=stories[one.subject.item_id])
        test.add(subject, one.before, one.after)
    return test.report(until=until)


class _Judged(NamedTuple):
    """A past item on which some rule holds, now or then."""

    subject: Subject
    item: Item
    language: str
    places: tuple[PlaceMention, ...]
    before: tuple[Match, ...]
    after: tuple[Match, ...]


def _stories(judged: Sequence[_Judged], settings: StoriesSettings) -> dict[int, str]:
    """Put items into stories in the order in which they came, as the service would have; give the stories by item."""
    from watcher.cli.storybook import StoryBook

    with StoryBook(settings.window, folds_events=settings.fold == "events") as book:
        return {
            one.subject.item_id: book.story_of(
                one.item,
                language=one.language,
                places=one.places,
                matches=(*one.before, *one.after),
                is_stored=True,
            )
            for one in sorted(judged, key=lambda one: (one.subject.seen_at, one.subject.item_id))
        }


def _past(store: Store, since: datetime, limit: int | None) -> Iterator[PastItem]:
    """Give the items of the period, newest first, page by page: a long read must not hold the log of a database."""
    last: PastItem | None = None
    left = limit
    while left is None or left > 0:
        with store.read() as tx:
            page = tx.items.page(since=since, before=last, limit=_PAGE if left is None else min(_PAGE, left))
        if not page:
            return
        yield from page
        last = page[-1]
        left = None if left is None else left - len(page)


def _is_archive(past: PastItem, feed: Feed, first_seen: Mapping[str, datetime]) -> bool:
    """Tell whether an item came with the first poll of its feed: all items of one poll have its time."""
    return not feed.alert_on_first_poll and past.item.seen_at == first_seen.get(past.item.feed_id)


def _print(report: Report) -> None:
    screen = console()
    listed = table("rule", "matches now", "then", "added", "dropped", "alerts now", "then")
    rows(
        listed,
        (
            (r.rule, r.matches_now, r.matches_then, r.added, r.dropped, r.alerts_now, r.alerts_then)
            for r in report.rules
        ),
    )
    screen.print(listed if report.rules else "There are no rules to compare.")
    for outcome in report.rules:
        if outcome.samples:
            _print_samples(outcome)
    now, then = report.alerts_per_day
    screen.print(
        f"{count(report.items, 'item')} over {report.days:.1f} days; alerts a day: {now:.2f} now, {then:.2f} then",
        style="bold",
    )


def _print_samples(outcome: RuleOutcome) -> None:
    screen = console()
    screen.print(plain(outcome.rule), style="bold")
    for sample in outcome.samples:
        sign, style = ("+", "green") if sample.is_added else ("-", "red")
        screen.print(f"  {sign} item {sample.subject.item_id}, {plain(sample.subject.feed_id)}", style=style)
        _print_sample(sample)
    screen.print()


def _print_sample(sample: Sample) -> None:
    from rich.text import Text

    spans = [(one.span.start, one.span.end) for one in sample.evidence if one.span.field == "title"]
    screen = console()
    screen.print(Text("    ").append_text(highlighted(sample.subject.title, spans)))
    for one in sample.evidence:
        if one.span.field != "title":
            screen.print(f"    {plain(one.path)}: {plain(one.text)}", style="dim")
