"""What the tables are made of: the metadata they belong to, types of columns, and the runs of columns that several have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Integer, MetaData, Text, TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime kept as microseconds since 1970; a naive one is refused where it is made."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  (the base class calls it so)
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}")
        return (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + timedelta(microseconds=value)


# SQLite only counts rows up by itself for a column of exactly this type.
RowId = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def lease_columns() -> tuple[Column[Any], Column[Any]]:
    """Give the columns of who holds a row, and until when: a claim ends by itself where its holder is killed."""
    return Column("lease_owner", Text), Column("lease_until", Moment)


def speaker_columns() -> tuple[Column[Any], ...]:
    """Give the columns of who said something, by which way, and when."""
    return (
        Column("by", Text, nullable=False),
        Column("by_id", Text, nullable=False),
        Column("via", Text, nullable=False),
        Column("at", Moment, nullable=False),
    )
