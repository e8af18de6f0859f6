"""Stores on both databases: every test that asks for `store` or `database_url` runs on each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, text

from tests.support.postgres import MISSING, find_postgres, running_postgres
from watcher.storage.engine import parse_url
from watcher.storage.store import Store, open_store


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if find_postgres() is None:
        pytest.skip(MISSING)
    # Not in pytest's own folder, which a later run of pytest may clear away under the server.
    with TemporaryDirectory(prefix="watcher-postgres-") as folder, running_postgres(Path(folder)) as url:
        yield url


@pytest.fixture
def empty_postgres(postgres_url: str) -> str:
    """The server's database, with nothing in it."""
    engine = create_engine(parse_url(postgres_url))  # not `open_engine`: a test may have left an odd schema
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/watcher.db"
    url: str = request.getfixturevalue("empty_postgres")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()
