"""What is remembered of a feed's document for its parser."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.support import samples
from watcher.storage.feeds import PollRecord
from watcher.storage.store import Store

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_it_is_kept_until_a_poll_replaces_it(store: Store) -> None:
    with store.write() as tx:
        tx.feeds.configure([samples.feed()], now=NOW)
        assert tx.feeds.seen("wire") == b""
        tx.feeds.record(PollRecord(state=samples.feed_state(), seen=b"one"))
    with store.write() as tx:
        tx.feeds.record(PollRecord(state=samples.feed_state()))
        assert tx.feeds.seen("wire") == b"one"
        tx.feeds.record(PollRecord(state=samples.feed_state(), seen=b""))
        assert tx.feeds.seen("wire") == b""


def test_a_feed_at_another_address_starts_without_it(store: Store) -> None:
    with store.write() as tx:
        tx.feeds.configure([samples.feed()], now=NOW)
        tx.feeds.record(PollRecord(state=samples.feed_state(), seen=b"one"))
        tx.feeds.configure([samples.feed(url="https://moved.example/f")], now=NOW)
        assert tx.feeds.seen("wire") == b""
