"""Subscriptions over time, on a clock of the test's own: asked for, verified, renewed, denied, moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

from tests.support.clock import FakeClock
from watcher.errors import FetchError
from watcher.ingest.websub import Offer
from watcher.metrics import Metrics
from watcher.storage.store import Store
from watcher.storage.subscriptions import Subscription
from watcher.types import Feed, FetchProblem, SubscriptionState
from watcher.websub import Answer, Push, Subscriber

T = TypeVar("T")
HUB = Offer(hub="https://hub.example/", topic="https://wire.example/feed")
FEED = Feed(id="wire", url="https://wire.example/feed")


class World:
    """A subscriber whose hub is the test."""

    def __init__(self, store: Store, public_url: str = "https://me.example/") -> None:
        self.store = store
        self.clock = FakeClock()
        self.forms: list[Mapping[str, str]] = []
        self.error: FetchError | None = None
        context: Any = SimpleNamespace(store=store, clock=self.clock, run=self._run, metrics=Metrics())
        self.subscriber = self.with_url(public_url, context)
        self.context = context

    def with_url(self, public_url: str, context: Any) -> Subscriber:
        return Subscriber(
            feeds={"wire": FEED},
            context=context,
            fetcher=self,
            public_url=public_url,
            on_told=lambda _channels: None,
        )

    async def _run(self, call: Callable[[], T]) -> T:
        return call()

    async def submit(self, feed_id: str, url: str, form: Mapping[str, str]) -> None:
        assert (feed_id, url) == ("wire", HUB.hub)
        self.forms.append(form)
        if self.error is not None:
            raise self.error

    def offer(self, offer: Offer | None = HUB) -> None:
        with self.store.write() as tx:
            tx.subscriptions.offered("wire", offer, now=self.clock.now())

    @property
    def row(self) -> Subscription:
        with self.store.read() as tx:
            found = tx.subscriptions.get("wire")
        assert found is not None
        return found

    async def verify(self, **changes: str) -> str | None:
        query = {
            "hub.mode": "subscribe",
            "hub.topic": HUB.topic,
            "hub.challenge": "echo me",
            "hub.lease_seconds": "86400",
        }
        query |= {f"hub.{name}": value for name, value in changes.items()}
        token = self.row.token
        assert token is not None
        return await self.subscriber.verify(token, query)


async def test_a_subscription_is_asked_for_verified_and_renewed_before_its_lease_ends(store: Store) -> None:
    world = World(store)
    world.offer()
    assert await world.subscriber.tick() == 1
    (form,) = world.forms
    assert form["hub.mode"] == "subscribe"
    assert form["hub.topic"] == HUB.topic
    assert form["hub.callback"] == f"https://me.example/websub/{world.row.token}"
    assert form["hub.secret"] == world.row.secret
    assert await world.verify() == "echo me"
    assert world.row.state is SubscriptionState.ACTIVE
    assert world.row.is_live(world.clock.now() + timedelta(hours=23))

    assert await world.subscriber.tick() == 0
    world.clock.advance(18 * 3600)
    assert await world.subscriber.tick() == 0
    world.clock.advance(2 * 3600)
    assert await world.subscriber.tick() == 1, "renewed with a fifth of the lease left"
    assert world.forms[1] == form, "the same callback and topic renew a subscription"
    assert world.row.is_live(world.clock.now()), "it stays alive meanwhile"
    assert await world.verify() == "echo me"
    assert world.row.is_live(world.clock.now() + timedelta(hours=23))


async def test_nobody_else_verifies_a_subscription(store: Store) -> None:
    world = World(store)
    world.offer()
    await world.subscriber.tick()
    assert await world.verify(topic="https://other.example/") is None
    assert await world.verify(mode="unsubscribe") is None
    assert await world.verify(challenge="") is None
    assert await world.verify(challenge="x" * 1001) is None
    assert await world.subscriber.verify("guessed", {"hub.mode": "subscribe", "hub.topic": HUB.topic}) is None
    assert world.row.state is SubscriptionState.ASKED
    assert await world.verify() == "echo me"
    assert await world.verify() is None, "it was asked for once"


async def test_a_lease_that_ends_without_renewal_is_no_longer_believed(store: Store) -> None:
    world = World(store)
    world.offer()
    await world.subscriber.tick()
    await world.verify()
    world.clock.advance(25 * 3600)
    with store.write() as tx:
        tx.feeds.configure([FEED], now=world.clock.now())
    push = Push(token=world.row.token or "", headers={}, body=b"")
    assert await world.subscriber.receive(push) is Answer.ENDED


async def test_a_hub_that_fails_is_asked_again_further_and_further_apart(store: Store) -> None:
    world = World(store)
    world.offer()
    world.error = FetchError(FetchProblem.HTTP_5XX, "down")
    waits = []
    for _ in range(3):
        assert await world.subscriber.tick() == 1
        waits.append(world.row.due_at - world.clock.now())
        world.clock.advance(waits[-1].total_seconds())
    assert waits == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert (world.row.state, world.row.detail) == (SubscriptionState.FAILED, "down")
    world.error = None
    await world.subscriber.tick()
    assert await world.verify() == "echo me"
    assert world.row.failures == 0


async def test_a_hub_that_never_verifies_is_asked_again(store: Store) -> None:
    world = World(store)
    world.offer()
    await world.subscriber.tick()
    world.clock.advance(3601)
    assert await world.subscriber.tick() == 1


async def test_a_denial_ends_the_pushes_and_is_not_argued_with_for_a_day(store: Store) -> None:
    world = World(store)
    world.offer()
    await world.subscriber.tick()
    await world.verify()
    assert await world.verify(mode="denied", reason="no\nmore") == ""
    assert (world.row.state, world.row.is_live(world.clock.now())) == (SubscriptionState.DENIED, False)
    world.clock.advance(23 * 3600)
    assert await world.subscriber.tick() == 0
    world.clock.advance(2 * 3600)
    assert await world.subscriber.tick() == 1


async def test_a_feed_that_names_another_hub_or_none_leaves_the_old_one(store: Store) -> None:
    world = World(store)
    world.offer()
    await world.subscriber.tick()
    await world.verify()
    old = world.row
    world.offer()
    assert world.row == old, "the same offer changes nothing"
    world.offer(None)
    assert (world.row.state, world.row.is_live(world.clock.now())) == (SubscriptionState.ENDED, False)
    assert await world.verify(mode="unsubscribe") == "echo me"
    world.clock.advance(10**7)
    assert await world.subscriber.tick() == 0
    world.offer()
    assert await world.subscriber.tick() == 1
    assert world.row.token != old.token, "the old hub does not know the new callback"


async def test_a_service_that_is_reached_elsewhere_subscribes_anew(store: Store) -> None:
    world = World(store)
    world.offer()
    await world.subscriber.tick()
    await world.verify()
    world.clock.advance(20 * 3600)
    moved = world.with_url("https://new.example", world.context)
    await moved.tick()
    assert world.forms[-1]["hub.callback"].startswith("https://new.example/websub/")
    assert (
        world.forms[-1]["hub.callback"].rpartition("/")[2]
        != world.forms[0]["hub.callback"].rpartition("/")[2]
    )
