"""What people click and type in Slack, from the payload to the store, by socket and by HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application
from pydantic import SecretStr

from tests.support import samples
from tests.support.alerts import a_delivery
from tests.support.hostile import HOSTILE, is_harmless
from tests.support.ledger import run_inline
from tests.support.service import eventually
from tests.support.slack import CHANNEL_IDS, Message, ThreadedSlack, refused
from watcher.alert.route import Route
from watcher.announce import Routing
from watcher.chat.desk import Desk
from watcher.chat.lines import open_lines
from watcher.clock import SystemClock
from watcher.config.channels import SlackSettings
from watcher.deliver.channels.slack import SlackChannel
from watcher.deliver.channels.slackaccount import SlackAccounts
from watcher.metrics import Metrics
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Store, open_store
from watcher.types import Alert, Analysed, AnswerWord, DeliveryKind, Feed, Item, Receipt

SECRET = "signing-secret-of-the-app"
MENTION = "<!channel> <https://evil.example|bank> \u202e"


class Clock(SystemClock):
    """The real clock, with short pauses."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.01))


class Echo:
    """Workers that find a match in every text."""

    async def analyse(self, items: Sequence[Item], feed: Feed, now: datetime) -> tuple[Analysed, ...]:
        return tuple(Analysed(item=item, language="en", matches=(samples.match(),)) for item in items)


@pytest.fixture
def slack() -> Iterator[ThreadedSlack]:
    with ThreadedSlack() as double:
        yield double


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/watcher.db")
    yield opened
    opened.close()


@pytest.fixture
def config(slack: ThreadedSlack) -> SlackSettings:
    return SlackSettings(
        token=SecretStr("xoxb-test-token"),
        channel="#security",
        app_token=SecretStr("xapp-test-token"),
        signing_secret=SecretStr(SECRET),
        base_url=slack.base_url,
    )


@pytest.fixture
def woken() -> list[bool]:
    return []


@pytest.fixture
def desk(store: Store, woken: list[bool]) -> Desk:
    return Desk(
        store=store,
        run=run_inline,
        clock=Clock(),
        workers=Echo(),
        metrics=Metrics(),
        rules=frozenset({"border"}),
        edited=frozenset({"security"}),
        wake=lambda: woken.append(True),
        routing=Routing(routes=(Route(to=("security",)),), updatable=frozenset(), metrics=Metrics()),
        feeds={},
    )


@pytest.fixture
async def message(slack: ThreadedSlack, store: Store, config: SlackSettings) -> Message:
    """An alert that was told, as it stands in Slack."""
    alert = samples.alert(id="al-0a1b")
    with store.write() as tx:
        tx.stories.open(alert.story_id, title="x", at=samples.NOW)
        tx.alerts.add(alert)
        row = NewDelivery(
            id="de-1", alert_id=alert.id, channel="security", kind=DeliveryKind.ALERT, at=samples.NOW
        )
        tx.deliveries.add([row])
        tx.delivery_outcomes.delivered("de-1", receipt=Receipt(receiver_id="1.1"), at=samples.NOW)
    channel = SlackChannel("security", config)
    await channel.send(a_delivery(alert, id="de-1"))
    await channel.close()
    return slack.messages[0]


def stored(store: Store) -> Alert:
    with store.read() as tx:
        return tx.alerts.get(["al-0a1b"])["al-0a1b"]


def updates(store: Store) -> list[str]:
    with store.read() as tx:
        return [d.channel for d in tx.deliveries.newest(limit=99) if d.kind is DeliveryKind.UPDATE]


async def until(condition: Callable[[], object]) -> None:
    await asyncio.to_thread(eventually, condition)


async def said_to(desk: Desk, payload: dict[str, Any]) -> list[str]:
    heard: list[str] = []

    async def whisper(channel: str, user: str, text: str) -> None:
        heard.append(text)

    await desk.click(payload, whisper)
    return heard


async def test_a_click_is_kept_once_and_changes_the_message(
    desk: Desk, store: Store, slack: ThreadedSlack, message: Message, woken: list[bool]
) -> None:
    click = slack.click(message, "acknowledged")
    for _ in range(3):
        assert await said_to(desk, click) == []
    (answer,) = stored(store).answers
    assert (answer.word, answer.by, answer.via) == (AnswerWord.ACKNOWLEDGED, "@ann", "slack")
    assert updates(store) == ["security"]
    assert woken == [True]
    await said_to(desk, slack.click(message, "not_relevant", user="bob"))
    with store.read() as tx:
        tally = tx.answers.tallies()["border"]
    assert (tally.told, tally.relevant, tally.not_relevant) == (1, 0, 1)


async def test_the_message_says_who_answered(
    desk: Desk, store: Store, slack: ThreadedSlack, message: Message, config: SlackSettings
) -> None:
    await said_to(desk, slack.click(message, "acknowledged"))
    await said_to(desk, slack.click(message, "wrong_story", user="bob"))
    channel = SlackChannel("security", config)
    first = Receipt(receiver_id=message.ts, detail={"channel": CHANNEL_IDS["#security"]})
    await channel.send(a_delivery(stored(store), kind=DeliveryKind.UPDATE, opened_as=first))
    await channel.close()
    assert "acknowledged by @ann" in slack.messages[0].shown
    assert "wrong story by @bob" in slack.messages[0].shown


@pytest.mark.parametrize(("option", "hours", "is_of_rule"), [(0, 1, False), (4, 8, True)])
async def test_a_snooze_silences_the_story_or_the_rule(
    desk: Desk,
    store: Store,
    slack: ThreadedSlack,
    message: Message,
    option: int,
    hours: int,
    is_of_rule: bool,
) -> None:
    click = slack.click(message, "snooze", option=option)
    for _ in range(2):
        await said_to(desk, click)
    with store.read() as tx:
        (silence,) = tx.silences.newest(limit=9)
    assert silence.ends_at - silence.starts_at == timedelta(hours=hours)
    assert silence.author == "@ann"
    assert bool(silence.when.rule) is is_of_rule
    assert bool(silence.when.story) is not is_of_rule
    assert updates(store) == ["security"], "the edit tells that it is snoozed, whatever is silenced"


async def test_why_is_answered_to_the_one_who_asked(
    desk: Desk, slack: ThreadedSlack, message: Message
) -> None:
    (text,) = await said_to(desk, slack.click(message, "why"))
    assert "HIGH · Crossing of the border" in text
    assert "watcher alerts show al-0a1b" in text


async def test_a_click_on_what_is_forgotten_says_so(
    desk: Desk, slack: ThreadedSlack, message: Message
) -> None:
    gone = json.loads(json.dumps(slack.click(message, "acknowledged")).replace("al-0a1b", "al-9"))
    assert await said_to(desk, gone) == ["This alert is no longer kept."]


COMMANDS = [
    ("", "/watcher status"),
    ("help", "/watcher try TEXT"),
    ("status", "1 alerts"),
    ("silences", "Nothing is silenced."),
    ("silence bordr 8h", "No rule is called “bordr” (did you mean"),
    ("silence border", "For how long?"),
    ("silence border 9000d", "up to 30 days"),
    ("silence border 8h drill", "border is silent until"),
    ("try Gunmen cross", "border (high): Gunmen"),
]


@pytest.mark.usefixtures("message")
async def test_slash_commands_answer_the_one_who_asks(desk: Desk) -> None:
    for text, expected in COMMANDS:
        reply = await desk.command({"user_id": "U1", "user_name": "ann", "channel_id": "C1", "text": text})
        assert reply["response_type"] == "ephemeral"
        assert expected in json.dumps(reply["blocks"], ensure_ascii=False), text


async def test_hostile_commands_are_harmless_and_bounded(desk: Desk) -> None:
    for hostile in HOSTILE.values():
        asked = {"user_id": "U1", "user_name": hostile, "channel_id": "C1"}
        for word in ("", "try ", "silence ", "silence border 8h ", "merge al-1 ", "split al-1 "):
            for text in (word + hostile, "silences"):
                reply = await desk.command({**asked, "text": text})
                assert is_harmless(reply["text"])
                assert "<!" not in reply["text"]
                assert "<@" not in reply["text"]
                assert len(json.dumps(reply)) < 20_000


@asynccontextmanager
async def hearing(config: SlackSettings, desk: Desk) -> AsyncIterator[None]:
    lines = open_lines({"security": config, "other": config}, desk, SlackAccounts(desk.clock))
    assert list(lines.sockets) == ["security"], "one app has one socket"
    task = asyncio.create_task(lines.sockets["security"].run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await lines.close()


async def test_clicks_come_by_socket_and_are_acknowledged_once_kept(
    desk: Desk, store: Store, slack: ThreadedSlack, message: Message, config: SlackSettings
) -> None:
    click = slack.click(message, "acknowledged")
    async with hearing(config, desk):
        await until(lambda: slack.sockets)
        slack.say("interactive", click, envelope_id="e1")
        await until(lambda: "e1" in slack.acks)
        assert len(stored(store).answers) == 1
        slack.say("interactive", click, envelope_id="e2")
        asked = {"user_id": "U1", "channel_id": "C1", "text": "status"}
        slack.say("slash_commands", asked, envelope_id="e3")
        slack.say("interactive", slack.click(message, "why"), envelope_id="e4")
        await until(lambda: {"e2", "e3", "e4"} <= slack.acks.keys())
    assert len(stored(store).answers) == 1
    assert slack.acks["e3"]["payload"]["response_type"] == "ephemeral"
    (whisper,) = slack.whispers
    assert (whisper["user"], whisper["channel"]) == ("UANN", "C0SECURITY")


async def test_a_socket_that_ends_or_breaks_is_opened_again(
    desk: Desk, store: Store, slack: ThreadedSlack, message: Message, config: SlackSettings
) -> None:
    async with hearing(config, desk):
        for end in (slack.ask_to_reconnect, slack.drop_sockets):
            await until(lambda: slack.sockets)
            (before,) = slack.sockets
            slack.script([refused("internal_error")])
            end()
            await until(lambda before=before: slack.sockets and before not in slack.sockets)
        slack.say("interactive", slack.click(message, "acknowledged"), envelope_id="e1")
        await until(lambda: "e1" in slack.acks)
    assert len(stored(store).answers) == 1


def lose(store: Store) -> None:
    """Put a folder where the database was."""
    store.close()
    path = Path(str(store._engine.url.database))
    path.unlink()
    path.mkdir()


async def test_what_cannot_be_kept_is_not_acknowledged(
    desk: Desk, store: Store, slack: ThreadedSlack, message: Message, config: SlackSettings
) -> None:
    lose(store)
    async with hearing(config, desk):
        await until(lambda: slack.sockets)
        slack.say("interactive", slack.click(message, "acknowledged"), envelope_id="e1")
        slack.say("slash_commands", {"user_id": "U", "channel_id": "C", "text": "help"}, envelope_id="e2")
        await until(lambda: "e2" in slack.acks)
    assert "e1" not in slack.acks


async def test_a_line_outlives_what_its_library_did_not_expect(
    desk: Desk, slack: ThreadedSlack, config: SlackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, failures = aiohttp.ClientSession.ws_connect, iter([AssertionError(), RuntimeError("loop")])

    def unreliable(session: aiohttp.ClientSession, *args: Any, **options: Any) -> Any:
        for failure in failures:
            raise failure
        return connect(session, *args, **options)

    monkeypatch.setattr(aiohttp.ClientSession, "ws_connect", unreliable)
    async with hearing(config, desk):
        await until(lambda: slack.sockets)


async def test_no_secret_of_the_app_is_logged(
    desk: Desk, slack: ThreadedSlack, message: Message, config: SlackSettings
) -> None:
    with structlog.testing.capture_logs() as logs:
        slack.script([refused("invalid_auth"), refused("internal_error")])
        async with hearing(config, desk):
            await until(lambda: any(log["event"] == "socket_open" for log in logs))
            slack.drop_sockets()
            await until(lambda: any(log["event"] in ("socket_broken", "socket_ended") for log in logs))
    told = repr(logs) + desk.metrics.text().decode() + repr(config)
    for secret in ("xapp-test-token", "xoxb-test-token", SECRET, "secret-ticket"):
        assert secret not in told


def signed(body: str, *, secret: str = SECRET) -> dict[str, Any]:
    stamp = str(int(time.time()))
    mac = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={mac}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return {"data": body, "headers": headers}


LARGE = {"data": io.BytesIO(b"x" * 1_100_000)}


async def test_clicks_come_by_signed_http_and_unsigned_ones_are_refused(
    desk: Desk, store: Store, slack: ThreadedSlack, message: Message, config: SlackSettings
) -> None:
    lines = open_lines({"security": config}, desk, SlackAccounts(desk.clock))
    assert lines.handler is not None
    application = Application()
    application.router.add_post("/slack", lines.handler)
    click = urlencode({"payload": json.dumps(slack.click(message, "acknowledged"))})
    command = urlencode({"user_id": "U1", "channel_id": "C1", "text": "help"})
    async with TestClient(TestServer(application)) as client:
        for wrong in (signed(click, secret="guess"), {"data": click}, LARGE):
            assert (await client.post("/slack", **wrong)).status in (401, 413)
        assert stored(store).answers == ()
        assert (await client.post("/slack", **signed(click))).status == 200
        assert (await client.post("/slack", **signed("payload=%7B"))).status == 400
        answered = await client.post("/slack", **signed(command))
        assert "/watcher status" in (await answered.json())["text"]
    await lines.close()
    assert len(stored(store).answers) == 1
