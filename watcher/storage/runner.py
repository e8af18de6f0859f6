"""Runs blocking store calls on threads of their own, so that the event loop never waits for a disk.

Implements `ports.Runner`. One thread for SQLite, whose writers queue up anyway; several for PostgreSQL.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from watcher.storage.store import Store

T = TypeVar("T")

_POSTGRESQL_THREADS = 5  # the size of SQLAlchemy's connection pool


class StoreRunner:
    """Runs calls for one store; `close` waits for those under way."""

    def __init__(self, store: Store) -> None:
        threads = 1 if store.is_sqlite else _POSTGRESQL_THREADS
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="store")

    async def __call__(self, call: Callable[[], T], /) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """Finish what was begun, and take no more."""
        self._pool.shutdown(wait=True)
