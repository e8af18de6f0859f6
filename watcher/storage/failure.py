"""What a database refuses, in words for whoever keeps it: a full disk, a lock that lasts, a damaged file, a server away.

In goes the driver's error, out comes a `StoreError` that says where and what to do. Called by `store` around every
transaction, and by `engine` when a database is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, InternalError, OperationalError

from watcher.errors import StoreError

_SQLITE = (
    (("not a database", "malformed"), "it is another kind of file, or damaged: name another under database:, or put a backup back"),
    (("locked", "busy"), "another program holds it: is it open in an editor, or does something copy it without end?"),
    (("readonly", "read-only", "permission"), "make the file and its folder writable for the user that watcher runs as"),
    (("full", "disk I/O"), "make room on its disk; nothing that was kept is lost, and a running service goes on by itself"),
)  # fmt: skip
_SQLITE_ELSE = "check that the folder exists, is writable and has space"
_POSTGRESQL = "check that the server runs and that user, password and database are right"
_POSTGRESQL_FULL = "make room on the server's disk; a running service goes on by itself"


@contextmanager
def telling(url: URL) -> Iterator[None]:
    """Raise what the database refuses as `StoreError`; what is wrong with a statement stays as it is."""
    try:
        yield
    except DBAPIError as error:
        if not _is_refusal(error):
            raise
        raise StoreError(explain(url, error)) from error


def explain(url: URL, error: Exception) -> str:
    """Say which database refused, how, and what to do about it."""
    where = url.render_as_string(hide_password=True)
    cause = str(getattr(error, "orig", None) or error).strip()
    if isinstance(error, ModuleNotFoundError):
        return f"{where}: {cause}; install it with: pip install 'watcher[postgresql]'"
    if url.get_backend_name() != "sqlite":
        return f"{where}: {cause}; {_POSTGRESQL_FULL if 'No space left' in cause else _POSTGRESQL}"
    where = str(Path(str(url.database)).absolute())
    advice = (advice for words, advice in _SQLITE if any(word in cause for word in words))
    return f"{where}: {cause}; {next(advice, _SQLITE_ELSE)}"


def _is_refusal(error: DBAPIError) -> bool:
    # A damaged SQLite file is a plain DatabaseError; its other kinds (integrity, data, programming) are our own mistakes.
    return (
        isinstance(error, (OperationalError, InterfaceError, InternalError)) or type(error) is DatabaseError
    )
