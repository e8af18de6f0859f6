"""What a database refuses is said with where, and with what to do about it."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError

from watcher.errors import StoreError
from watcher.storage.failure import explain, telling

FILE = make_url("sqlite:////data/watcher.db")
SERVER = make_url("postgresql+psycopg://watcher:secret@db/news")


@pytest.mark.parametrize(
    ("cause", "advice"),
    [
        ("database or disk is full", "make room"),
        ("disk I/O error", "make room"),
        ("attempt to write a readonly database", "writable"),
        ("database is locked", "another program holds it"),
        ("database disk image is malformed", "put a backup back"),
        ("file is not a database", "put a backup back"),
        ("unable to open database file", "check that the folder exists"),
    ],
)
def test_each_refusal_of_sqlite_has_its_advice(cause: str, advice: str) -> None:
    said = explain(FILE, OperationalError("SELECT", {}, sqlite3.OperationalError(cause)))
    assert said.startswith(f"/data/watcher.db: {cause}; ")
    assert advice in said


@pytest.mark.parametrize(
    ("cause", "advice"),
    [("connection refused", "check that the server runs"), ("No space left on device", "make room")],
)
def test_a_server_is_named_without_its_password(cause: str, advice: str) -> None:
    said = explain(SERVER, OSError(cause))
    assert advice in said
    assert "secret" not in said


@pytest.mark.parametrize("kind", [OperationalError, DatabaseError])
def test_a_refusal_is_an_error_of_the_store(kind: type[DBAPIError]) -> None:
    with pytest.raises(StoreError, match="disk is full"), telling(FILE):
        raise kind("INSERT", {}, sqlite3.OperationalError("database or disk is full"))


def test_a_mistake_of_the_program_is_no_refusal() -> None:
    with pytest.raises(IntegrityError), telling(FILE):
        raise IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed"))
