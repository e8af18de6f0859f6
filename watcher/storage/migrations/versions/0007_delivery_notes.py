"""What a channel notes of a delivery between attempts: who of several recipients has it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("notes", sa.JSON()))
