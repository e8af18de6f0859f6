"""What happens to alerts, who answers for their sources, and what persons say of stories."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("story_keys", sa.Column("is_void", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("alerts", sa.Column("closed_at", sa.BigInteger()))
    op.add_column("alerts", sa.Column("merged_into", sa.Text()))
    op.create_index("ix_alerts_closed_at_updated_at", "alerts", ["closed_at", "updated_at"])
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    for column in (
        sa.Column("publisher", sa.Text(), nullable=False, server_default=""),
        sa.Column("agency", sa.Text()),
        sa.Column("copy_of", sa.Integer()),
        sa.Column("item_id", row_id),
        sa.Column("withdrawn_at", sa.BigInteger()),
    ):
        op.add_column("alert_sources", column)
    op.create_table(
        "alert_events",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_events_alert_id_alerts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "position", name=op.f("pk_alert_events")),
    )
    op.execute(
        "INSERT INTO alert_events (alert_id, position, kind, reason, at, detail, is_told) "
        "SELECT id, 0, 'reported', 'first_report', created_at, '', true FROM alerts"
    )
    op.create_table(
        "story_words",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("other_story", sa.Text(), nullable=False),
        sa.Column("is_together", sa.Boolean(), nullable=False),
        sa.Column("item_ids", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_story_words_story_id_stories"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_words")),
    )
    op.create_index("ix_story_words_story_id", "story_words", ["story_id"])
    op.create_index("ix_story_words_other_story", "story_words", ["other_story"])
