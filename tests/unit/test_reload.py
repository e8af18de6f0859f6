"""A reload that fails in whatever way leaves the service running, and the next one is tried."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from watcher.errors import ConfigError, Problem
from watcher.reload import Reload


async def test_no_failure_of_a_reload_ends_the_service() -> None:
    config: Any = SimpleNamespace(settings=SimpleNamespace(database="sqlite:///x"))
    failures = iter([OSError("too many open files"), ConfigError((Problem(message="wrong"),))])
    asked = asyncio.Event()
    asked.set()

    def read() -> Any:
        asked.set()
        for failure in failures:
            raise failure
        return config

    async def succeeded_by(found: Any) -> Any:
        return found

    async def away(_work: object) -> None:
        raise OSError("the disk is full")

    current: Any = SimpleNamespace(config=config, succeeded_by=succeeded_by)
    parts: Any = SimpleNamespace(run=away)
    assert await Reload(asked=asked, read=read).successor(current, parts) is config
