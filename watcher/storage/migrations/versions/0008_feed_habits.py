"""What is known of the times at which a feed changes: what it says of them, and what was learnt."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feeds", sa.Column("timetable", sa.Text()))
    op.add_column("feeds", sa.Column("rhythm", sa.LargeBinary()))
