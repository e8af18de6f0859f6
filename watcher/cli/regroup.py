"""The commands that merge and split stories: the one way in which they ever do.

What is said is kept with who said it, the messages that were sent are changed by the service, and later reports obey.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from watcher.cli.output import count, print_json
from watcher.cli.stored import opened

if TYPE_CHECKING:
    from watcher.announce import Routing
    from watcher.config.load import Config
    from watcher.regroup import Piece, Regrouped, Speaker
    from watcher.storage.store import Store

ByOption = Annotated[str | None, typer.Option(help="Who says so; else who runs the command.")]
CommentOption = Annotated[str, typer.Option(help="Why.")]


def merge(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="The alert whose story stays.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The alert whose story goes into it.")],
    by: ByOption = None,
    comment: CommentOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Say that two alerts are of one story: it has the reports of both, and later ones join it."""
    from watcher.regroup import merge as merge_stories

    with opened(config) as (loaded, store), store.write() as tx:
        done = merge_stories(
            tx,
            alert,
            other,
            _speaker(by, comment),
            _routing(loaded),
            corroborated_by=loaded.settings.stories.corroborated_by,
        )
    if not done.is_changed:
        _tell(done, f"{alert} and {other} are of one story already", json=json)
        return
    _tell(done, f"{', '.join(done.others)} merged into {done.alert_id}: {count(len(done.items), 'item')} moved", json=json)  # fmt: skip


def split(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="The alert whose story is split.")],
    item: Annotated[
        list[int],
        typer.Option("--item", help="An item of another story; give one for each. `show` lists them."),
    ],
    by: ByOption = None,
    comment: CommentOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Say that items are not of an alert's story: they get one of their own, and its alert is told."""
    from watcher.regroup import split as split_story

    with opened(config) as (loaded, store):
        known = _analysed(loaded, store, alert)
        with store.write() as tx:
            done = split_story(tx, alert, item, known, _speaker(by, comment), _routing(loaded))
    if not done.is_changed:
        _tell(done, f"they are in a story of their own already: {done.story_id}", json=json)
        return
    told = f": {', '.join(done.others)}" if done.others else ", of which nobody is told"
    _tell(done, f"{count(len(done.items), 'item')} split from {done.alert_id}{told}", json=json)


def _tell(done: Regrouped, words: str, *, json: bool) -> None:
    if json:
        data: dict[str, Any] = {
            "alert": done.alert_id,
            "story": done.story_id,
            "changed": done.is_changed,
            "items": list(done.items),
            "others": list(done.others),
        }
        print_json(data)
    else:
        typer.echo(words)


def _speaker(by: str | None, comment: str) -> Speaker:
    from getpass import getuser

    from watcher.regroup import Speaker

    name = by or getuser()
    return Speaker(by=name, by_id=name, via="command", at=datetime.now(UTC), comment=comment)


def _routing(loaded: Config) -> Routing:
    from watcher.announce import Routing
    from watcher.metrics import Metrics

    return Routing.of(loaded.settings, Metrics())


def _analysed(loaded: Config, store: Store, alert_id: str) -> tuple[Piece, ...]:
    """Analyse what the alert's story holds, by the rules as they are now."""
    from watcher.cli.ready import analysis_of
    from watcher.regroup import Piece, pieces
    from watcher.types import Feed

    with store.read() as tx:
        items = pieces(tx, alert_id)
        titles = {item.feed_id: tx.feeds.title(item.feed_id) for _, item in items}
    analysis, feeds = analysis_of(loaded, of_any_feed=False), {feed.id: feed for feed in loaded.feeds}
    found = []
    for item_id, item in items:
        feed = feeds.get(item.feed_id) or Feed(id=item.feed_id, url="none:")
        outlet = feed.title or titles[item.feed_id] or feed.id
        analysed = analysis.analyse(item, feed, item.seen_at)
        found.append(Piece(item_id=item_id, analysed=analysed, feed=feed, outlet=outlet))
    return tuple(found)
