"""What the service tells of itself, by the same outbox as alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_recovery", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_created_at", "notices", ["created_at"])
    # SQLite changes a column by making the table anew, and dropping the old one would take its attempts along.
    connection = op.get_bind()
    connection.execute(sa.text("CREATE TEMPORARY TABLE kept_attempts AS SELECT * FROM attempts"))
    with op.batch_alter_table("deliveries") as batch:
        batch.alter_column("alert_id", existing_type=sa.Text(), nullable=True)
        batch.add_column(sa.Column("notice_id", sa.Text()))
        batch.create_foreign_key(op.f("fk_deliveries_notice_id_notices"), "notices", ["notice_id"], ["id"])
        batch.create_index("ix_deliveries_notice_id", ["notice_id"])
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("DELETE FROM attempts"))
        connection.execute(sa.text("INSERT INTO attempts SELECT * FROM kept_attempts"))
    connection.execute(sa.text("DROP TABLE kept_attempts"))
