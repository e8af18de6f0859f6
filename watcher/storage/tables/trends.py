"""Rules over time: what is counted, while feeds were watched, and what was told of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from watcher.storage.tables.columns import Moment, RowId, metadata

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
