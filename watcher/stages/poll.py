"""What goes from stage to stage: a poll as far as it has come, its entries, and what the stages work with.

Filled in by the stages of this folder, in the order of `pipeline`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from watcher.announce import Routing
from watcher.errors import FetchError
from watcher.grouping import Groups
from watcher.ingest.coverage import Coverage, Sighting
from watcher.ingest.intake import Intake
from watcher.ingest.websub import Offer
from watcher.metrics import Metrics
from watcher.ports import Clock, Runner
from watcher.reach import Reach
from watcher.storage.items import Known
from watcher.storage.store import Store
from watcher.trends import Trends
from watcher.types import Analysed, Feed, FeedState, Fetched, Item, ParsedFeed
from watcher.window import Found


class Fetching(Protocol):
    """What is asked of the fetcher."""

    async def fetch(self, feed: Feed, state: FeedState) -> Fetched: ...


class Thinking(Protocol):
    """What is asked of the workers."""

    async def parse(
        self, fetched: Fetched, *, seen_at: datetime, repeats_guids: bool, memory: bytes
    ) -> ParsedFeed: ...

    async def read_archive(
        self, fetched: Fetched, feed: Feed, *, seen_at: datetime, repeats_guids: bool
    ) -> tuple[ParsedFeed, tuple[Analysed, ...]]: ...

    async def analyse(self, items: Sequence[Item], feed: Feed, now: datetime) -> tuple[Analysed, ...]: ...


class Planning(Protocol):
    """Says when a feed is due again."""

    def after_answer(self, feed: Feed, state: FeedState, fetched: Fetched) -> datetime: ...

    def after_failure(
        self, feed: Feed, state: FeedState, error: FetchError, now: datetime, *, is_outage: bool = False
    ) -> datetime: ...

    def is_asked_for(self, feed: Feed) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the stages work with: built by `app`, the same for every poll until the configuration changes."""

    fetcher: Fetching
    workers: Thinking
    plan: Planning
    store: Store
    run: Runner
    groups: Groups
    intake: Intake
    clock: Clock
    metrics: Metrics
    routing: Routing
    story_window: timedelta
    folds_events: bool
    corroborated_by: int = 3
    trends: Trends = field(default_factory=Trends)
    reach: Reach | None = None
    least_interval: timedelta = timedelta(minutes=2)
    longest_interval: timedelta = timedelta(hours=6)
    takes_pushes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A new or edited item on its way; `item_id` and `story_id` are known once it is stored and folded.

    `is_full_text` says that nothing of it is new but the text of its article.
    """

    analysed: Analysed
    known: Known | None
    item_id: int = 0
    matched_before: frozenset[str] = frozenset()
    story_id: str | None = None
    is_full_text: bool = False

    @property
    def ended(self) -> frozenset[str]:
        """The rules that held on it before it was edited, and hold no more."""
        return self.matched_before - {match.rule for match in self.analysed.matches}


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll of one feed, filled in from stage to stage.

    `alerts` counts the alerts that it opened; `told` names the channels that now have something to
    send; `offer` is the hub that the document names; `error` says why it gave nothing. `own_title` is what the feed calls itself, where no document of it is at hand.
    `foretold` are the items of a first document that were analysed as soon as they were parsed.
    """

    feed: Feed
    state: FeedState
    now: datetime
    fetched: Fetched | None = None
    body_hash: str | None = None
    parsed: ParsedFeed | None = None
    foretold: tuple[Analysed, ...] = ()
    offer: Offer | None = None
    found: Found = field(default_factory=Found)
    fresh: tuple[tuple[Item, Known | None], ...] = ()
    entries: tuple[Entry, ...] = ()
    is_read_back: bool = False
    alerts: int = 0
    coverage: Coverage | None = None
    error: FetchError | None = None
    own_title: str | None = None
    told: tuple[str, ...] = ()

    @property
    def is_unchanged(self) -> bool:
        """The document is the one of the last poll: a 304, or the same bytes."""
        return self.fetched is not None and (
            self.fetched.is_not_modified or self.body_hash == self.state.body_hash
        )

    @property
    def is_archive(self) -> bool:
        """The first look at a feed: what it holds is its archive and not news, unless it was asked for.

        A feed of which items are known was looked at before, at another address.
        """
        is_known = bool(self.found.known or self.found.rebound)
        return not (self.state.filled or is_known or self.feed.alert_on_first_poll)

    @property
    def sighting(self) -> Sighting:
        """What the answer means for coverage."""
        if self.fetched is None or self.parsed is None:
            return Sighting(now=self.now)
        return self.found.sighting(self.fetched, self.parsed, is_read_back=self.is_read_back)
