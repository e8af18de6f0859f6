"""The database refuses while the service runs: what came meanwhile is told once it takes again, and nothing twice."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

from tests.acceptance.conftest import ATTACK, QUIET
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.postgres import MISSING, find_postgres, postgres_server
from tests.support.service import Service, eventually
from tests.support.slack import ThreadedSlack

Watching = Callable[..., Service]

NO_ROOM = 16 * 1024  # bytes a file may have: less than the database has already
LIMIT = resource.RLIMIT_FSIZE
# The database goes away between two polls: one that is under way would keep its feed until its lease ends.
SELDOM = {"interval": dict.fromkeys(("default", "min", "max"), "10s")}


def told(slack: ThreadedSlack) -> list[str]:
    return [message.text.splitlines()[0] for message in slack.messages if "Crossing" in message.text]


def goes_on(
    service: Service, feeds: ThreadedFeedServer, slack: ThreadedSlack, came_back: Callable[[], None]
) -> None:
    """Let an attack be reported while the store is away, and see that it is told after `came_back`."""
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: "store_refused" in service.log, what="a refusal in the log")
    assert not told(slack)
    came_back()
    eventually(lambda: told(slack), within=60, what="the alert")
    eventually(lambda: "store_takes_again" in service.log, what="the end of it in the log")
    assert "Traceback" not in service.log
    polled = len(feeds.requests("/wire"))
    eventually(lambda: len(feeds.requests("/wire")) >= polled + 1, what="further polls")
    assert service.stop() == 0
    assert len(told(slack)) == 1


def test_what_came_while_the_disk_was_full_is_told_once_there_is_room(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = watching("/wire", polling=SELDOM)
    service.start()
    service.wait_ready()
    eventually(lambda: "feed_polled" in service.log)
    before = resource.prlimit(service.pid, LIMIT)
    resource.prlimit(service.pid, LIMIT, (NO_ROOM, before[1]))
    goes_on(service, feeds, slack, lambda: resource.prlimit(service.pid, LIMIT, before) and None)


def test_what_came_while_postgresql_was_away_is_told_once_it_is_back(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    if find_postgres() is None:
        pytest.skip(MISSING)
    service = watching("/wire", polling=SELDOM)
    with TemporaryDirectory(prefix="watcher-postgres-") as folder, postgres_server(Path(folder)) as server:
        settings = yaml.safe_load(service.config.read_text("utf-8"))
        service.config.write_text(yaml.safe_dump(settings | {"database": server.url}), "utf-8")
        service.start()
        service.wait_ready()
        eventually(lambda: "feed_polled" in service.log)
        server.stop()
        goes_on(service, feeds, slack, server.start)


def test_a_log_that_cannot_be_written_ends_nothing(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    service = watching("/wire")
    read, service.log_path = service.log_path, Path("/dev/full")
    service.start()
    service.log_path = read
    eventually(lambda: len(feeds.requests("/wire")) >= 2, within=60)
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: told(slack), what="the alert")
    assert service.stop() == 0
