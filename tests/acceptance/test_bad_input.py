"""Bad feeds and bad configurations, seen from outside: a recorded state, a line to act on, and the others go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import yaml

from tests.acceptance.conftest import ATTACK, QUIET, RULE
from tests.integration.ingest.test_bad_input import CASES, DAMAGED, Case
from tests.support.feeds import Answer, ThreadedFeedServer, rss
from tests.support.service import Service

CONSOLE: dict[str, Any] = {"channels": {"console": {"type": "console"}}, "routes": [{"to": ["console"]}]}


@pytest.fixture
def farm() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def serve(stack: ExitStack, answer: Answer, others: dict[str, Answer] | None = None) -> str:
    """Serve one scripted feed on a port of its own and give its address."""
    server = stack.enter_context(ThreadedFeedServer())
    server.set("/f", answer)
    for path, other in (others or {}).items():
        server.set(path, other)
    return server.url("/f")


def test_every_bad_feed_has_a_state_and_a_line_to_act_on_and_the_good_one_goes_on(
    service: Service, farm: ExitStack, feeds: ThreadedFeedServer
) -> None:
    feeds.set("/good", body=rss([ATTACK, *QUIET]))
    entries: list[dict[str, Any]] = [
        {"id": "good", "url": feeds.url("/good"), "alert_on_first_poll": True},
        *({"id": slug(name), "url": serve(farm, case.answer, case.others)} for name, case in CASES.items()),
        *(
            {"id": slug(name), "url": serve(farm, Answer(body=body, content_type=kind or "text/xml"))}
            for name, (body, kind, _, _) in DAMAGED.items()
        ),
    ]
    # One of them asks to be left alone, and all stand for different hosts.
    alone = {"concurrency": 8, "min_delay": "0s", "rate_limit": "feed"}
    polling = {"timeout": "5s", "max_body": "1MiB", "per_host": alone}
    service.configure(feeds=entries, rules=[RULE], polling=polling, **CONSOLE)
    report = service.once()
    assert (report["polled"], report["failed"], report["alerts"]) == (len(entries), len(CASES), 1)
    states = {state["id"]: state for state in service.json("status")["feeds"]}
    wrong = [name for name, case in CASES.items() if not is_recorded(states[slug(name)], case)]
    assert not wrong, [states[slug(name)] for name in wrong]
    for name, (_, _, titles, words) in DAMAGED.items():
        state = states[slug(name)]
        assert (state["problem"], state["health"]) == ("malformed", "damaged"), state
        assert words in state["problem_detail"]
        assert state["items"] == len(titles)
    shown = service.command("status").stdout
    assert "not_a_feed" in shown
    assert states["good"]["health"] == "fine"


def is_recorded(state: dict[str, Any], case: Case) -> bool:
    detail = state["problem_detail"] or ""
    expected = case.says.replace("0.6 s", "5 s")
    return state["problem"] == case.problem and expected in detail and "\n" not in detail


def slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
def test_private_addresses_are_refused_unless_allowed(
    service: Service, feeds: ThreadedFeedServer, host: str
) -> None:
    feeds.set("/f", body=rss(QUIET))
    service.configure(
        feeds=[{"id": "inside", "url": feeds.url("/f", host=host)}],
        rules=[RULE],
        polling={"allow_private_addresses": False},
        **CONSOLE,
    )
    service.once()
    (state,) = service.json("status")["feeds"]
    assert state["problem"] == "forbidden_address"
    assert "polling.allow_addresses" in state["problem_detail"]
    assert feeds.requests() == []


def test_a_wrong_configuration_says_all_that_is_wrong_and_starts_nothing(
    service: Service, feeds: ThreadedFeedServer
) -> None:
    service.configure(
        feeds=[{"id": "a", "url": "ftp://x/"}, {"id": "b", "url": feeds.url("/b"), "intervall": "5m"}],
        rules=[{"id": "r", "match": {"lst": "groups"}}, {"id": "s", "match": {"list": "nowhere"}}],
        channels={"security": {"type": "slack", "token": "${NOT_SET_ANYWHERE}", "channel": "#x"}},
        routes=[{"to": ["secruity"]}],
    )
    done = service.command("run", ok=(2,))
    for words in (
        "feeds.yml:3:8: ",
        "interval",
        "did you mean",
        "NOT_SET_ANYWHERE",
        "secruity",
        "lst",
    ):
        assert words in done.stderr, f"{words!r} is not in:\n{done.stderr}"
    assert len(done.stderr.splitlines()) >= 5
    assert "Traceback" not in done.stderr
    assert not (service.folder / "watcher.db").exists()
    assert feeds.requests() == []


def test_a_taken_port_is_named_before_anything_is_polled(service: Service, feeds: ThreadedFeedServer) -> None:
    service.configure(
        feeds=[{"id": "a", "url": feeds.url("/a")}],
        rules=[RULE],
        web={"listen": f"127.0.0.1:{feeds.port}"},
        **CONSOLE,
    )
    done = service.command("run", ok=(2,))
    assert f"cannot listen on 127.0.0.1:{feeds.port}" in done.stderr
    assert "Traceback" not in done.stderr
    assert feeds.requests() == []


def test_a_database_of_a_newer_program_is_refused(service: Service) -> None:
    import sqlite3

    service.configure(feeds=[], rules=[RULE], **CONSOLE)
    service.once()
    with sqlite3.connect(service.folder / "watcher.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    done = service.command("run", ok=(2,))
    assert "newer than this program" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_cannot_be_written_says_so(service: Service) -> None:
    service.configure(feeds=[], rules=[RULE], **CONSOLE)
    settings = yaml.safe_load(service.config.read_text())
    settings["database"] = "sqlite:////proc/no/watcher.db"
    service.config.write_text(yaml.safe_dump(settings))
    done = service.command("run", "--once", ok=(2,))
    assert "/proc/no" in done.stderr
    assert "Traceback" not in done.stderr
