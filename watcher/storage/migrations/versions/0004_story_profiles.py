"""What stories speak of: their profiles, the index by trait, and how common each trait is."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "story_profiles",
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("traits", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_story_profiles_story_id_stories"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_story_profiles")),
    )
    op.create_index("ix_story_profiles_seen_at", "story_profiles", ["seen_at"])
    op.create_table(
        "story_traits",
        sa.Column("trait", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_story_traits_story_id_stories"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trait", "story_id", name=op.f("pk_story_traits")),
    )
    op.create_index("ix_story_traits_story_id", "story_traits", ["story_id"])
    op.create_index("ix_story_traits_seen_at", "story_traits", ["seen_at"])
    op.create_table(
        "trait_counts",
        sa.Column("trait", sa.Text(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("trait", name=op.f("pk_trait_counts")),
    )
