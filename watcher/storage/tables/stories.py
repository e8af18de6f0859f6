"""Stories: their items, and what reports, texts and stories are found by."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
)

from watcher.storage.tables.columns import Moment, RowId, metadata, speaker_columns

stories = Table(
    "stories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Index("ix_stories_last_seen_at", "last_seen_at"),
)

story_items = Table(
    "story_items",
    metadata,
    Column("item_id", RowId, ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", Text, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
    Column("joined_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("similarity", Float, nullable=False),
    Column("contributions", JSON),
    Column("shingles", LargeBinary, nullable=False),
    Index("ix_story_items_story_id", "story_id"),
)

story_keys = Table(
    "story_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("story_id", Text, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
    # A person has parted reports that share it: it proves nothing any more.
    Column("is_void", Boolean, nullable=False, server_default=false()),
    Index("ix_story_keys_story_id", "story_id"),
)

# Copies are found by it. Only what a story may still grow by is in this table and the next ones, and each row is found
# by its primary key alone: with a row id and further indexes an item would touch three times as many pages.
story_sketches = Table(
    "story_sketches",
    metadata,
    Column("key", BigInteger, primary_key=True),
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Index("ix_story_sketches_item_id", "item_id"),
    sqlite_with_rowid=False,
)

# What an open story speaks of, as JSON: the sum of its reports' weights by trait, in tenths, and the traits that it is
# found by. `number` is the row id of its first item: the newest stories have the largest.
story_profiles = Table(
    "story_profiles",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("story_id", Text, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("size", Integer, nullable=False),
    Column("traits", Text, nullable=False),
    Column("found_by", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index("ix_story_profiles_seen_at", "seen_at"),
)

# Of each trait: the sum of its weights over the profiles, always, and the numbers of the newest stories that are found by
# it, 8 bytes each. Both can be had anew from the profiles. The row with the empty trait counts the reports.
story_traits = Table(
    "story_traits",
    metadata,
    Column("trait", Text, primary_key=True),
    Column("weight", Integer, nullable=False),
    Column("newest", LargeBinary),
    sqlite_with_rowid=False,
)

# What persons said of which reports belong together: kept as long as the story, and obeyed by moving the reports.
story_words = Table(
    "story_words",
    metadata,
    Column("id", Text, primary_key=True),
    Column("story_id", Text, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
    Column("other_story", Text, nullable=False),
    Column("is_together", Boolean, nullable=False),
    Column("item_ids", JSON, nullable=False),
    *speaker_columns(),
    Column("comment", Text, nullable=False),
    Index("ix_story_words_story_id", "story_id"),
    Index("ix_story_words_other_story", "other_story"),
)
