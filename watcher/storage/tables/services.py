"""The service itself: who works on the database, what keeps people from hearing, and what they are told of it."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Table, Text

from watcher.storage.tables.columns import Moment, metadata

services = Table(
    "services",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("feeds_digest", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

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
