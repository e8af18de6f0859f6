"""The store keeps its promises on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.support import samples
from tests.support.samples import NOW
from watcher.errors import SchemaTooNew, StoreError
from watcher.storage.deliveries import NewDelivery
from watcher.storage.engine import open_engine
from watcher.storage.feeds import PollRecord, listed_key
from watcher.storage.retention import prune
from watcher.storage.store import Store, open_store
from watcher.storage.tables import SCHEMA, metadata
from watcher.story.cluster import fold_into_story
from watcher.story.fingerprint import fingerprint
from watcher.types import DeliveryKind, DeliveryState, FetchProblem, MatchOutcome, Receipt, Validators

HOUR = timedelta(hours=1)


def test_a_database_of_a_newer_program_is_refused(database_url: str) -> None:
    open_engine(database_url).dispose()
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(SchemaTooNew, match=r"9999.*newer than this program"):
        open_store(database_url)


def test_the_migrations_end_where_the_tables_are(database_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = open_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == SCHEMA
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://x/y", "not supported|No module"),
        ("nonsense", "Could not parse"),
        ("sqlite:////proc/nowhere/watcher.db", "check that the folder exists"),
        ("postgresql://nobody@127.0.0.1:1/none", "check that the server runs"),
    ],
)
def test_a_database_that_cannot_be_opened_says_what_to_do(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        open_store(url)


def test_a_transaction_that_raises_leaves_nothing_behind(store: Store) -> None:
    def fail() -> None:
        with store.write() as tx:
            tx.items.add([samples.item()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.read() as tx:
        assert tx.items.count() == 0


class TestFeeds:
    def test_a_new_feed_is_due_at_once_and_leased_once(self, store: Store) -> None:
        with store.write() as tx:
            tx.feeds.configure([samples.feed()], now=NOW)
            first = tx.feeds.lease_due(owner="a", now=NOW, until=NOW + HOUR, limit=10)
            second = tx.feeds.lease_due(owner="b", now=NOW, until=NOW + HOUR, limit=10)
            late = tx.feeds.lease_due(owner="b", now=NOW + HOUR, until=NOW + 2 * HOUR, limit=10)
        assert [state.feed_id for state in first] == ["wire"]
        assert not second
        assert late, "a lease that has ended is free again"

    def test_what_a_poll_remembers_comes_back(self, store: Store) -> None:
        state = samples.feed_state(
            due_at=NOW + HOUR,
            validators=Validators(etag='W/"x"', last_modified="yesterday"),
            failures=3,
            problem=FetchProblem.TLS,
            problem_detail="expired",
            problem_since=NOW,
            moved_to="https://elsewhere.example/",
        )
        with store.write() as tx:
            tx.feeds.configure([samples.feed()], now=NOW)
            tx.feeds.record(PollRecord(state=state, title="Wire", listed=listed_key("g:1")))
            assert tx.feeds.state("wire") == state
            assert tx.feeds.titles() == {"wire": "Wire"}
            assert tx.feeds.listed("wire") == {listed_key("g:1")}
            assert tx.feeds.failing() == 1

    def test_a_feed_that_moved_in_the_configuration_starts_without_old_validators(self, store: Store) -> None:
        known = samples.feed_state(validators=Validators(etag="x"), due_at=NOW + HOUR)
        with store.write() as tx:
            tx.feeds.configure([samples.feed()], now=NOW)
            tx.feeds.record(PollRecord(state=known))
            tx.feeds.configure([samples.feed(url="https://new.example/feed")], now=NOW)
            state = tx.feeds.state("wire")
        assert state is not None
        assert (state.url, state.validators, state.filled) == (
            "https://new.example/feed",
            Validators(),
            False,
        )

    def test_a_feed_that_leaves_the_configuration_rests_and_is_remembered(self, store: Store) -> None:
        with store.write() as tx:
            tx.feeds.configure([samples.feed()], now=NOW)
            tx.feeds.configure([], now=NOW)
            assert not tx.feeds.lease_due(owner="a", now=NOW, until=NOW + HOUR, limit=10)
            tx.feeds.configure([samples.feed()], now=NOW)
            assert tx.feeds.lease_due(owner="a", now=NOW, until=NOW + HOUR, limit=10)

    def test_due_times_beyond_the_horizon_are_pulled_back(self, store: Store) -> None:
        with store.write() as tx:
            tx.feeds.configure([samples.feed()], now=NOW + 1000 * HOUR)
            assert tx.feeds.pull_back(now=NOW, horizon=30 * HOUR) == 1
            assert tx.feeds.next_due_at() == NOW


class TestItems:
    def test_an_item_is_stored_once_under_its_key(self, store: Store) -> None:
        with store.write() as tx:
            first = tx.items.add([samples.item()])
            second = tx.items.add([samples.item(title="other")])
            assert first == second
            assert tx.items.get(first["g:1"]) == samples.item()

    def test_an_edit_keeps_when_the_item_was_first_seen(self, store: Store) -> None:
        with store.write() as tx:
            item_id = tx.items.add([samples.item()])["g:1"]
            tx.items.edit(
                item_id, samples.item(title="New", seen_at=NOW + HOUR, content_hash="c2"), at=NOW + HOUR
            )
            stored = tx.items.get(item_id)
            known = tx.items.known("wire", ["g:1"])["g:1"]
        assert stored is not None
        assert (stored.title, stored.seen_at, known.content_hash) == ("New", NOW, "c2")

    def test_withdrawn_matches_no_longer_count(self, store: Store) -> None:
        with store.write() as tx:
            item_id = tx.items.add([samples.item()])["g:1"]
            tx.items.save_matches([(item_id, [(samples.match(), MatchOutcome.TOLD)])], at=NOW)
            assert tx.items.matched_rules(item_id) == {"border"}
            tx.items.withdraw_matches(item_id, ["border"], at=NOW)
            assert tx.items.matched_rules(item_id) == frozenset()
            tx.items.save_matches([(item_id, [(samples.match(), MatchOutcome.TOLD)])], at=NOW)
            assert tx.items.matched_rules(item_id) == {"border"}


class TestStories:
    def join(self, store: Store, **changes: object) -> str | None:
        item = samples.item(**changes)
        with store.write() as tx:
            item_id = tx.items.add([item])[item.key]
            decision = fold_into_story(
                tx, item_id, item, fingerprint(item), now=item.seen_at, window=72 * HOUR
            )
        return decision.story_id

    def test_the_same_link_or_text_in_another_feed_is_the_same_story(self, store: Store) -> None:
        first = self.join(store)
        assert self.join(store, feed_id="b", guid="other", text_hash="t2", key="k") == first
        assert self.join(store, feed_id="c", guid=None, url=None, key="k") == first

    def test_a_wire_copy_under_another_headline_joins(self, store: Store) -> None:
        first = self.join(store)
        copy = self.join(
            store,
            feed_id="b",
            key="2",
            guid="2",
            url="https://other.example/2",
            text_hash="t2",
            title="UPDATE 1-Gunmen cross into Tunisia near Ben Guerdane - Example News",
        )
        assert copy == first

    def test_another_event_is_another_story(self, store: Store) -> None:
        first = self.join(store)
        other = self.join(
            store,
            feed_id="b",
            key="2",
            guid="2",
            url="https://other.example/2",
            text_hash="t2",
            title="Two soldiers killed by a mine on Mount Chaambi",
            summary="The patrol was on its way back when the charge went off, a spokesman said.",
        )
        assert other != first

    def test_copies_outside_the_window_are_not_compared(self, store: Store) -> None:
        first = self.join(store)
        late = self.join(
            store,
            feed_id="b",
            key="2",
            guid="2",
            url="https://other.example/2",
            text_hash="t2",
            seen_at=NOW + 100 * HOUR,
        )
        assert late != first


class TestDeliveries:
    def fill(self, store: Store, count: int = 1) -> None:
        with store.write() as tx:
            tx.stories.open("st-1", title="x", at=NOW)
            tx.alerts.add(samples.alert())
            tx.deliveries.add(
                [
                    NewDelivery(id=f"d{n}", alert_id="al-1", channel="c", kind=DeliveryKind.ALERT, at=NOW)
                    for n in range(count)
                ]
            )

    def test_an_alert_comes_back_as_it_was(self, store: Store) -> None:
        self.fill(store)
        with store.write() as tx:
            assert tx.alerts.get(["al-1"])["al-1"] == samples.alert()
            tx.alerts.add_source("al-1", samples.source(feed_id="b"))
            tx.alerts.add_source("al-1", samples.source(feed_id="b"))
            assert [s.feed_id for s in tx.alerts.of_story("st-1")["border"].sources] == ["wire", "b"]

    def test_writing_a_delivery_again_changes_nothing(self, store: Store) -> None:
        self.fill(store)
        with store.write() as tx:
            tx.delivery_outcomes.delivered("d0", receipt=Receipt(receiver_id="ts"), at=NOW)
        self.fill(store)
        with store.read() as tx:
            assert tx.deliveries.counts() == {("c", DeliveryState.DELIVERED): 1}

    def test_dead_rows_are_retried_only_when_a_person_asks(self, store: Store) -> None:
        self.fill(store, 2)
        with store.write() as tx:
            tx.delivery_outcomes.dead("d0", error="gone", at=NOW)
            leased = tx.delivery_leases.lease(channel="c", owner="a", now=NOW, lease=HOUR, limit=10)
            assert [d.id for d in leased] == ["d1"]
            assert tx.deliveries.retry(None, at=NOW) == 1
            leased = tx.delivery_leases.lease(channel="c", owner="a", now=NOW, lease=HOUR, limit=10)
            assert [d.id for d in leased] == ["d0"]
            assert [a.outcome for a in tx.deliveries.attempts_of("d0")] == ["dead"]

    def test_what_a_stopped_owner_held_is_free(self, store: Store) -> None:
        self.fill(store)
        with store.write() as tx:
            tx.delivery_leases.lease(channel="c", owner="a", now=NOW, lease=HOUR, limit=10)
            assert tx.delivery_leases.owners() == {"a"}
            tx.delivery_leases.release_owners(["a"])
            assert tx.delivery_leases.lease(channel="c", owner="b", now=NOW, lease=HOUR, limit=10)


class TestRetention:
    def test_old_items_go_unless_their_feed_still_lists_them(self, store: Store) -> None:
        old = NOW - 100 * 24 * HOUR
        with store.write() as tx:
            tx.feeds.configure([samples.feed()], now=NOW)
            tx.items.add([samples.item(key=key, seen_at=old) for key in ("listed", "gone")])
            tx.items.add([samples.item(key="young")])
            tx.feeds.record(PollRecord(state=samples.feed_state(), listed=listed_key("listed")))
        pruned = prune(store, now=NOW, keep_items=90 * 24 * HOUR, keep_alerts=700 * 24 * HOUR)
        assert pruned.items == 1
        with store.read() as tx:
            assert set(tx.items.known("wire", ["listed", "gone", "young"])) == {"listed", "young"}

    def test_old_alerts_go_with_their_deliveries_but_never_undelivered(self, store: Store) -> None:
        with store.write() as tx:
            for n, state in enumerate((DeliveryState.DELIVERED, DeliveryState.PENDING)):
                tx.stories.open(f"st-{n}", title="x", at=NOW)
                tx.alerts.add(replace(samples.alert(), id=f"al-{n}", story_id=f"st-{n}"))
                tx.deliveries.add(
                    [
                        NewDelivery(
                            id=f"d{n}",
                            alert_id=f"al-{n}",
                            channel="c",
                            kind=DeliveryKind.ALERT,
                            at=NOW,
                            state=state,
                        )
                    ]
                )
        pruned = prune(store, now=NOW + 1000 * 24 * HOUR, keep_items=HOUR, keep_alerts=24 * HOUR)
        assert pruned.alerts == 1
        with store.read() as tx:
            assert set(tx.alerts.get(["al-0", "al-1"])) == {"al-1"}


def test_past_items_come_page_by_page_newest_first_with_their_stories(store: Store) -> None:
    with store.write() as tx:
        for number in range(7):
            # Pairs share a time, so that a page may end between the two.
            item = samples.item(key=f"k{number}", url=None, guid=None, seen_at=NOW - HOUR * (number // 2))
            (item_id,) = tx.items.add([item]).values()
            if number == 6:
                fold_into_story(tx, item_id, item, fingerprint(item), now=NOW, window=HOUR)
    found = []
    with store.read() as tx:
        assert tx.items.count_since(NOW - HOUR) == 4
        assert tx.items.first_seen_by_feed() == {"wire": NOW - 3 * HOUR}
        last = None
        while page := tx.items.page(since=NOW - 3 * HOUR, before=last, limit=3):
            assert len(page) <= 3
            found += page
            last = page[-1]
    assert [one.item.key for one in found] == ["k1", "k0", "k3", "k2", "k5", "k4", "k6"]
    assert [one.story_id is not None for one in found] == [False] * 6 + [True]
