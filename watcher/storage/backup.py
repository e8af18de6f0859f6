"""Copies a SQLite database that may be in use, with SQLite's own online backup."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from watcher.errors import StoreError
from watcher.storage.engine import sqlite_path


def back_up(url: str, target: Path) -> None:
    """Copy the database at `url` to a new file.

    The copy is complete or is not there: it is written beside its place and moved when it is whole.

    Raises:
        StoreError: the target exists, or cannot be written.
    """
    source = sqlite_path(url)
    if source is None:
        raise StoreError(f"{url} is not a SQLite file")
    if target.exists():
        raise StoreError(f"{target} exists already: name a new file")
    partial = target.with_name(target.name + ".partial")
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(partial)) as new:
            old.backup(new, pages=1000, sleep=0.01)
        os.replace(partial, target)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise StoreError(f"{target}: {error}") from error
