"""What people in chat say of stories: which reports an alert rests on, and that stories are one, or two.

In: words of a slash command, and who typed them. Out: lines for that person; the store changed in one transaction. Called by
`desk`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from watcher.alert.inert import cut, inert
from watcher.announce import Routing
from watcher.chat.read import Person
from watcher.ports import Runner
from watcher.regroup import Piece, RegroupError, Speaker, merge, pieces, split
from watcher.storage.store import Store
from watcher.types import Analysed, Feed, Item

_MOST = 20
_LINE = 120
_ID = re.compile(r"al-[0-9A-Za-z_-]{1,60}")
_ITEM = re.compile(r"\d{1,15}")


class Thinking(Protocol):
    """What is asked of the workers."""

    async def analyse(self, items: Sequence[Item], feed: Feed, now: datetime) -> tuple[Analysed, ...]: ...


def reports(store: Store, alert_id: str) -> str | None:
    """List the reports of an alert's story with what to type where they are not of one story; None where it has none."""
    with store.read() as tx:
        alert = tx.alerts.get([alert_id]).get(alert_id)
        members = tx.members.of(alert.story_id, limit=_MOST + 1) if alert is not None else ()
    if not members:
        return None
    lines = [f"{one.item_id} · {_clean(one.feed_id)} · {_clean(one.title)}" for one in members[:_MOST]]
    more = ["and more: watcher alerts show " + alert_id] if len(members) > _MOST else []
    last = members[min(len(members), _MOST) - 1].item_id
    return "\n".join(
        [
            "The reports of this story:",
            *lines,
            *more,
            f"/watcher split {alert_id} {last} – makes a story of its own of an item, or of several",
            f"/watcher merge {alert_id} OTHER – puts the story of another alert into this one",
        ]
    )


async def merge_stories(
    words: str,
    person: Person,
    *,
    store: Store,
    run: Runner,
    routing: Routing,
    corroborated_by: int,
    now: datetime,
) -> str:
    """Merge two stories as `ALERT OTHER` asks."""
    ids = words.split()
    if len(ids) != 2 or not all(_ID.fullmatch(one) for one in ids):
        return "Which two alerts? /watcher merge al-… al-…"

    def change() -> str:
        with store.write(durable=True) as tx:
            speaker = _speaker(person, now)
            done = merge(tx, ids[0], ids[1], speaker, routing, corroborated_by=corroborated_by)
        if not done.is_changed:
            return "They are of one story already."
        return f"{', '.join(done.others)} merged into {done.alert_id}."

    return await _answered(run, change)


async def split_story(
    words: str,
    person: Person,
    *,
    store: Store,
    run: Runner,
    workers: Thinking,
    feeds: Mapping[str, Feed],
    routing: Routing,
    now: datetime,
) -> str:
    """Split a story as `ALERT ITEM …` asks."""
    alert_id, *items = words.split() or [""]
    if not _ID.fullmatch(alert_id) or not items or not all(_ITEM.fullmatch(one) for one in items):
        return "Which items of which alert? /watcher split al-… 4711"

    def look_up() -> tuple[tuple[tuple[int, Item], ...], dict[str, str | None]]:
        with store.read() as tx:
            found = pieces(tx, alert_id)
            return found, {item.feed_id: tx.feeds.title(item.feed_id) for _, item in found}

    try:
        found, titles = await run(look_up)
    except RegroupError as error:
        return _clean(str(error))
    known = await _analysed(found, titles, feeds, workers, now)

    def change() -> str:
        with store.write(durable=True) as tx:
            done = split(tx, alert_id, [int(one) for one in items], known, _speaker(person, now), routing)
        if not done.is_changed:
            return "They are in a story of their own already."
        return f"Split from {done.alert_id}: {', '.join(done.others) or 'nobody is told of it'}."

    return await _answered(run, change)


async def _answered(run: Runner, change: Callable[[], str]) -> str:
    try:
        return await run(change)
    except RegroupError as error:
        return _clean(str(error))


async def _analysed(
    found: Sequence[tuple[int, Item]],
    titles: Mapping[str, str | None],
    feeds: Mapping[str, Feed],
    workers: Thinking,
    now: datetime,
) -> tuple[Piece, ...]:
    """Analyse the items of a story, those of one feed together."""
    by_feed: defaultdict[str, list[tuple[int, Item]]] = defaultdict(list)
    for item_id, item in found:
        by_feed[item.feed_id].append((item_id, item))
    made: dict[int, Piece] = {}
    for name, some in by_feed.items():
        feed = feeds.get(name) or Feed(id=name, url="none:")
        outlet = feed.title or titles.get(name) or name
        analysed = await workers.analyse([item for _, item in some], feed, now)
        for (item_id, _), one in zip(some, analysed, strict=True):
            made[item_id] = Piece(item_id=item_id, analysed=one, feed=feed, outlet=outlet)
    return tuple(made[item_id] for item_id, _ in found)


def _speaker(person: Person, now: datetime) -> Speaker:
    return Speaker(by=person.name, by_id=person.id, via="slack", at=now)


def _clean(text: str) -> str:
    return cut(inert(text[: 4 * _LINE]).strip(), _LINE)
