"""The 86 real feeds through the real process: every entry stored once, and a second round writes nothing new."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.acceptance.conftest import RULE
from tests.support.feeds import ThreadedFeedServer
from tests.support.service import Service

FEEDS = Path(__file__).parents[3] / "shared" / "data" / "feeds"
PATHS = sorted(FEEDS.glob("*.xml"))

pytestmark = pytest.mark.skipif(not PATHS, reason=f"real feeds are not at {FEEDS}")


def dump(service: Service) -> list[str]:
    """Give everything in the database but when feeds were and will be polled."""
    database = sqlite3.connect(service.folder / "watcher.db")
    polls = {
        "feeds": {"due_at", "last_poll_at", "last_success_at", "lease_owner", "lease_until"},
        "hosts": {"last_request_at", "noted_at"},
    }
    rows = []
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in sorted(tables):
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        chosen = ", ".join(f'"{column}"' for column in columns if column not in polls.get(table, ()))
        rows += [f"{table}: {row}" for row in database.execute(f"SELECT {chosen} FROM {table}")]
    database.close()
    return sorted(rows)


def test_every_entry_is_stored_once_and_polled_again_nothing_is_written_but_the_poll(
    service: Service, feeds: ThreadedFeedServer
) -> None:
    for path in PATHS:
        feeds.set(
            f"/{path.name}", body=path.read_bytes(), content_type="application/xml", etag=f'"{path.name}"'
        )
    service.configure(
        feeds=[{"id": f"f{path.stem}", "url": feeds.url(f"/{path.name}")} for path in PATHS],
        rules=[RULE],
        channels={"console": {"type": "console"}},
        polling={"timeout": "20s", "interval": {"default": "1s", "min": "1s", "max": "1s"}},
    )
    report = service.once()
    assert (report["polled"], report["failed"], report["alerts"]) == (len(PATHS), 0, 0)
    counted = {state["id"]: state["items"] for state in service.json("status")["feeds"]}
    expected = {f"f{path.stem}": entries(path) for path in PATHS}
    assert counted == expected
    before = dump(service)
    again = service.once()
    assert (again["polled"], again["new_items"]) == (len(PATHS), 0)
    assert dump(service) == before
    assert {seen.status for seen in feeds.requests()[len(PATHS) :]} == {304}


def entries(path: Path) -> int:
    """Count a feed's distinct entries as feedparser has them."""
    import io
    import json

    import feedparser

    body = path.read_bytes()
    if body.lstrip()[:1] == b"{":
        return len(json.loads(body)["items"])
    return len(feedparser.parse(io.BytesIO(body)).entries)
