"""Subscribes at the hubs that feeds name, and takes what they push: WebSub, the subscriber's side.

In go subscriptions that are due and requests of hubs, out come subscriptions that are kept alive and committed
pushes, which pass through the pipeline as polls do. Ticked by the scheduler that `app` owns, asked by the web port.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import structlog

from watcher.errors import FetchError
from watcher.ingest.websub import WANTED_LEASE, is_signed, lease_of, named_topic, renewal_at
from watcher.pipeline import take_push
from watcher.stages.poll import Context
from watcher.storage.subscriptions import Subscription
from watcher.types import Feed, FeedState, Fetched, SubscriptionState

log = structlog.get_logger(__name__)

_LEASE = timedelta(minutes=5)
_AT_A_TIME = 8
_UNANSWERED = timedelta(hours=1)
"""A hub that accepted a request and never verified it is asked again after this."""
_FIRST_WAIT = timedelta(minutes=15)
_LONGEST_WAIT = timedelta(days=1)
_PUSHES_AT_A_TIME = 4
_MAX_CHALLENGE = 1_000


class Answer(StrEnum):
    """What becomes of a push; counted."""

    TAKEN = "taken"
    UNKNOWN = "unknown"
    ENDED = "ended"
    FORGED = "forged"
    WRONG_TOPIC = "wrong_topic"
    NOT_A_FEED = "not_a_feed"
    BUSY = "busy"


class Submitting(Protocol):
    """What is asked of the fetcher."""

    async def submit(self, feed_id: str, url: str, form: Mapping[str, str]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a hub sent; `headers` have lower-case names."""

    token: str
    headers: Mapping[str, str]
    body: bytes


class Subscriber:
    """Keeps subscriptions alive.

    Args:
        feeds: the configured feeds by id; subscriptions of others rest.
        context: what the pipeline works with.
        fetcher: the guarded one: hubs are named by feeds.
        public_url: under which the web port is reached from outside.
        on_told: called with the names of channels that have something to send.
    """

    def __init__(
        self,
        *,
        feeds: Mapping[str, Feed],
        context: Context,
        fetcher: Submitting,
        public_url: str,
        on_told: Callable[[tuple[str, ...]], None],
    ) -> None:
        self._feeds = feeds
        self._context = context
        self._fetcher = fetcher
        self._base = f"{public_url.rstrip('/')}/websub/"
        self._on_told = on_told
        self._pushes = asyncio.Semaphore(_PUSHES_AT_A_TIME)

    async def tick(self) -> int:
        """Subscribe and renew where that is due; gives how many hubs were asked."""
        now = self._context.clock.now()

        def take() -> list[Subscription]:
            with self._context.store.write() as tx:
                due = tx.subscriptions.take_due(now=now, until=now + _LEASE, limit=_AT_A_TIME)
                return [one for one in due if one.feed_id in self._feeds]

        due = await self._context.run(take)
        await asyncio.gather(*(self._subscribe(one) for one in due))
        return len(due)

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """Answer a hub that asks whether we want what it was asked for (section 5.3).

        Returns:
            The challenge to echo, or empty text where the hub only tells us something; None refuses.
        """

        def decide() -> str | None:
            with self._context.store.write() as tx:
                one = tx.subscriptions.by_token(token)
                if one is None or query.get("hub.topic") != one.topic:
                    return None
                changed, answer = _verified(one, query, self._context.clock.now())
                tx.subscriptions.save(changed)
            log.info("websub", feed=one.feed_id, said=query.get("hub.mode"), state=changed.state.value)
            return answer

        return await self._context.run(decide)

    async def knows(self, token: str) -> bool:
        """Tell whether a callback is one of ours: asked before anything of a push is read."""
        return await self._context.run(lambda: self._find(token)) is not None

    async def receive(self, push: Push) -> Answer:
        """Take what a hub pushed: checked, then committed as a poll is; only then it counts as taken."""
        answer = await self._receive(push)
        self._context.metrics.pushes.labels(answer.value).inc()
        return answer

    async def _receive(self, push: Push) -> Answer:
        if self._pushes.locked():
            return Answer.BUSY  # the hub tries again, and the next poll would bring it, too
        async with self._pushes:
            found = await self._context.run(lambda: self._find(push.token))
            if found is None:
                return Answer.UNKNOWN
            one, state = found
            if (refusal := _refusal(one, push, self._context.clock.now())) is not None:
                log.warning("push_refused", feed=one.feed_id, why=refusal.value)
                return refusal
            return await self._take(one, state, push)

    async def _take(self, one: Subscription, state: FeedState, push: Push) -> Answer:
        fetched = Fetched(
            feed_id=one.feed_id,
            url=state.url,
            status=200,
            headers={name: push.headers[name] for name in ("content-type",) if name in push.headers},
            body=push.body,
            fetched_at=self._context.clock.now(),
            elapsed=timedelta(),
        )
        try:
            poll = await take_push(self._feeds[one.feed_id], state, fetched, self._context)
        except FetchError as error:
            log.warning("push_refused", feed=one.feed_id, why=error.problem.value, detail=error.detail)
            return Answer.NOT_A_FEED
        if poll.told:
            self._on_told(poll.told)
        return Answer.TAKEN

    def _find(self, token: str) -> tuple[Subscription, FeedState] | None:
        with self._context.store.read() as tx:
            one = tx.subscriptions.by_token(token)
            if one is None or one.feed_id not in self._feeds:
                return None
            state = tx.feeds.state(one.feed_id)
            return None if state is None else (one, state)

    async def _subscribe(self, one: Subscription) -> None:
        context = self._context
        asked = _asked(one, self._base, context.clock.now())
        # Saved first: the hub may verify before it answers.
        await context.run(lambda: self._save(asked))
        form = {
            "hub.callback": asked.callback or "",
            "hub.mode": "subscribe",
            "hub.topic": asked.topic,
            "hub.lease_seconds": str(int(WANTED_LEASE.total_seconds())),
            "hub.secret": asked.secret or "",
        }
        try:
            await self._fetcher.submit(one.feed_id, asked.hub, form)
        except FetchError as error:
            failure = error
            await context.run(lambda: self._note_failure(asked, failure))

    def _note_failure(self, asked: Subscription, error: FetchError) -> None:
        now = self._context.clock.now()
        wait = min(_FIRST_WAIT * 2 ** min(asked.failures, 10), _LONGEST_WAIT)
        with self._context.store.write() as tx:
            present = tx.subscriptions.get(asked.feed_id)
            if present is None or present.token != asked.token:
                return
            tx.subscriptions.save(
                replace(
                    present,
                    state=SubscriptionState.ACTIVE if present.is_live(now) else SubscriptionState.FAILED,
                    due_at=now + max(wait, min(error.retry_after or timedelta(0), _LONGEST_WAIT)),
                    failures=present.failures + 1,
                    detail=error.detail,
                )
            )
        log.warning("hub_failed", feed=asked.feed_id, problem=error.problem.value, detail=error.detail)

    def _save(self, one: Subscription) -> None:
        with self._context.store.write() as tx:
            tx.subscriptions.save(one)


def _asked(one: Subscription, base: str, now: datetime) -> Subscription:
    """Give a subscription as it is once the hub is asked; a callback at another address is another subscription."""
    token = one.token
    if token is None or one.callback != base + token:
        token = secrets.token_urlsafe(32)
    is_live = one.is_live(now)
    return replace(
        one,
        token=token,
        callback=base + token,
        secret=one.secret or secrets.token_urlsafe(32),
        state=SubscriptionState.ACTIVE if is_live else SubscriptionState.ASKED,
        is_asked=True,
        due_at=now + _UNANSWERED,
    )


def _verified(one: Subscription, query: Mapping[str, str], now: datetime) -> tuple[Subscription, str | None]:
    """Decide on a hub's question or news about a subscription, and what to answer."""
    challenge = query.get("hub.challenge", "")
    match query.get("hub.mode"):
        case "subscribe" if one.is_asked and 0 < len(challenge) <= _MAX_CHALLENGE:
            lease = lease_of(query.get("hub.lease_seconds", ""))
            live = replace(
                one,
                state=SubscriptionState.ACTIVE,
                is_asked=False,
                expires_at=now + lease,
                due_at=renewal_at(now, lease),
                failures=0,
                detail=None,
            )
            return live, challenge
        case "denied":
            denied = replace(
                one,
                state=SubscriptionState.DENIED,
                is_asked=False,
                expires_at=None,
                due_at=now + _LONGEST_WAIT,
                detail=f"the hub denies it: {query.get('hub.reason', 'no reason given')}"[:300],
            )
            return denied, ""
        case "unsubscribe" if one.state is SubscriptionState.ENDED and len(challenge) <= _MAX_CHALLENGE:
            return one, challenge
    return one, None  # nobody here asked for that


def _refusal(one: Subscription, push: Push, now: datetime) -> Answer | None:
    if one.state is SubscriptionState.ENDED or not one.is_live(now):
        return Answer.ENDED
    if one.secret is None or not is_signed(push.body, push.headers.get("x-hub-signature", ""), one.secret):
        return Answer.FORGED
    topic = named_topic(push.headers)
    return Answer.WRONG_TOPIC if topic is not None and topic != one.topic else None
