"""Three outlets that print what a test says, polled by the real pipeline, and what became of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from tests.support.clock import FakeClock
from tests.support.feeds import rss
from tests.support.polling import Polling
from watcher.ingest.tombstones import NAMESPACE
from watcher.match.syntax import Rule
from watcher.types import Alert, DeliveryKind, Feed, FeedState, Fetched, LifeKind

FEEDS = [
    Feed(id=name, url=f"https://{name}.example/feed", title=name.title())
    for name in ("wire", "local", "radio")
]
QUIET = {
    "guid": "q",
    "title": "Olive harvest begins in the south of the country",
    "link": "https://q.example/q",
}
TEXT = "A dozen gunmen were seen on the road to Remada before dawn, the army said on Sunday in a statement to radio."


def entry(outlet: str, **changes: str) -> dict[str, str]:
    """A report of the attack; by default every outlet prints the same text."""
    link = f"https://{outlet}.example/1"
    return {
        "guid": link,
        "link": link,
        "title": "Gunmen cross the border near Dehiba",
        "description": TEXT,
        **changes,
    }


class Press:
    """Answers polls with what each outlet prints now."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.pages: dict[str, list[dict[str, str]]] = {}
        self.deleted: dict[str, str] = {}

    async def fetch(self, feed: Feed, state: FeedState) -> Fetched:
        body = rss([*self.pages.get(feed.id, []), QUIET], title=feed.id)
        if feed.id in self.deleted:
            mark = f'<at:deleted-entry xmlns:at="{NAMESPACE}" ref="{self.deleted[feed.id]}" when="2026-03-01T12:00:00Z"/>'
            body = body.replace(b"</channel>", mark.encode() + b"</channel>")
        return Fetched(
            feed_id=feed.id, url=feed.url, status=200, headers={}, body=body, fetched_at=self.clock.now(),
            elapsed=timedelta(milliseconds=5),
        )  # fmt: skip


class Desk:
    """Polls, and what the one alert became."""

    def __init__(self, press: Press, polling: Polling) -> None:
        self.press, self.polling = press, polling

    async def prints(self, outlet: str, *, after: timedelta = timedelta(minutes=15), **changes: str) -> None:
        self.press.pages[outlet] = [entry(outlet, **changes)]
        await self.polling.poll(outlet, after=after)

    @property
    def alerts(self) -> Sequence[Alert]:
        with self.polling.store.read() as tx:
            return tx.alerts.newest(limit=10)

    @property
    def kinds(self) -> list[LifeKind]:
        *_, first = self.alerts
        return [event.kind for event in first.events]

    @property
    def news(self) -> list[str]:
        found = [one for one in self.polling.deliveries() if one.kind is DeliveryKind.REPLY]
        return [one.news or "" for one in sorted(found, key=lambda one: one.created_at)]


D = TypeVar("D", bound=Desk)


@asynccontextmanager
async def newsroom(
    folder: Path,
    rules: Sequence[Rule],
    kind: type[D],
    *,
    archive: Sequence[dict[str, str]] = (),
    prints: Sequence[str] = ("wire",),
    feeds: Sequence[Feed] = FEEDS,
    **options: Any,
) -> AsyncIterator[D]:
    """Give a desk whose outlets were polled once.

    Args:
        folder: where its database is.
        rules: what is watched for.
        kind: of the desk.
        archive: what the wire has when it is polled first.
        prints: the outlets that then print the attack, one after the other.
        feeds: of the outlets.
        options: what else `Polling` takes.
    """
    press = Press()
    press.pages["wire"] = list(archive)
    with Polling(folder, fetcher=press, feeds=feeds, rules=rules, clock=press.clock, **options) as polling:
        for feed in feeds:
            await polling.poll(feed.id)
        desk = kind(press, polling)
        for outlet in prints:
            await desk.prints(outlet)
        yield desk
