"""The tables, as the code of this version expects them; `migrations/` makes a database look like this.

Times are stored as whole microseconds since 1970 in UTC: exact, comparable and the same on every database.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)

SCHEMA = "0019"
"""The migration that these tables are the result of."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime kept as microseconds since 1970; a naive one is refused where it is made."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  (the base class calls it so)
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}")
        return (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + timedelta(microseconds=value)


# SQLite only counts rows up by itself for a column of exactly this type.
RowId = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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
    Column("lease_owner", Text),
    Column("lease_until", Moment),
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
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    Column("problem", Text),
    Column("detail", Text),
    Column("fetched_at", Moment),
    Index("ix_articles_state_due_at", "state", "due_at"),
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

story_traits = Table(
    "story_traits",
    metadata,
    Column("trait", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# The sum of the profiles, always: what is counted here can be had anew from them. The row with the empty trait counts
# the reports.
trait_counts = Table(
    "trait_counts",
    metadata,
    Column("trait", Text, primary_key=True),
    Column("weight", Integer, nullable=False),
    sqlite_with_rowid=False,
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("story_id", Text, ForeignKey("stories.id"), nullable=False),
    Column("rule", Text, nullable=False),
    Column("rule_title", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("headline", Text, nullable=False),
    Column("url", Text),
    Column("quote", Text, nullable=False),
    Column("highlights", JSON, nullable=False),
    Column("title_highlights", JSON, nullable=False),
    Column("language", Text),
    Column("places", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("item_id", RowId),
    Column("is_edit", Boolean, nullable=False),
    Column("tlp", Text),
    Column("feed_tags", JSON, nullable=False, server_default="[]"),
    Column("is_full_text", Boolean, nullable=False, server_default=false()),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("merged_into", Text),
    UniqueConstraint("story_id", "rule"),
    Index("ix_alerts_created_at", "created_at"),
    Index("ix_alerts_closed_at_updated_at", "closed_at", "updated_at"),
)

# What happened to an alert, in order; bounded by `alert.life`.
alert_events = Table(
    "alert_events",
    metadata,
    Column("alert_id", Text, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("detail", Text, nullable=False),
    Column("number", Integer),
    Column("is_told", Boolean, nullable=False),
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
    Column("by", Text, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("comment", Text, nullable=False),
    Index("ix_story_words_story_id", "story_id"),
    Index("ix_story_words_other_story", "other_story"),
)

# What an alert says of its reports: kept with the alert, because items are forgotten long before alerts are.
alert_sources = Table(
    "alert_sources",
    metadata,
    Column("alert_id", Text, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("feed_id", Text, nullable=False),
    Column("feed_title", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text),
    Column("published", Moment),
    Column("seen_at", Moment, nullable=False),
    Column("language", Text),
    # Empty for an alert on a story, which lists a feed once; which report it is where each of a feed's counts.
    Column("report", Text, nullable=False, server_default=""),
    # Who answers for it: what makes two sources independent (see alert.independence).
    Column("publisher", Text, nullable=False, server_default=""),
    Column("agency", Text),
    Column("copy_of", Integer),
    Column("item_id", RowId),
    Column("withdrawn_at", Moment),
    UniqueConstraint("alert_id", "feed_id", "report"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    # One of the two: what is told.
    Column("alert_id", Text, ForeignKey("alerts.id")),
    Column("notice_id", Text, ForeignKey("notices.id")),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("next_attempt_at", Moment, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    Column("receiver_id", Text),
    Column("reason", Text),
    Column("delivered_at", Moment),
    Column("notes", JSON(none_as_null=True)),
    # The digest that a gathered row goes out with, and the delivery that a row stands in for on another channel.
    Column("digest_id", Text),
    Column("stands_in_for", Text),
    Column("news", Text),
    Column("is_in_doubt", Boolean, nullable=False, server_default=false()),
    Index("ix_deliveries_channel_state_next_attempt_at", "channel", "state", "next_attempt_at"),
    Index("ix_deliveries_alert_id", "alert_id"),
    Index("ix_deliveries_notice_id", "notice_id"),
    Index("ix_deliveries_created_at", "created_at"),
    Index("ix_deliveries_channel_created_at", "channel", "created_at"),
    Index("ix_deliveries_digest_id", "digest_id"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", Text, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text),
)

# What people said to alerts: kept with them.
answers = Table(
    "answers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alert_id", Text, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("word", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_answers_alert_id", "alert_id"),
)

# Who asked for quiet about which alerts; ended ones are kept, because they say why something was not told.
silences = Table(
    "silences",
    metadata,
    Column("id", Text, primary_key=True),
    Column("matchers", JSON, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("expired_at", Moment),
    Column("author", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_silences_ends_at", "ends_at"),
)

# --- rules over time -----------------------------------------------------------------------------------------------

# What is counted, since when, under which definition, and how far back anybody looks. The row with the empty term is
# that of the whole rule: a transaction that counts locks it first, so that two cannot both be the third story.
series = Table(
    "series",
    metadata,
    Column("name", Text, primary_key=True),
    Column("term", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("keep_us", BigInteger, nullable=False),
)

# One row for each item that a series counts. No foreign key: a baseline may reach back further than items are kept.
events = Table(
    "events",
    metadata,
    Column("series", Text, primary_key=True),
    Column("term", Text, primary_key=True),
    Column("report", Text, primary_key=True),
    Column("item_id", RowId, nullable=False),
    Column("source", Text, nullable=False),
    Column("story", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("noted_at", Moment, nullable=False),
    Column("is_archive", Boolean, nullable=False),
    Index("ix_events_series_term_at", "series", "term", "at"),
)

# When feeds were polled: from the first poll to the last one of each time without a long gap.
watches = Table(
    "watches",
    metadata,
    Column("started_at", Moment, primary_key=True),
    Column("ended_at", Moment, nullable=False),
)

episodes = Table(
    "episodes",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("term", Text, primary_key=True),
    Column("started_at", Moment, primary_key=True),
    Column("until", Moment, nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("count", Integer, nullable=False),
    Column("headline", Text, nullable=False),
    Column("alert_id", Text),
    Index("ix_episodes_until", "until"),
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

# What hosts and registrable domains are owed, kept over restarts (see `ingest.manners`).
hosts = Table(
    "hosts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_request_at", Moment),
    Column("held_until", Moment),
    Column("budget", BigInteger),
    Column("budget_until", Moment),
)

services = Table(
    "services",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("feeds_digest", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

# --- what keeps people from hearing ----------------------------------------------------------------------------------

troubles = Table(
    "troubles",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("started_at", Moment, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("ended_at", Moment),
    Column("told_at", Moment),
    Column("recovery_told_at", Moment),
    Index("ix_troubles_ended_at", "ended_at"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("is_recovery", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("lines", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_notices_created_at", "created_at"),
)
