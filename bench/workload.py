"""The service on the feed farm: its parts, with the shipped rules, and every feed made due on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import yaml
from sqlalchemy import update

from watcher import log
from watcher.app import Service
from watcher.assembly import Parts
from watcher.config.load import load
from watcher.storage.tables import feeds

CONFIG = Path(__file__).parent.parent / "config"


def write_config(count: int, port: int, folder: Path) -> Path:
    """Write a configuration of `count` farm feeds with the shipped rules, lists and places."""
    main = {
        "database": f"sqlite:///{folder}/watcher.db",
        "include": {
            "feeds": ["feeds.yml"],
            **{kind: [f"{CONFIG}/{kind}/*.yml"] for kind in ("rules", "lists", "places")},
        },
        "polling": {
            "per_host": {"concurrency": 100, "min_delay": "0s"},
            "allow_private_addresses": True,
        },
        "log": {"level": "error"},
    }
    entries = [{"id": f"farm-{n}", "url": f"http://127.0.0.1:{port}/feed/{n}"} for n in range(count)]
    (folder / "feeds.yml").write_text(yaml.safe_dump({"feeds": entries}))
    path = folder / "watcher.yml"
    path.write_text(yaml.safe_dump(main))
    return path


@asynccontextmanager
async def service_parts(count: int, port: int, folder: Path) -> AsyncIterator[Parts]:
    """Bring up everything that the service is made of, without its schedule."""
    log.configure(level="error")
    async with Service(load(write_config(count, port, folder))).parts() as parts:
        yield parts


async def poll_all(parts: Parts) -> int:
    """Make every feed due, poll them all, and give how many items were new."""

    def make_due() -> None:
        with parts.store.write() as tx:
            tx.connection.execute(update(feeds).values(due_at=parts.clock.now()))

    await parts.run(make_due)
    before = parts.poller.tally.new_items
    tally = await parts.poller.run_due()
    return tally.new_items - before
