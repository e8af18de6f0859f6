"""Fetches the articles of feeds with full text, in a queue of their own, and matches their items again.

In go leased rows of the queue, out come committed transactions: the article's text, what the rules say of the item
with it, and the alerts that follow. What goes wrong is recorded on the article; the feed never hears of it. Ticked
by the scheduler that `app` owns; `run --once` runs it after the polls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from watcher.errors import FetchError
from watcher.ingest.revisit import after_failure
from watcher.pipeline import record_entries
from watcher.reporter import Reporter
from watcher.stages.alerts import gone
from watcher.stages.poll import Context, Entry, Poll
from watcher.storage.articles import Errand, Outcome
from watcher.storage.items import Known
from watcher.storage.store import Transaction
from watcher.types import Analysed, ArticleState, Feed, FeedState, Fetched, FetchProblem, Item

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than an article takes once it has begun; one whose service vanished is free again after it."""

_TAKEN_DOWN = frozenset({FetchProblem.NOT_FOUND, FetchProblem.GONE})
_QUEUE = 4
"""Articles that may wait for their host's turn for each that may run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How articles are fetched: at a time, tries each, and the size of a page after decompression."""

    concurrency: int
    attempts: int
    max_body_bytes: int


class Paging(Protocol):
    """What is asked of the fetcher."""

    async def page(self, feed: Feed, url: str, *, max_body_bytes: int) -> Fetched: ...


class Extracting(Protocol):
    """What is asked of the workers."""

    async def extract(self, page: Fetched) -> str: ...


class Articles:
    """Keeps fetches of articles under way.

    Args:
        feeds: the configured feeds by id; those without full text have nothing to do here.
        context: what the pipeline works with.
        fetcher: the one that polls use, so that a host's limits hold for both.
        extractor: finds the text in a page, off the event loop.
        limits: of the queue.
        owner: who leases articles: unique to this process.
        on_told: called with the names of channels that have something to send.
    """

    def __init__(
        self,
        *,
        feeds: Mapping[str, Feed],
        context: Context,
        fetcher: Paging,
        extractor: Extracting,
        limits: Limits,
        owner: str,
        on_told: Callable[[tuple[str, ...]], None],
    ) -> None:
        self._feeds = {feed.id: feed for feed in feeds.values() if feed.full_text}
        self._context = context
        self._fetcher = fetcher
        self._extractor = extractor
        self._limits = limits
        self._owner = owner
        self._on_told = on_told
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._in_flight: dict[int, asyncio.Task[None]] = {}

    async def tick(self) -> int:
        """Start fetching articles that are due, as many as there is room for; gives how many were started."""
        if not self._feeds:
            return 0
        return await self._start_due(self._context.clock.now())

    async def run_due(self) -> None:
        """Fetch every article that is due now, once, and wait for all of them."""
        now = self._context.clock.now()
        while self._feeds:
            await self._start_due(now)
            if not self._in_flight:
                return
            await asyncio.wait(self._in_flight.values(), return_when=asyncio.FIRST_COMPLETED)

    async def stop(self) -> None:
        """Drop what is under way: it leaves nothing behind, and is done again."""
        late = list(self._in_flight.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _start_due(self, due_before: datetime) -> int:
        room = self._limits.concurrency * _QUEUE - len(self._in_flight)
        if room <= 0:
            return 0
        context = self._context

        def lease() -> list[Errand]:
            with context.store.write() as tx:
                now = context.clock.now()
                due = tx.articles.lease_due(owner=self._owner, now=due_before, until=now + LEASE, limit=room)
                unwanted = [errand.item_id for errand in due if errand.feed_id not in self._feeds]
                tx.articles.drop(unwanted)
                return [errand for errand in due if errand.item_id not in unwanted]

        errands = await context.run(lease)
        for errand in errands:
            if errand.item_id not in self._in_flight:
                self._start(errand)
        return len(errands)

    def _start(self, errand: Errand) -> None:
        def done(_task: asyncio.Task[None]) -> None:
            del self._in_flight[errand.item_id]

        task = asyncio.create_task(self._guarded(errand), name=f"article {errand.item_id}")
        self._in_flight[errand.item_id] = task
        task.add_done_callback(done)

    async def _guarded(self, errand: Errand) -> None:
        try:
            async with self._slots:
                await self._fetch(errand)
        except Exception:
            # The boundary of a task: nothing of this article was kept; it is due again when its lease ends.
            log.exception("article_failed", item=errand.item_id, feed=errand.feed_id)
            self._context.metrics.errors.labels("article").inc()

    async def _fetch(self, errand: Errand) -> None:
        context, feed = self._context, self._feeds[errand.feed_id]
        item = await context.run(lambda: self._item(errand))
        if item is None:
            return  # forgotten meanwhile, and the row with it
        try:
            page = await self._fetcher.page(feed, errand.url, max_body_bytes=self._limits.max_body_bytes)
            text = await self._extractor.extract(page)
            whole = replace(item, article=text)
            is_longer = whole.body != replace(item, article="").body
            analysed = await self._analyse(whole, feed) if is_longer else None
        except FetchError as error:
            failure = error
            told = await context.run(lambda: self._settle_failure(errand, failure))
            if told:
                self._on_told(told)
            return
        told = await context.run(lambda: self._record(errand, item, analysed))
        if told:
            self._on_told(told)

    async def _analyse(self, item: Item, feed: Feed) -> Analysed:
        (analysed,) = await self._context.workers.analyse([item], feed, self._context.clock.now())
        if analysed.problem is not None:
            # Kept as the feed gave it: without this text it could be analysed.
            raise FetchError(FetchProblem.INTERNAL, analysed.problem, feed_id=feed.id, retryable=False)
        return analysed

    def _item(self, errand: Errand) -> Item | None:
        with self._context.store.read() as tx:
            return tx.items.get(errand.item_id)

    def _settle_failure(self, errand: Errand, error: FetchError) -> tuple[str, ...]:
        now = self._context.clock.now()
        again = after_failure(errand.attempts + 1, error, most=self._limits.attempts, now=now)
        outcome = Outcome(
            state=ArticleState.FAILED if again.at is None else ArticleState.WAITING,
            due_at=again.at or now,
            problem=error.problem,
            detail=error.detail,
        )
        told: tuple[str, ...] = ()
        with self._context.store.write() as tx:
            is_ours = tx.articles.settle(errand, outcome, owner=self._owner, at=now)
            if is_ours and again.at is None and error.problem in _TAKEN_DOWN:
                told = self._take_down(tx, errand, now)
        self._context.metrics.articles.labels(error.problem.value).inc()
        log.info(
            "article_not_got",
            feed=errand.feed_id,
            item=errand.item_id,
            problem=error.problem.value,
            detail=error.detail,
            again_at=again.at.isoformat() if again.at else None,
        )
        return told

    def _take_down(self, tx: Transaction, errand: Errand, now: datetime) -> tuple[str, ...]:
        """Let the alerts know that rest on an article which is no longer there."""
        feed, context = self._feeds[errand.feed_id], self._context
        reporter = Reporter(
            feed=feed,
            own_title=tx.feeds.title(feed.id),
            now=now,
            routing=context.routing,
            corroborated_by=context.corroborated_by,
        )
        return gone(tx, reporter, errand.item_id)

    def _record(self, errand: Errand, item: Item, analysed: Analysed | None) -> tuple[str, ...]:
        context, now = self._context, self._context.clock.now()
        state = ArticleState.SHORT if analysed is None else ArticleState.FETCHED
        told: tuple[str, ...] = ()
        with context.store.write() as tx:
            present = tx.items.get(errand.item_id)
            is_current = present is not None and present.content_hash == item.content_hash
            if not tx.articles.settle(errand, Outcome(state=state, due_at=now), owner=self._owner, at=now):
                return ()  # edited meanwhile: queued again, with what it says now
            if is_current and analysed is not None:
                told = self._record_text(tx, errand, analysed, now)
        context.metrics.articles.labels(state.value).inc()
        return told

    def _record_text(
        self, tx: Transaction, errand: Errand, analysed: Analysed, now: datetime
    ) -> tuple[str, ...]:
        item, feed = analysed.item, self._feeds[errand.feed_id]
        tx.items.keep_article(errand.item_id, item.article)
        entry = Entry(
            analysed=analysed,
            known=Known(item_id=errand.item_id, content_hash=item.content_hash, seen_at=item.seen_at),
            item_id=errand.item_id,
            matched_before=tx.items.matched_rules(errand.item_id),
            is_full_text=True,
        )
        poll = Poll(
            feed=feed,
            state=FeedState(feed_id=feed.id, url=feed.url, due_at=now, filled=True),
            now=now,
            own_title=tx.feeds.title(feed.id),
            entries=(entry,),
        )
        done = record_entries(poll, tx, self._context)
        log.info(
            "article_read",
            feed=feed.id,
            item=errand.item_id,
            chars=len(item.article),
            matched=len(analysed.matches),
            alerts=done.alerts,
        )
        return done.told
