"""The one piece of SQL that the two databases spell differently: inserting what may be there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, func
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose keys are free; the others are left as they stand."""
    if rows:
        connection.execute(_new(connection.dialect.name, table), list(rows))


def insert_or_replace(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: Sequence[str]
) -> None:
    """Insert the rows; one whose `key` columns are taken replaces the values of the row that has them."""
    if rows:
        changed = tuple(name for name in rows[0] if name not in key)
        connection.execute(_replacing(connection.dialect.name, table, tuple(key), changed), list(rows))


def insert_or_add(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    number: str,
    replaced: Sequence[str] = (),
) -> None:
    """Insert the rows; one whose `key` columns are taken adds its `number` to that of the row that has them.

    Of the `replaced` columns it replaces the values, except by None.
    """
    if rows:
        statement = _adding(connection.dialect.name, table, tuple(key), number, tuple(replaced))
        connection.execute(statement, list(rows))


# Statements are kept: to build one takes several times as long as to run it.


@lru_cache(maxsize=128)
def _new(dialect: str, table: Table) -> Insert:
    return _insert(dialect, table).on_conflict_do_nothing()


@lru_cache(maxsize=128)
def _replacing(dialect: str, table: Table, key: tuple[str, ...], changed: tuple[str, ...]) -> Insert:
    statement = _insert(dialect, table)
    values = {name: statement.excluded[name] for name in changed}
    return statement.on_conflict_do_update(index_elements=list(key), set_=values)


@lru_cache(maxsize=128)
def _adding(
    dialect: str, table: Table, key: tuple[str, ...], number: str, replaced: tuple[str, ...]
) -> Insert:
    statement = _insert(dialect, table)
    added = {number: table.c[number] + statement.excluded[number]}
    newer = {name: func.coalesce(statement.excluded[name], table.c[name]) for name in replaced}
    return statement.on_conflict_do_update(index_elements=list(key), set_=added | newer)


def _insert(dialect: str, table: Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
