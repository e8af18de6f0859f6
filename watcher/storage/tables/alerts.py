"""Alerts: what they say, what happened to them, what people said to them, and who asked for quiet."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, false

from watcher.storage.tables.columns import Moment, RowId, metadata, speaker_columns

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
    Column("is_late", Boolean, nullable=False, server_default=false()),
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

# What people said to alerts: kept with them.
answers = Table(
    "answers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alert_id", Text, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("word", Text, nullable=False),
    *speaker_columns(),
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
