"""Feeds: when each is polled, what is known of it, and what its hosts and hubs are owed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from watcher.storage.tables.columns import Moment, lease_columns, metadata

feeds = Table(
    "feeds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("configured_url", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("moved_to", Text),
    Column("title", Text),
    Column("is_active", Boolean, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    Column("last_poll_at", Moment),
    Column("last_success_at", Moment),
    Column("last_new_item_at", Moment),
    Column("is_filled", Boolean, nullable=False),
    Column("repeats_guids", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("problem", Text),
    Column("problem_detail", Text),
    Column("problem_since", Moment),
    # What the feed says of the times at which it changes, as JSON, and what was learnt of them, packed.
    Column("timetable", Text),
    Column("rhythm", LargeBinary),
    # Names of the troubles that last, and what their detection needs at the next poll: a poll reads no other table.
    Column("troubles", Text, nullable=False, server_default=""),
    Column("silent_after", Moment),
    Column("turnover_us", BigInteger),
    # Keys of the entries in the last parsed document, 8 bytes each: retention must not forget what is still listed.
    Column("listed", LargeBinary),
    *lease_columns(),
    Index("ix_feeds_is_active_due_at", "is_active", "due_at"),
)

# A table of its own: it is only read and written where a document has changed, not with every poll.
seen_entries = Table(
    "seen_entries",
    metadata,
    Column("feed_id", Text, primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)

# The pauses between first sights of new items (see ingest.habit); read and written only with new items.
habits = Table(
    "habits",
    metadata,
    Column("feed_id", Text, primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)

# How often each feed's polls failed, by class; a success resets none of it.
feed_problems = Table(
    "feed_problems",
    metadata,
    Column("feed_id", Text, primary_key=True),
    Column("problem", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("feed_id", Text, primary_key=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("callback", Text),
    Column("token", Text),
    Column("secret", Text),
    Column("is_asked", Boolean, nullable=False),
    Column("expires_at", Moment),
    Column("failures", Integer, nullable=False),
    Column("detail", Text),
    Column("last_push_at", Moment),
    Index("ix_subscriptions_due_at", "due_at"),
    Index("ix_subscriptions_token", "token"),
)

# What hosts and registrable domains are owed, kept over restarts (see `ingest.manners`).
hosts = Table(
    "hosts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_request_at", Moment),
    Column("held_until", Moment),
    Column("budget", BigInteger),
    Column("budget_until", Moment),
    Column("noted_at", Moment),
)
