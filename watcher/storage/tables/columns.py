"""What the tables are made of: the metadata they belong to, types of columns, and the runs of columns that several have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Integer, MetaData, Text, TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime kept as microseconds since 1970; a naive one is refused where it is made."""

    impl = BigInteger
    cache_ok = True

    # Processors of our own instead of `process_bind_param`: SQLAlchemy would call that, and look at its result, through
    # two more functions, for each of the six times of a feed at each poll.

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:  # noqa: ARG002  (the base class calls it so)
        return _microseconds

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002
        return _moment


def _microseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}")
    return (value - EPOCH) // _MICROSECOND


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)


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
