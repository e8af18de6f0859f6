"""Keep of each trait one row, with the newest stories that are found by it: a row for each story is a page to write."""

import json
import struct
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_NEWEST = 64


def upgrade() -> None:
    op.drop_table("story_traits")
    op.rename_table("trait_counts", "story_traits")
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_trait_counts RENAME TO pk_story_traits")
    op.add_column("story_traits", sa.Column("newest", sa.LargeBinary()))
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    profiles = sa.table("story_profiles", sa.column("number"), sa.column("found_by"))
    newest: defaultdict[str, list[int]] = defaultdict(list)
    for number, found_by in connection.execute(sa.select(profiles).order_by(profiles.c.number.desc())):
        for trait in json.loads(found_by):
            if len(newest[trait]) < _NEWEST:
                newest[trait].append(number)
    rows = [
        {"key": trait, "packed": struct.pack(f"<{len(found)}q", *found)}
        for trait, found in sorted(newest.items())
    ]
    if rows:
        traits = sa.table("story_traits", sa.column("trait"), sa.column("newest", sa.LargeBinary()))
        one = sa.update(traits).where(traits.c.trait == sa.bindparam("key"))
        connection.execute(one.values(newest=sa.bindparam("packed")), rows)
