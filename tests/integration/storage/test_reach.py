"""An outage of our own network, as the store sees it."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.support.samples import NOW
from watcher.errors import FetchError
from watcher.ingest.remember import after_failure
from watcher.reach import Reach
from watcher.storage.feeds import PollRecord
from watcher.storage.store import Store
from watcher.types import Feed, FeedState, FetchProblem, TroubleKind

FEEDS = [Feed(id=f"f{n}", url=f"https://site{n}.example/feed") for n in range(12)]
DOWN = FetchError(FetchProblem.DNS, "no such name")
MINUTE = timedelta(minutes=1)


def fail(store: Store, reach: Reach, feed: Feed, error: FetchError, now: datetime) -> bool:
    """Poll a feed in vain, as the pipeline does; gives whether it was held against it."""
    with store.write() as tx:
        state = tx.feeds.state(feed.id)
        assert state is not None
        if reach.failed(tx, state, error, now):
            return False
        tx.feeds.record(
            PollRecord(state=after_failure(state, feed, error, now=now, due_at=now + 30 * MINUTE))
        )
        tx.problems.count(feed.id, error.problem, at=now)
        return True


def states(store: Store) -> list[FeedState]:
    with store.read() as tx:
        return [state for state, _ in tx.feeds.all()]


def test_an_outage_is_not_held_against_the_feeds_and_they_are_polled_soon_after_it(store: Store) -> None:
    turns: list[bool] = []
    reach = Reach(longest_catch_up=15 * MINUTE, on_turn=turns.append)
    with store.write() as tx:
        tx.feeds.configure(FEEDS, now=NOW)
    held = [fail(store, reach, feed, DOWN, NOW) for feed in FEEDS]
    assert held == [True, True] + [False] * 10
    assert reach.is_down
    assert all(state.failures == 0 and state.problem is None for state in states(store))
    with store.read() as tx:
        assert tx.problems.all() == {}
        assert [trouble.kind for trouble in tx.troubles.lasting()] == [TroubleKind.NETWORK]

    back = NOW + 60 * MINUTE
    with store.write() as tx:
        for state in states(store)[:2]:
            reach.answered(tx, state, back)
    assert not reach.is_down
    due = [state.due_at - back for state in states(store)]
    assert all(timedelta(0) <= wait <= MINUTE for wait in due)
    assert len(set(due[2:])) == 10
    with store.read() as tx:
        assert not tx.troubles.lasting()
    assert turns == [True, False]


def test_one_site_with_many_feeds_that_goes_down_is_its_own_failure(store: Store) -> None:
    reach = Reach(longest_catch_up=15 * MINUTE)
    feeds = [Feed(id=f"f{n}", url=f"https://www{n}.one.example/feed") for n in range(12)]
    with store.write() as tx:
        tx.feeds.configure(feeds, now=NOW)
    assert all(fail(store, reach, feed, DOWN, NOW) for feed in feeds)
    with store.read() as tx:
        assert tx.problems.all()["f0"] == {FetchProblem.DNS: 1}


def test_failures_are_counted_by_class_and_a_success_resets_none(store: Store) -> None:
    reach = Reach(longest_catch_up=15 * MINUTE)
    refused = FetchError(FetchProblem.FORBIDDEN, "no", status=403)
    with store.write() as tx:
        tx.feeds.configure(FEEDS, now=NOW)
    for error in (DOWN, refused, refused):
        fail(store, reach, FEEDS[0], error, NOW)
    with store.read() as tx:
        assert tx.problems.all() == {"f0": {FetchProblem.DNS: 1, FetchProblem.FORBIDDEN: 2}}


def test_a_feed_last_polled_in_the_future_is_due_at_once(store: Store) -> None:
    with store.write() as tx:
        tx.feeds.configure(FEEDS[:2], now=NOW)
        for feed, ahead in zip(FEEDS, (60 * MINUTE, MINUTE), strict=False):
            state = FeedState(
                feed_id=feed.id, url=feed.url, due_at=NOW + ahead + 20 * MINUTE, last_poll_at=NOW + ahead
            )
            tx.feeds.record(PollRecord(state=state))
        assert tx.feeds.pull_back(now=NOW, horizon=timedelta(days=8)) == 1
    assert [state.due_at - NOW for state in states(store)] == [timedelta(0), 21 * MINUTE]
