"""How often a feed is polled whose hub pushes: seldom while the hub does its work, as ever when it does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tests.support.clock import FakeClock
from tests.support.feeds import rss
from tests.support.polling import InlineWorkers, Polling
from watcher.ingest.schedule import PollingLimits, Wishes
from watcher.pipeline import take_push
from watcher.plan import Plan
from watcher.types import Feed, FeedState, Fetched, SubscriptionState

FEED = Feed(id="wire", url="https://news.example/feed")
LIMITS = PollingLimits(default=timedelta(hours=1))
HUB = b'<channel><link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>'
WORKERS = InlineWorkers([])


class Site:
    """The feed's site: gives a document of so many entries, and pushes."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.entries = 2

    async def fetch(self, feed: Feed, _state: FeedState) -> Fetched:
        return self.document(feed)

    def document(self, feed: Feed) -> Fetched:
        items = [{"title": f"Report {n}", "guid": str(n)} for n in reversed(range(self.entries))]
        return Fetched(
            feed_id=feed.id,
            url=feed.url,
            status=200,
            headers={},
            body=rss(items).replace(b"<channel>", HUB),
            fetched_at=self.clock.now(),
            elapsed=timedelta(0),
        )


@contextmanager
def pushed(folder: Path, *, wishes: Wishes | None = None) -> Iterator[tuple[Polling, Site]]:
    clock = FakeClock()
    site = Site(clock)
    plan = Plan(LIMITS, wishes={"wire": wishes} if wishes else None, rng=Random(1))
    with Polling(
        folder, fetcher=site, feeds=[FEED], workers=WORKERS, clock=clock, plan=plan, takes_pushes=True
    ) as polling:
        yield polling, site


def subscribe(polling: Polling) -> None:
    with polling.store.write() as tx:
        one = tx.subscriptions.get("wire")
        assert one is not None
        until = polling.clock.now() + timedelta(days=10)
        tx.subscriptions.save(replace(one, state=SubscriptionState.ACTIVE, expires_at=until))


async def push(polling: Polling, site: Site) -> None:
    await take_push(FEED, polling.state(), site.document(FEED), polling.context)


async def interval(polling: Polling) -> float:
    """Poll once more, and give the hours until the next time."""
    await polling.poll(after=timedelta(hours=1))
    due_at: datetime = polling.state().due_at
    return (due_at - polling.clock.now()) / timedelta(hours=1)


async def test_polls_are_further_apart_only_while_the_hub_brings_what_is_new(tmp_path: Path) -> None:
    with pushed(tmp_path) as (polling, site):
        assert await interval(polling) < 1.2
        subscribe(polling)
        assert await interval(polling) < 1.2, "it has shown nothing yet"
        site.entries += 1
        await push(polling, site)
        assert await interval(polling) > 3, "a safety net"
        site.entries += 1
        assert await interval(polling) < 1.2, "a poll has brought it, not the hub"
        assert await interval(polling) < 1.2, "and the hub is not relied on any more"
        site.entries += 1
        await push(polling, site)
        assert await interval(polling) > 3, "until it pushes again"


async def test_what_people_ask_for_holds_whatever_hubs_promise(tmp_path: Path) -> None:
    with pushed(tmp_path, wishes=Wishes(latency=timedelta(minutes=30))) as (polling, site):
        await interval(polling)
        subscribe(polling)
        site.entries += 1
        await push(polling, site)
        assert await interval(polling) <= 0.5
