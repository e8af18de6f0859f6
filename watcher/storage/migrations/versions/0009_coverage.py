"""What keeps people from hearing of things, and what its detection needs to remember of each feed."""

import sqlalchemy as sa
from alembic import op

from watcher.ingest.identity import short_key

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feeds", sa.Column("troubles", sa.Text(), nullable=False, server_default=""))
    op.add_column("feeds", sa.Column("silent_after", sa.BigInteger()))
    op.add_column("feeds", sa.Column("turnover_us", sa.BigInteger()))
    op.add_column("items", sa.Column("url_key", sa.LargeBinary()))
    _fill_url_keys(op.get_bind())
    op.create_index("ix_items_feed_id_url_key", "items", ["feed_id", "url_key"])
    op.create_index("ix_items_feed_id_text_hash", "items", ["feed_id", "text_hash"])
    op.create_table(
        "habits",
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_habits")),
    )
    op.create_table(
        "troubles",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("told_at", sa.BigInteger()),
        sa.Column("recovery_told_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("kind", "subject", "started_at", name=op.f("pk_troubles")),
    )
    op.create_index("ix_troubles_ended_at", "troubles", ["ended_at"])


def _fill_url_keys(connection: sa.Connection) -> None:
    found = connection.execute(sa.text("SELECT id, url FROM items WHERE url IS NOT NULL")).all()
    rows = [{"id": row.id, "key": short_key(row.url)} for row in found]
    if rows:
        connection.execute(sa.text("UPDATE items SET url_key = :key WHERE id = :id"), rows)
