"""Digests: which deliveries go out together; and stand-ins on a fallback channel."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("digest_id", sa.Text()))
    op.add_column("deliveries", sa.Column("stands_in_for", sa.Text()))
    op.create_index("ix_deliveries_digest_id", "deliveries", ["digest_id"])
    op.create_index("ix_deliveries_channel_created_at", "deliveries", ["channel", "created_at"])
