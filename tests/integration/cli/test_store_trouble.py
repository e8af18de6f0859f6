"""What the commands say where the database cannot be used: which file, what of it, and what to do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import Command
from watcher.storage import engine
from watcher.storage.store import open_store
from watcher.storage.tables import SCHEMA


@pytest.fixture
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection of another program to the database, which is empty."""
    open_store(f"sqlite:///{folder}/watcher.db").close()
    with closing(sqlite3.connect(folder / "watcher.db", isolation_level=None)) as other:
        yield other


def damage(folder: Path, database: sqlite3.Connection, table: str) -> None:
    """Overwrite the first pages of a table and of its indexes."""
    pages = database.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = ?", (table,)).fetchall()
    (size,) = database.execute("PRAGMA page_size").fetchone()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (folder / "watcher.db").open("r+b") as file:
        for (page,) in pages:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("feeds", ["status"]),
        ("alerts", ["alerts", "list"]),
        ("deliveries", ["deliveries", "list"]),
        ("alembic_version", ["status"]),
        ("feeds", ["run", "--once"]),
    ],
)
def test_a_damaged_page_is_said_with_the_file_and_what_to_do(
    folder: Path, command: Command, database: sqlite3.Connection, table: str, words: list[str]
) -> None:
    damage(folder, database, table)
    done = command(*words)
    assert done.exit_code == 2, done.output
    assert f"{folder}/watcher.db: database disk image is malformed" in done.stderr
    assert "put a backup back" in done.stderr


def test_rules_are_listed_also_where_the_database_is_damaged(
    folder: Path, command: Command, database: sqlite3.Connection
) -> None:
    damage(folder, database, "deliveries")
    done = command("rules", "list")
    assert (done.exit_code, "border" in done.stdout) == (0, True)
    assert "what people made of alerts is not known" in done.stderr


def test_a_database_that_another_program_holds_is_read_and_said_to_be_held_where_it_is_written(
    command: Command, database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_BUSY_MS", 20)
    database.execute("BEGIN IMMEDIATE")
    assert command("status").exit_code == 0
    for words in (["silence", "add", "--rule", "border", "--for", "1h", "--comment", "x"], ["run", "--once"]):
        done = command(*words)
        assert done.exit_code == 2, done.output
        assert "database is locked; another program holds it" in done.stderr


def test_the_configuration_is_checked_without_the_database(
    folder: Path, command: Command, database: sqlite3.Connection
) -> None:
    damage(folder, database, "alembic_version")
    assert command("check").exit_code == 0


def test_upgrading_says_the_schema_also_as_json(command: Command) -> None:
    said = command("db", "upgrade", "--json")
    assert json.loads(said.stdout) == {"schema": SCHEMA}
