"""Opens a database: connection settings, transactions that mean it, and the schema's version.

In goes a database URL, out comes a SQLAlchemy engine on a schema of this program's version. Called by `store.open_store`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from watcher.errors import SchemaTooNew, StoreError
from watcher.storage.failure import explain
from watcher.storage.tables import SCHEMA

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_MS = 30_000
_CACHE_KIB = 16 * 1024
"""Of a poll's pages all fit: those that do not are written before the commit, and once more with it."""
_WAL_PAGES = 4_000
"""16 MiB: the pages that every poll changes are written to the database once for some polls, not for each."""

READ_ONLY = "watcher_read_only"
DURABLE = "watcher_durable"
"""Execution options of a transaction: it only reads; it must outlive a power cut."""


def open_engine(url: str, *, is_upgrading: bool = True) -> Engine:
    """Open the database, and bring its schema up to date.

    Args:
        url: a SQLAlchemy database URL; a relative SQLite path is relative to the working directory.
        is_upgrading: False refuses an older schema instead: whoever only looks must not change the database under a
            running service.

    Raises:
        SchemaTooNew: the schema was written by a newer program.
        StoreError: the database cannot be opened, with what to do about it.
    """
    parsed = parse_url(url)
    try:
        engine = _make_engine(parsed)
    except (OSError, ModuleNotFoundError) as error:
        raise StoreError(explain(parsed, error)) from error
    try:
        with engine.connect() as connection:
            _migrate(connection, is_upgrading=is_upgrading)
    except (DBAPIError, OSError) as error:
        engine.dispose()
        raise StoreError(explain(parsed, error)) from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def parse_url(url: str) -> URL:
    """Read a database URL; `postgresql://` means the psycopg driver.

    Raises:
        StoreError: not a URL, or of a database that is not supported.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise StoreError(
                f"database: {parsed.get_backend_name()} is not supported; use sqlite or postgresql"
            )
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(f"database: {error}") from error
    return parsed


def sqlite_path(url: str) -> Path | None:
    """Give the file of a SQLite URL; None for a database in memory or of another kind."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database)).absolute()


def _make_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    path = sqlite_path(url.render_as_string(hide_password=False))
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    # An error names its statement, not the parameters: those are whole texts of items.
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": _BUSY_MS / 1000, "check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling begins too late (at the first write) and commits before DDL:
    # it is turned off, and `_begin_sqlite` says BEGIN itself.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    cursor.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
    cursor.execute(f"PRAGMA wal_autocheckpoint={_WAL_PAGES}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    # NORMAL: a power cut may undo the last polls, which are then made again, with their items and validators. FULL:
    # the commit waits for the disk, and for everything before it.
    connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get(DURABLE) else 'NORMAL'}")
    # A transaction that will write takes the lock at once: upgrading a read lock later can fail without a retry.
    connection.exec_driver_sql("BEGIN" if options.get(READ_ONLY) else "BEGIN IMMEDIATE")


def schema_of(connection: Connection) -> str | None:
    """Give the revision that the database is at; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _migrate(connection: Connection, *, is_upgrading: bool) -> None:
    if not is_upgrading:
        connection = connection.execution_options(**{READ_ONLY: True})
    with connection.begin():
        found = schema_of(connection)
        if found == SCHEMA:
            return
        # Imported here: Alembic costs every command a fifth of a second, and is needed once per upgrade.
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
        if found is not None and found not in known:
            raise SchemaTooNew(found, SCHEMA)
        if not is_upgrading:
            raise StoreError(
                f"the database has schema {found or 'none'}, this program knows {SCHEMA}: run `watcher db upgrade`"
            )
        command.upgrade(config, SCHEMA)
