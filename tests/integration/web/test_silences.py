"""Silences by HTTP: who may, what is taken, and what no request can do."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.support import samples
from tests.support.clock import FakeClock
from tests.support.commands import watcher
from tests.support.ledger import run_inline
from tests.support.openapi import check_answer
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Store, open_store
from watcher.types import DeliveryKind
from watcher.web.silences import DESCRIPTION_PATH, add_silences

ROOT = Path(__file__).parents[3]

TOKEN = "token-of-the-api"
ASKED = {"when": {"rule": ["border*"]}, "for": "8h", "author": "desk", "comment": "exercise"}

Answer = tuple[int, Any]
Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = open_store(f"sqlite:///{tmp_path}/watcher.db")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def ask(store: Store, clock: FakeClock) -> AsyncIterator[Ask]:
    application = web.Application()
    add_silences(application, store=store, run=run_inline, clock=clock, token=TOKEN)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:

        async def request(
            method: str, path: str = "", body: Any = None, *, token: str | None = TOKEN, **options: Any
        ) -> Answer:
            headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
            content = {"json": body} if body is not None else {}
            url = server.make_url(f"/api/v1/silences{path}")
            async with session.request(
                method, url, **content, **{"headers": headers | options.pop("headers", {}), **options}
            ) as answer:
                text = await answer.text()
                told = json.loads(text) if answer.content_type == "application/json" else text
                check_answer(method, answer.url.path, asked=body, status=answer.status, told=told)
                return answer.status, told

        yield request


async def test_a_silence_is_made_listed_and_ended(ask: Ask, clock: FakeClock) -> None:
    status, made = await ask("POST", body=ASKED)
    assert status == 201
    assert (made["state"], made["when"], made["held"]) == ("holds", {"rule": ["border*"]}, 0)
    assert (made["author"], made["comment"]) == ("desk", "exercise")
    assert made["ends_at"] == "2026-03-01T20:00:00Z"

    status, (listed,) = await ask("GET")
    assert (status, listed["id"]) == (200, made["id"])
    assert await ask("DELETE", f"/{made['id']}") == (200, {"expired": 1})
    assert (await ask("DELETE", f"/{made['id']}"))[0] == 404
    assert await ask("GET") == (200, [])
    status, (over,) = await ask("GET", "?all=true")
    assert (over["state"], over["expired_at"]) == ("over", "2026-03-01T12:00:00Z")
    clock.advance(1)


async def test_the_document_that_is_served_is_the_one_that_is_kept_and_printed(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    application = web.Application()
    add_silences(application, store=store, run=run_inline, clock=clock, token=TOKEN)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        async with session.get(server.make_url("/api/v1/openapi.json")) as answer:
            served = await answer.json()
        registered = {
            (route.method, route.resource.canonical if route.resource else "")
            for route in application.router.routes()
        } - {("GET", DESCRIPTION_PATH), ("HEAD", DESCRIPTION_PATH)}
    assert served == json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
    assert served == json.loads(watcher("schema", "api", cwd=tmp_path).stdout)
    described = {(method.upper(), path) for path, some in served["paths"].items() for method in some}
    assert described == registered
    names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(served)))
    assert names == set(served["components"]["schemas"])


async def test_what_waits_to_be_sent_is_kept_back(ask: Ask, store: Store) -> None:
    with store.write() as tx:
        tx.stories.open("st-1", title="x", at=samples.NOW)
        tx.alerts.add(samples.alert())
        row = {"alert_id": "al-1", "channel": "a", "kind": DeliveryKind.ALERT, "at": samples.NOW}
        tx.deliveries.add([NewDelivery(id="de-1", **row)])  # type: ignore[arg-type]
    _, made = await ask("POST", body={"when": {"story": ["al-1"]}, "for": "1h", "author": "desk"})
    assert made["held"] == 1
    with store.read() as tx:
        (held,) = tx.deliveries.newest(limit=1)
    assert held.reason == f"silence: {made['id']} by desk"


async def test_every_matcher_is_taken(ask: Ask) -> None:
    when = {
        "severity": ["high"],
        "tags": ["tunisia"],
        "rule": ["border"],
        "place": ["TN", "بن قردان"],
        "language": ["ar"],
        "feed_tag": ["wire"],
        "tlp": ["amber"],
        "story": ["al-1"],
    }
    body = {"when": when, "until": "2026-03-02T08:00:00+01:00", "author": "desk"}
    status, made = await ask("POST", body=body)
    assert status == 201
    assert made["when"] == {name: sorted(values) for name, values in when.items()}
    assert made["ends_at"] == "2026-03-02T07:00:00Z"


@pytest.mark.parametrize("token", [None, "", "another", TOKEN + "x", "tökén"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", ""), ("DELETE", "/si-00000000")],
)
async def test_nobody_without_the_token_is_heard(
    ask: Ask, store: Store, token: str | None, method: str, path: str
) -> None:
    body = ASKED if method == "POST" else None
    status, told = await ask(method, path, body, token=token)
    assert status == 401
    assert TOKEN not in str(told)
    with store.read() as tx:
        assert not tx.silences.newest(limit=1)


NOT_TAKEN: dict[str, Any] = {
    "a list": [],
    "a word": "silence",
    "nothing": {},
    "no author": {**ASKED, "author": None},
    "an author of blanks": {**ASKED, "author": " \u202e "},
    "an author that is too long": {**ASKED, "author": "a" * 121},
    "a comment that is too long": {**ASKED, "comment": "a" * 501},
    "neither matchers nor all": {**ASKED, "when": {}},
    "matchers and all": {**ASKED, "all": True},
    "all as a word": {**ASKED, "when": {}, "all": "yes"},
    "no such matcher": {**ASKED, "when": {"rules": ["border"]}},
    "no such severity": {**ASKED, "when": {"severity": ["huge"]}},
    "no such mark": {**ASKED, "when": {"tlp": ["blue"]}},
    "a matcher that is no list": {**ASKED, "when": {"rule": "border"}},
    "a matcher of numbers": {**ASKED, "when": {"rule": [1]}},
    "too many values": {**ASKED, "when": {"rule": ["a"] * 101}},
    "a value that is too long": {**ASKED, "when": {"rule": ["a" * 201]}},
    "a NUL": {**ASKED, "when": {"rule": ["a\x00b"]}},
    "a lone surrogate": {**ASKED, "when": {"story": ["\ud800"]}},
    "a terminal's command": {**ASKED, "when": {"place": ["\x1b[2J"]}},
    "an override of the direction": {**ASKED, "when": {"place": ["\u202eTN"]}},
    "an unknown key": {**ASKED, "id": "si-mine"},
    "for and until": {**ASKED, "until": "2026-03-02T00:00Z"},
    "neither for nor until": {name: value for name, value in ASKED.items() if name != "for"},
    "no duration": {**ASKED, "for": "long"},
    "no time at all": {**ASKED, "for": "0s"},
    "a time that is over": {**ASKED, "for": None, "until": "2020-01-01T00:00Z"},
    "the end of time": {**ASKED, "for": None, "until": "9999-12-31T23:59:59-23:59"},
    "longer than there is time": {**ASKED, "for": "99999999999999999999999999d"},
}


@pytest.mark.parametrize("name", NOT_TAKEN)
async def test_what_is_no_silence_is_refused_with_words_and_nothing_is_kept(
    ask: Ask, store: Store, name: str
) -> None:
    status, told = await ask("POST", body=NOT_TAKEN[name])
    assert status == 400, told
    assert told["error"]
    assert "pydantic" not in str(told).lower()
    with store.read() as tx:
        assert not tx.silences.newest(limit=1)


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 16_000, "application/json", 400),
        (b'{"author": NaN}', "application/json", 400),
        (b'"' + b"a" * 20_000 + b'"', "application/json", 413),
        (b"for=8h&author=desk", "application/x-www-form-urlencoded", 415),
        (json.dumps(ASKED).encode(), "text/plain", 415),
    ],
)
async def test_a_body_that_is_no_bounded_json_is_refused(
    ask: Ask, data: bytes, content_type: str, status: int
) -> None:
    got, told = await ask("POST", data=data, headers={"Content-Type": content_type})
    assert (got, bool(told["error"])) == (status, True)


@pytest.mark.parametrize("limit", ["0", "-1", "10001", "1e3", "a", "٣", "9" * 400])
async def test_a_list_is_bounded(ask: Ask, limit: str) -> None:
    status, _ = await ask("GET", f"?limit={limit}")
    assert status == 400


@pytest.mark.parametrize("silence_id", ["si-unknown", "..%2f..", "a" * 41, "%00", "si-1' OR '1'='1"])
async def test_what_is_not_there_cannot_be_ended(ask: Ask, silence_id: str) -> None:
    status, _ = await ask("DELETE", f"/{silence_id}")
    assert status == 404


async def test_words_that_could_act_are_kept_as_words(ask: Ask) -> None:
    body = {**ASKED, "author": "de\u202esk\n", "comment": "<!channel> \x1b[31mred\x00"}
    _, made = await ask("POST", body=body)
    assert (made["author"], made["comment"]) == ("desk", "<!channel> red")


async def test_no_log_holds_the_token(ask: Ask) -> None:
    with structlog.testing.capture_logs() as logs:
        await ask("POST", body=ASKED)
        await ask("POST", body=ASKED, token="another")
    assert [log["event"] for log in logs] == ["silenced"]
    assert TOKEN not in repr(logs)
