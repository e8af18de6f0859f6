"""Edits and replies: what a reply tells, and whether it may have arrived already."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("news", sa.Text()))
    op.add_column(
        "deliveries", sa.Column("is_in_doubt", sa.Boolean(), nullable=False, server_default=sa.false())
    )
