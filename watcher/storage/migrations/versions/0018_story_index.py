"""Find stories by primary keys alone, and keep why an item joined; what is found by is collected anew.

Nothing is lost but likeness to what was seen in the last days: exact keys stay, and stories grow by what comes now.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("story_bands", "story_traits", "trait_counts", "story_profiles"):
        op.drop_table(table)
    op.add_column("story_items", sa.Column("contributions", sa.JSON()))
    op.create_table(
        "story_sketches",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "item_id", name=op.f("pk_story_sketches")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_sketches_item_id", "story_sketches", ["item_id"])
    op.create_table(
        "story_profiles",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("traits", sa.Text(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_story_profiles_story_id_stories"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_story_profiles")),
        sa.UniqueConstraint("story_id", name=op.f("uq_story_profiles_story_id")),
    )
    op.create_index("ix_story_profiles_seen_at", "story_profiles", ["seen_at"])
    op.create_table(
        "story_traits",
        sa.Column("trait", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("trait", "number", name=op.f("pk_story_traits")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "trait_counts",
        sa.Column("trait", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("trait", name=op.f("pk_trait_counts")),
        sqlite_with_rowid=False,
    )
