"""Items, their articles, and the rules that hold on them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from watcher.storage.tables.columns import Moment, RowId, lease_columns, metadata

items = Table(
    "items",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("feed_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("guid", Text),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("author", Text),
    Column("categories", JSON, nullable=False),
    Column("language", Text),
    Column("published", Moment),
    Column("published_raw", Text),
    Column("updated", Moment),
    Column("seen_at", Moment, nullable=False),
    Column("changed_at", Moment),
    Column("revision", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("text_hash", Text, nullable=False),
    # The short key of `url`, which itself may be longer than an index takes.
    Column("url_key", LargeBinary),
    # The text of the page that the item links to, for feeds with full text.
    Column("article", Text),
    UniqueConstraint("feed_id", "key"),
    Index("ix_items_seen_at", "seen_at"),
    # An entry that comes back under another id is found by what it is.
    Index("ix_items_feed_id_url_key", "feed_id", "url_key"),
    Index("ix_items_feed_id_text_hash", "feed_id", "text_hash"),
)

# What is to be fetched for the items of feeds with full text, and what became of it: the feed's own state is not concerned.
articles = Table(
    "articles",
    metadata,
    Column("item_id", RowId, ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Column("feed_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    *lease_columns(),
    Column("problem", Text),
    Column("detail", Text),
    Column("fetched_at", Moment),
    Index("ix_articles_state_due_at", "state", "due_at"),
)

matches = Table(
    "matches",
    metadata,
    Column("item_id", RowId, ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("rule_version", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("matched_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    Index("ix_matches_rule_matched_at", "rule", "matched_at"),
)
