"""The way of a poll, stage by stage: the page to read first.

In goes a due feed, out comes one committed transaction with everything that its poll led to. The stages of `PREPARE`
may wait for the network and for workers; those of `RECORD` run inside the transaction and only read and write the
store. Called by the poller, once per due feed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Protocol

import structlog

from watcher.alert import policy
from watcher.alert.policy import Verdict
from watcher.announce import Reporter, Routing
from watcher.episodes import Report
from watcher.errors import FetchError
from watcher.grouping import Groups
from watcher.ingest import coverage
from watcher.ingest.coverage import Coverage, Sighting
from watcher.ingest.habit import Habit
from watcher.ingest.intake import Intake
from watcher.ingest.remember import after_answer, after_failure, during_outage, with_habits
from watcher.ingest.websub import offer_of, relaxed
from watcher.metrics import Metrics
from watcher.ports import Clock, Runner
from watcher.reach import Reach
from watcher.storage.feeds import PollRecord, listed_key
from watcher.storage.items import Known
from watcher.storage.store import Store, Transaction
from watcher.story.cluster import fold_into_story
from watcher.trends import Trends
from watcher.types import Analysed, Feed, FeedState, Fetched, Item, ParsedFeed, Validators
from watcher.window import Found, look_up, read_older

log = structlog.get_logger(__name__)


class Fetching(Protocol):
    """What is asked of the fetcher."""

    async def fetch(self, feed: Feed, state: FeedState) -> Fetched: ...


class Thinking(Protocol):
    """What is asked of the workers."""

    async def parse(
        self, fetched: Fetched, *, seen_at: datetime, repeats_guids: bool, memory: bytes
    ) -> ParsedFeed: ...

    async def analyse(self, items: Sequence[Item], feed: Feed, now: datetime) -> tuple[Analysed, ...]: ...


class Planning(Protocol):
    """Says when a feed is due again."""

    def after_answer(self, feed: Feed, state: FeedState, fetched: Fetched) -> datetime: ...

    def after_failure(
        self, feed: Feed, state: FeedState, error: FetchError, now: datetime, *, is_outage: bool = False
    ) -> datetime: ...


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll of one feed, filled in from stage to stage.

    `alerts` counts the alerts that it opened; `told` names the channels that now have something to
    send; `error` says why it gave nothing. `own_title` is what the feed calls itself, where no document of it is at hand.
    """

    feed: Feed
    state: FeedState
    now: datetime
    fetched: Fetched | None = None
    body_hash: str | None = None
    parsed: ParsedFeed | None = None
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


# --- before the transaction ----------------------------------------------------------------------------------


async def fetch(poll: Poll, context: Context) -> Poll:
    fetched = await context.fetcher.fetch(poll.feed, poll.state)
    context.intake.take(poll.feed.id, len(fetched.body))
    body_hash = None if fetched.is_not_modified else blake2b(fetched.body, digest_size=16).hexdigest()
    return replace(poll, fetched=fetched, now=fetched.fetched_at, body_hash=body_hash)


async def parse(poll: Poll, context: Context) -> Poll:
    fetched = poll.fetched
    if fetched is None or poll.is_unchanged:
        return poll

    def look_up() -> bytes:
        with context.store.read() as tx:
            return tx.feeds.seen(poll.feed.id)

    memory = await context.run(look_up)
    parsed = await context.workers.parse(
        fetched, seen_at=poll.now, repeats_guids=poll.state.repeats_guids, memory=memory
    )
    # The bytes have served: a poll that waits for the next stages need not keep them.
    return replace(poll, parsed=parsed, fetched=replace(fetched, body=b""))


async def select(poll: Poll, context: Context) -> Poll:
    """Keep the items that the store does not have, or has with another content."""
    parsed = poll.parsed
    if parsed is None or not parsed.items:
        return poll
    found = await _looked_up(poll, parsed, context)
    fresh = [(item, found.before(item)) for item in parsed.items]
    return replace(
        poll,
        found=found,
        fresh=tuple(
            (item, old) for item, old in fresh if old is None or old.content_hash != item.content_hash
        ),
    )


async def _looked_up(poll: Poll, parsed: ParsedFeed, context: Context) -> Found:
    def read() -> Found:
        with context.store.read() as tx:
            return look_up(tx, poll.feed.id, parsed)

    return await context.run(read)


async def read_back(poll: Poll, context: Context) -> Poll:
    """Where a live feed's document has no entry of the last one: read what it names as its older pages."""
    fetched, parsed = poll.fetched, poll.parsed
    if fetched is None or parsed is None or parsed.older_page is None:
        return poll
    seen = poll.sighting
    if not coverage.is_gap(poll.state, entries=seen.entries, known=seen.known + seen.rebound):
        return poll

    async def read(url: str) -> ParsedFeed:
        # Its own body must not keep it waiting for room.
        context.intake.release(poll.feed.id)
        asked = replace(poll.state, url=url, validators=Validators())
        page = await context.fetcher.fetch(poll.feed, asked)
        return await context.workers.parse(
            page, seen_at=poll.now, repeats_guids=poll.state.repeats_guids, memory=b""
        )

    async def found(page: ParsedFeed) -> Found:
        return await _looked_up(poll, page, context)

    older = await read_older(parsed, home=fetched.url, read=read, look_up=found)
    log.info("read_back", feed=poll.feed.id, items=len(older.items), closed=older.is_closed)
    missed = tuple((item, None) for item in older.items)
    return replace(poll, fresh=(*poll.fresh, *missed), is_read_back=older.is_closed)


async def analyse(poll: Poll, context: Context) -> Poll:
    if not poll.fresh:
        return poll
    articles = await _articles(poll, context)
    # An edited item is as old as its first sight: rules with an age limit must not take it for news. It keeps the
    # article that is known, until that is fetched again.
    items = [
        item if old is None else replace(item, seen_at=old.seen_at, article=articles.get(old.item_id, ""))
        for item, old in poll.fresh
    ]
    analysed = await context.workers.analyse(items, poll.feed, poll.now)
    for found in analysed:
        if found.problem is not None:
            # Kept without matches: one item must not stop its feed.
            log.error("item_not_analysed", feed=poll.feed.id, item=found.item.key, problem=found.problem)
            context.metrics.errors.labels("analyse").inc()
    pairs = zip(analysed, poll.fresh, strict=True)
    return replace(poll, entries=tuple(Entry(analysed=found, known=old) for found, (_, old) in pairs))


async def _articles(poll: Poll, context: Context) -> dict[int, str]:
    """Give the articles of edited items by row id; none is looked up for a feed that has none."""
    ids = [old.item_id for _, old in poll.fresh if old is not None]
    if not (ids and poll.feed.full_text):
        return {}

    def look_up() -> dict[int, str]:
        with context.store.read() as tx:
            return tx.items.articles(ids)

    return await context.run(look_up)


# --- inside the transaction ----------------------------------------------------------------------------------


def keep_items(poll: Poll, tx: Transaction, _context: Context) -> Poll:
    """Store new items and edits; old ones go by the id that they now have."""
    by_key = {item.key: item for item in poll.parsed.items} if poll.parsed else {}
    for key, old in poll.found.rebound.items():
        tx.items.rebind(old.item_id, by_key[key])
    new_ids = tx.items.add([entry.analysed.item for entry in poll.entries if entry.known is None])
    entries = []
    for entry in poll.entries:
        item = entry.analysed.item
        if entry.known is None:
            entries.append(replace(entry, item_id=new_ids[item.key]))
        else:
            tx.items.edit(entry.known.item_id, item, at=poll.now)
            before = tx.items.matched_rules(entry.known.item_id)
            entries.append(replace(entry, item_id=entry.known.item_id, matched_before=before))
    return replace(poll, entries=tuple(entries))


def keep_matches(poll: Poll, tx: Transaction, _context: Context) -> Poll:
    """Store what the rules say of the items."""
    for entry in poll.entries:
        _keep_matches(poll, entry, tx)
    return poll


def _keep_matches(poll: Poll, entry: Entry, tx: Transaction) -> None:
    matches = entry.analysed.matches
    # What was held back when it first matched stays so: an edit does not make an archive item news.
    found = [
        (match, policy.outcome_of(match, is_archive=poll.is_archive))
        for match in matches
        if match.rule not in entry.matched_before
    ]
    tx.items.save_matches(entry.item_id, found, at=poll.now)
    ended = entry.matched_before - {match.rule for match in matches}
    if ended:
        tx.items.withdraw_matches(entry.item_id, ended, at=poll.now)


def fold_stories(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Put every matched item into its story."""
    entries = []
    for entry in poll.entries:
        print_ = entry.analysed.fingerprint
        if print_ is None:
            entries.append(entry)
            continue
        decision = fold_into_story(
            tx,
            entry.item_id,
            entry.analysed.item,
            print_,
            now=poll.now,
            window=context.story_window,
            folds_events=context.folds_events,
        )
        log.debug("story", item=entry.item_id, story=decision.story_id, reason=decision.reason)
        entries.append(replace(entry, story_id=decision.story_id))
    return replace(poll, entries=tuple(entries))


def raise_alerts(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Open alerts, or let them grow, and write the outbox rows that follow."""
    reporter = Reporter(
        feed=poll.feed, own_title=poll.parsed.title if poll.parsed else poll.own_title, now=poll.now
    )
    told: list[str] = []
    opened = 0
    for entry in poll.entries:
        if entry.story_id is None:
            continue
        alerts = tx.alerts.of_story(entry.story_id)
        for match in entry.analysed.matches:
            alert = alerts.get(match.rule)
            decision = policy.decide(
                policy.outcome_of(match, is_archive=poll.is_archive),
                feed_id=poll.feed.id,
                was_matched=match.rule in entry.matched_before,
                alert=alert,
            )
            context.metrics.verdicts.labels(decision.verdict, decision.reason).inc()
            if decision.verdict is Verdict.TELL:
                opened += 1
                told += reporter.tell(
                    tx,
                    entry.analysed,
                    match,
                    entry.item_id,
                    entry.story_id,
                    context.routing,
                    is_edit=entry.known is not None and not entry.is_full_text,
                    is_full_text=entry.is_full_text,
                )
            elif decision.verdict is Verdict.UPDATE and alert is not None:
                told += reporter.grow(tx, alert, entry.analysed, match, context.routing)
    return replace(poll, alerts=opened, told=tuple(told))


def count_over_time(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Note what rules over time count, and raise what they find."""
    reports = [
        Report(
            analysed=entry.analysed,
            item_id=entry.item_id,
            story_id=entry.story_id,
            ended=entry.matched_before - {match.rule for match in entry.analysed.matches},
            is_archive=poll.is_archive,
        )
        for entry in poll.entries
    ]
    told = context.trends.record(tx, reports, context.routing, poll.now)
    return replace(poll, alerts=poll.alerts + told.alerts, told=(*poll.told, *told.channels))


def note_coverage(poll: Poll, tx: Transaction, _context: Context) -> Poll:
    """Note what the answer says of whether we hear all of this feed."""
    seen = poll.sighting
    habit = Habit.unpack(tx.feeds.habit(poll.feed.id)) if seen.new else Habit()
    found = coverage.after_answer(poll.state, seen, habit)
    _keep_troubles(poll.feed, found, tx, seen.now)
    return replace(poll, coverage=found)


def _keep_troubles(feed: Feed, found: Coverage, tx: Transaction, now: datetime) -> None:
    for kind in found.ended:
        tx.troubles.end(kind, feed.id, at=now)
    for one in found.begun:
        tx.troubles.begin(one.kind, feed.id, at=one.since, reason=one.reason)


def note_hub(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Note which hub a document names, where pushes can reach us; without a document nothing is said of it."""
    if context.takes_pushes and poll.parsed is not None and poll.fetched is not None:
        tx.subscriptions.offered(poll.feed.id, offer_of(poll.fetched), now=poll.now)
    return poll


def queue_articles(poll: Poll, tx: Transaction, _context: Context) -> Poll:
    """Let the articles of new and edited items be fetched, where the feed asks for that; an archive's are not."""
    if poll.feed.full_text and not poll.is_archive:
        items = [(entry.item_id, entry.analysed.item) for entry in poll.entries]
        urls = {item_id: item.url for item_id, item in items if item.url and not item.is_url_shared}
        tx.articles.queue(poll.feed.id, urls, now=poll.now)
    return poll


def settle_feed(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Remember the answer's validators and when to poll next: last, and in the same transaction as the items."""
    parsed, found = poll.parsed, poll.coverage
    state = _state_after(poll, tx, context)
    tx.feeds.record(
        PollRecord(
            state=state,
            title=parsed.title if parsed else None,
            listed=_listed(parsed) if parsed else None,
            seen=parsed.memory if parsed else None,
            habit=found.habit.pack() if found is not None and found.habit is not None else None,
        )
    )
    return replace(poll, state=state)


def _state_after(poll: Poll, tx: Transaction, context: Context) -> FeedState:
    fetched, parsed, found = poll.fetched, poll.parsed, poll.coverage
    assert fetched is not None, "a poll without an answer is settled by settle_failure"
    new_items = [entry.analysed.item for entry in poll.entries if entry.known is None]
    state = with_habits(poll.state, parsed, new_items, now=poll.now)
    due_at = context.plan.after_answer(poll.feed, state, fetched)
    if not new_items and _is_pushed(poll, tx, context):
        due_at = relaxed(due_at, now=poll.now, most=context.longest_interval)
    if found is not None and poll.feed.interval is None:
        due_at = coverage.sooner(due_at, found.turnover, now=poll.now, least=context.least_interval)
    return after_answer(
        state,
        fetched,
        parsed,
        body_hash=poll.body_hash,
        has_new=bool(new_items),
        due_at=due_at,
        coverage=found,
    )


def _is_pushed(poll: Poll, tx: Transaction, context: Context) -> bool:
    """Tell whether polls of a feed are only its safety net; an interval of its own is a person's word."""
    if not context.takes_pushes or poll.feed.interval is not None:
        return False
    subscription = tx.subscriptions.get(poll.feed.id)
    return subscription is not None and subscription.is_live(poll.now)


def _listed(parsed: ParsedFeed) -> bytes | None:
    # A document that has lost all its entries lists those that it had: forgotten, they would come back as new.
    return b"".join((parsed.kept, *(listed_key(item.key) for item in parsed.items))) or None


PREPARE: tuple[Callable[[Poll, Context], Awaitable[Poll]], ...] = (
    fetch,
    parse,
    select,
    read_back,
    analyse,
)
RECORD: tuple[Callable[[Poll, Transaction, Context], Poll], ...] = (
    keep_items,
    keep_matches,
    fold_stories,
    raise_alerts,
    count_over_time,
    note_coverage,
    note_hub,
    queue_articles,
    settle_feed,
)
RECORD_ENTRIES = (keep_matches, fold_stories, raise_alerts, count_over_time)
"""Those of `RECORD` that concern items which are stored already: what follows when more is known of them."""


RECORD_PUSH = (keep_items, *RECORD_ENTRIES, queue_articles)
"""Those of `RECORD` that concern what a hub pushed: it may be a part of the feed's document, so that nothing is to be
learnt from it about what the feed lists, nor about when to poll."""


async def poll_feed(feed: Feed, state: FeedState, context: Context) -> Poll:
    """Poll one feed and commit all that follows from it.

    Returns:
        What happened; `told` names the channels that now have something to send.

    Raises:
        Nothing for what a feed or a server can do: that is recorded in the feed's state. A store that cannot be
        written raises, and then nothing of this poll is kept.
    """
    poll = Poll(feed=feed, state=state, now=context.clock.now())
    try:
        return await _run(poll, context)
    finally:
        context.intake.release(feed.id)


async def _run(poll: Poll, context: Context) -> Poll:
    try:
        for stage in PREPARE:
            poll = await stage(poll, context)
    except FetchError as error:
        failure = error
        return await context.run(lambda: _settle_failure(poll, failure, context))
    if poll.is_unchanged:
        return await _record_unchanged(poll, context)
    return await context.run(lambda: _record(poll, context))


async def take_push(feed: Feed, state: FeedState, fetched: Fetched, context: Context) -> Poll:
    """Commit all that follows from a document that a hub pushed, as from a poll.

    Raises:
        FetchError: nothing can be read from it.
    """
    parsed = await context.workers.parse(
        fetched, seen_at=fetched.fetched_at, repeats_guids=state.repeats_guids, memory=b""
    )
    poll = Poll(feed=feed, state=state, now=fetched.fetched_at, fetched=fetched, parsed=parsed)
    for stage in (select, analyse):
        poll = await stage(poll, context)
    return await context.run(lambda: _record_push(poll, context))


def _record_push(poll: Poll, context: Context) -> Poll:
    with context.store.write() as tx:
        for stage in RECORD_PUSH:
            poll = stage(poll, tx, context)
        tx.subscriptions.pushed(poll.feed.id, at=poll.now)
        if any(entry.known is None for entry in poll.entries):
            tx.feeds.heard(poll.feed.id, at=poll.now)
    _count_items(poll, context.metrics)
    return poll


def record_entries(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Let everything follow from what is newly known of stored items; the feed itself is left as it is."""
    for stage in RECORD_ENTRIES:
        poll = stage(poll, tx, context)
    return poll


async def _record_unchanged(poll: Poll, context: Context) -> Poll:
    """Remember a poll that brought nothing: in one transaction with others, for there are no items to go with it."""
    settled = poll

    def settle(tx: Transaction) -> FeedState:
        nonlocal settled
        noted = note_coverage(poll, tx, context)
        settled = replace(noted, state=_state_after(noted, tx, context))
        if context.reach is not None:
            context.reach.answered(tx, settled.state, settled.now)
        return settled.state

    await context.groups.record(settle)
    _count(settled, context.metrics)
    _count_troubles(settled.feed, settled.coverage, context.metrics)
    return settled


def _record(poll: Poll, context: Context) -> Poll:
    with context.store.write() as tx:
        for stage in RECORD:
            poll = stage(poll, tx, context)
        if context.reach is not None:
            context.reach.answered(tx, poll.state, poll.now)
    _count(poll, context.metrics)
    _count_troubles(poll.feed, poll.coverage, context.metrics)
    return poll


def _settle_failure(poll: Poll, error: FetchError, context: Context) -> Poll:
    now = context.clock.now()
    with context.store.write() as tx:
        if context.reach is not None and context.reach.failed(tx, poll.state, error, now):
            return _settle_outage(poll, error, tx, context, now)
        return _hold_against(poll, error, tx, context, now)


def _settle_outage(poll: Poll, error: FetchError, tx: Transaction, context: Context, now: datetime) -> Poll:
    """Remember that our own network kept a poll from its feed: nothing is held against it, and it is tried soon."""
    due_at = context.plan.after_failure(poll.feed, poll.state, error, now, is_outage=True)
    state = during_outage(poll.state, now=now, due_at=due_at)
    tx.feeds.record(PollRecord(state=state))
    context.metrics.polls.labels("outage").inc()
    return replace(poll, state=state, error=error)


def _hold_against(poll: Poll, error: FetchError, tx: Transaction, context: Context, now: datetime) -> Poll:
    due_at = context.plan.after_failure(poll.feed, poll.state, error, now)
    state = after_failure(poll.state, poll.feed, error, now=now, due_at=due_at)
    assert state.problem_since is not None, "a failed poll has a problem"
    found = coverage.after_failure(
        poll.state, error, failures=state.failures, since=state.problem_since, now=now
    )
    state = replace(state, troubles=found.troubles)
    _keep_troubles(poll.feed, found, tx, now)
    tx.feeds.record(PollRecord(state=state))
    tx.problems.count(poll.feed.id, error.problem, at=now)
    context.metrics.polls.labels(str(error.problem)).inc()
    _count_troubles(poll.feed, found, context.metrics)
    log.warning(
        "feed_failed",
        feed=poll.feed.id,
        problem=str(error.problem),
        detail=error.detail,
        failures=state.failures,
        due_at=due_at.isoformat(),
    )
    return replace(poll, state=state, error=error)


def _count_troubles(feed: Feed, found: Coverage | None, metrics: Metrics) -> None:
    for one in found.begun if found is not None else ():
        metrics.troubles_begun.labels(one.kind).inc()
        log.warning("trouble", feed=feed.id, kind=str(one.kind), reason=one.reason)


def _count(poll: Poll, metrics: Metrics) -> None:
    metrics.polls.labels("unchanged" if poll.parsed is None else "ok").inc()
    if poll.parsed is not None and poll.parsed.full_parse is not None:
        metrics.full_parses.labels(poll.parsed.full_parse).inc()
    _count_items(poll, metrics)


def _count_items(poll: Poll, metrics: Metrics) -> None:
    for entry in poll.entries:
        metrics.items.labels("new" if entry.known is None else "edited").inc()
        for match in entry.analysed.matches:
            metrics.matches.labels(match.rule, policy.outcome_of(match, is_archive=poll.is_archive)).inc()
    if poll.entries:
        log.info(
            "feed_polled",
            feed=poll.feed.id,
            new=sum(entry.known is None for entry in poll.entries),
            edited=sum(entry.known is not None for entry in poll.entries),
            matched=sum(bool(entry.analysed.matches) for entry in poll.entries),
        )
