"""What hosts are owed, kept over restarts."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_request_at", sa.BigInteger()),
        sa.Column("held_until", sa.BigInteger()),
        sa.Column("budget", sa.BigInteger()),
        sa.Column("budget_until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hosts")),
    )
