"""Alerts for reports that came too late to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("is_late", sa.Boolean(), nullable=False, server_default=sa.false()))
