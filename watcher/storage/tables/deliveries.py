"""The outbox: what is sent where, and each try at it."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, Text, false

from watcher.storage.tables.columns import Moment, lease_columns, metadata

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
    *lease_columns(),
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
