"""Worker processes for what takes processor time: parsing, analysing, matching.

In go bytes and items, out come parsed feeds and analysed items; the event loop only waits. A worker that dies is
replaced, and what it was doing is done once more. Built by `app`, called by the pipeline.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing import forkserver
from multiprocessing.connection import wait
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, TypeVar

import structlog

from watcher.allocator import trim
from watcher.errors import FetchError
from watcher.match.syntax import Rule, TermList
from watcher.native.records import reduced
from watcher.text.gazetteer import ExtraPlace
from watcher.types import (
    Analysed,
    Evidence,
    Feed,
    Fetched,
    FetchProblem,
    Fingerprint,
    Item,
    Match,
    ParsedFeed,
    Place,
    PlaceMention,
    Shingles,
    Span,
    Trait,
)

if TYPE_CHECKING:
    from watcher.analysis import Analysis

T = TypeVar("T")

log = structlog.get_logger(__name__)

_PRELOAD = ["watcher.preload"]
_SENT_OFTEN = (Analysed, Evidence, Fingerprint, Item, Match, Place, PlaceMention, Shingles, Span, Trait)
_TRIM_SECONDS = 10.0
LONGEST_PARSE = timedelta(minutes=1)
"""Of processor time, several times what the longest document takes that is read whole. What was made to take longer, in
a way that no bound on its size or shape foresees, must not keep a worker for good."""


_LONGEST_EXTRACTION = 20.0
"""Seconds of processor time for one page: more than its own alarm leaves it, which a library written in C does not hear."""


def send_quickly() -> None:
    """Let what is sent for every item be taken apart and put together by compiled code, in the process that calls this."""
    for record in _SENT_OFTEN:
        ForkingPickler.register(record, reduced)


def start_early() -> None:
    """Start the process that workers are forked from: it imports what they need while the caller goes on."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(_PRELOAD)
    forkserver.ensure_running()


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What a worker needs to know; plain values that can be sent to another process."""

    rules: Sequence[Rule]
    lists: Mapping[str, TermList]
    places: Sequence[ExtraPlace] = ()
    models: Mapping[str, str] = field(default_factory=dict)


class Workers:
    """A pool of processes that share one `Knowledge`.

    Args:
        knowledge: what every worker is started with.
        count: how many processes; None for one per processor, at most four.
        longest_parse: of processor time, for one document; a worker that takes longer dies of it.
    """

    def __init__(
        self, knowledge: Knowledge, *, count: int | None = None, longest_parse: timedelta = LONGEST_PARSE
    ) -> None:
        self._knowledge = knowledge
        self._longest_parse = longest_parse.total_seconds()
        self._count = count or min(4, os.cpu_count() or 1)
        send_quickly()
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        start_early()
        context = multiprocessing.get_context("forkserver")
        return ProcessPoolExecutor(
            self._count, mp_context=context, initializer=_begin_work, initargs=(self._knowledge,)
        )

    async def warm_up(self) -> None:
        """Wait until the workers have built their rules; raises what building raised."""
        # The first submission waits for the process that workers are forked from: not on the event loop.
        await asyncio.to_thread(self._pool.submit, _is_ready)
        await asyncio.gather(*(self._run(_is_ready) for _ in range(self._count)))

    async def parse(
        self, fetched: Fetched, *, seen_at: datetime, repeats_guids: bool, memory: bytes
    ) -> ParsedFeed:
        """Parse what is new in a fetched document; raises `FetchError` for one that is no feed."""
        return await self._run_for(
            fetched.feed_id,
            "the parser crashed on this document, or found no end of it",
            _parse,
            fetched,
            seen_at,
            repeats_guids,
            memory,
            self._longest_parse,
        )

    async def read_archive(
        self, fetched: Fetched, feed: Feed, *, seen_at: datetime, repeats_guids: bool
    ) -> tuple[ParsedFeed, tuple[Analysed, ...]]:
        """Parse the first document of a feed and analyse all its items: what `parse` and `analyse` do, in one trip.

        Raises:
            FetchError: as they do.
        """
        return await self._run_for(
            fetched.feed_id,
            "the parser or the analysis crashed on this document, or found no end of it",
            _read_archive,
            fetched,
            feed,
            seen_at,
            repeats_guids,
            self._longest_parse,
        )

    async def analyse(self, items: Sequence[Item], feed: Feed, now: datetime) -> tuple[Analysed, ...]:
        """Analyse items of one feed, in order; raises `FetchError` when the workers die of them."""
        crashed = "the analysis crashed on an item of this feed"
        return await self._run_for(feed.id, crashed, _analyse, tuple(items), feed, now)

    async def extract(self, page: Fetched) -> str:
        """Find the article in a page; raises `FetchError` where there is none."""
        try:
            return await self._run(_extract, page)
        except BrokenProcessPool as error:
            raise FetchError(
                FetchProblem.INTERNAL, "the extraction crashed on this page", retryable=False
            ) from error

    async def _run_for(self, feed_id: str, crashed: str, call: Callable[..., T], *args: object) -> T:
        try:
            return await self._run(call, *args)
        except BrokenProcessPool as error:
            # Twice the pool died of it: it is the document.
            raise FetchError(FetchProblem.INTERNAL, crashed, feed_id=feed_id) from error

    async def _run(self, call: Callable[..., T], *args: object) -> T:
        loop = asyncio.get_running_loop()
        pool = self._pool
        try:
            return await loop.run_in_executor(pool, call, *args)
        except BrokenProcessPool:
            if pool is self._pool:
                log.warning("workers_restarted", call=call.__name__)
                self._pool = self._start()
            return await loop.run_in_executor(self._pool, call, *args)

    def close(self) -> None:
        """Stop the workers at once; what they have begun is dropped."""
        # Other workers may live beside these, for the configuration that follows: only the pool itself knows its own.
        mine = tuple((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        # A worker in the middle of a hostile document would keep the whole process from ending.
        for worker in mine:
            worker.terminate()


_analysis: Analysis | None = None


def _begin_work(knowledge: Knowledge) -> None:
    # In a worker process: what it knows is kept at module level, because a process pool has no other place for it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which then stops its workers
    threading.Thread(target=_stay_with_parent, name="stay-with-parent", daemon=True).start()
    send_quickly()
    global _analysis
    from watcher.analysis import Analysis

    _analysis = Analysis(
        rules=knowledge.rules, lists=knowledge.lists, places=knowledge.places, models=knowledge.models
    )
    gc.freeze()  # it stays: the collector need not walk it again and again


def _stay_with_parent() -> None:
    # A killed service cannot stop its workers, and a worker waiting for work would wait for ever. Until then, what a
    # large document has left is given back.
    parent = multiprocessing.parent_process()
    if parent is not None:
        while not wait([parent.sentinel], timeout=_TRIM_SECONDS):
            trim()
        os._exit(1)


def _is_ready() -> bool:
    return _analysis is not None


def _parse(
    fetched: Fetched, seen_at: datetime, repeats_guids: bool, memory: bytes, seconds: float
) -> ParsedFeed:
    from watcher.ingest.novelty import parse_new

    with _ending_after(seconds):
        return parse_new(fetched, seen_at=seen_at, repeats_guids=repeats_guids, memory=memory)


def _read_archive(
    fetched: Fetched, feed: Feed, seen_at: datetime, repeats_guids: bool, seconds: float
) -> tuple[ParsedFeed, tuple[Analysed, ...]]:
    parsed = _parse(fetched, seen_at, repeats_guids, b"", seconds)
    # Sent together: each item goes once, and is one object on the other side too.
    return parsed, _analyse(parsed.items, feed, seen_at)


@contextmanager
def _ending_after(seconds: float) -> Iterator[None]:
    # Nobody handles this signal, so it ends the process, also in the middle of a library that never comes back.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _extract(page: Fetched) -> str:
    from watcher.ingest.fulltext import article_text

    with _ending_after(_LONGEST_EXTRACTION):
        return article_text(page)


def _analyse(items: tuple[Item, ...], feed: Feed, now: datetime) -> tuple[Analysed, ...]:
    assert _analysis is not None, "the worker was started without knowledge"
    return tuple(_analyse_one(_analysis, item, feed, now) for item in items)


def _analyse_one(analysis: Analysis, item: Item, feed: Feed, now: datetime) -> Analysed:
    try:
        return analysis.analyse(item, feed, now)
    except (
        Exception
    ) as error:  # the boundary of an item: what it stumbles over is logged and counted by the pipeline
        return Analysed(item=item, language="und", problem=f"{type(error).__name__}: {error}"[:300])
