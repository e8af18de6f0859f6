"""Rules over time: what they count, when feeds were watched, and when they held."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("alert_sources") as batch:
        batch.add_column(sa.Column("report", sa.Text(), nullable=False, server_default=""))
        batch.drop_constraint("uq_alert_sources_alert_id_feed_id", type_="unique")
        batch.create_unique_constraint(
            op.f("uq_alert_sources_alert_id_feed_id_report"), ["alert_id", "feed_id", "report"]
        )
    op.create_table(
        "series",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("keep_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "term", name=op.f("pk_series")),
    )
    op.create_table(
        "events",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("is_archive", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("series", "term", "report", name=op.f("pk_events")),
    )
    op.create_index("ix_events_series_term_at", "events", ["series", "term", "at"], unique=False)
    op.create_table(
        "watches",
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("started_at", name=op.f("pk_watches")),
    )
    op.create_table(
        "episodes",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rule", "term", "started_at", name=op.f("pk_episodes")),
    )
    op.create_index("ix_episodes_until", "episodes", ["until"], unique=False)
