"""Stories split and merged by people in chat: from the payload to the store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.ledger import run_inline
from tests.support.polling import InlineWorkers, a_rule
from tests.support.press import Desk as Newsroom
from tests.support.press import newsroom as newsroom_of
from watcher.alert.inert import inert
from watcher.chat.desk import Desk

RULES = (a_rule(),)
ASKED = {"user_id": "U1", "user_name": "ann", "channel_id": "C1"}


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """Two outlets whose reports are one alert."""
    async with newsroom_of(tmp_path, RULES, Newsroom, prints=("wire", "local")) as made:
        yield made


@pytest.fixture
def woken() -> list[bool]:
    return []


@pytest.fixture
def desk(newsroom: Newsroom, woken: list[bool]) -> Desk:
    polling = newsroom.polling
    return Desk(
        store=polling.store,
        run=run_inline,
        clock=polling.clock,
        workers=InlineWorkers(RULES),
        metrics=polling.metrics,
        rules=frozenset({"border"}),
        edited=frozenset({"desk"}),
        wake=lambda: woken.append(True),
        routing=polling.context.routing,
        feeds=polling.feeds,
    )


async def told(desk: Desk, text: str) -> str:
    reply = await desk.command({**ASKED, "text": text})
    return str(reply["text"])


async def test_a_person_splits_a_story_and_puts_it_together_again(
    newsroom: Newsroom, desk: Desk, woken: list[bool]
) -> None:
    (alert,) = newsroom.alerts
    item = max(one.item_id for one in newsroom.polling.items())
    assert f"Split from {alert.id}: al-" in await told(desk, f"split {alert.id} {item}")
    assert woken
    assert "already" in await told(desk, f"split {alert.id} {item}")
    newsroom.polling.clock.advance(60)
    new, old = newsroom.alerts
    assert [len(one.sources) for one in (new, old)] == [1, 1]
    assert f"{new.id} merged into {old.id}" in await told(desk, f"merge {old.id} {new.id}")
    assert "already" in await told(desk, f"merge {old.id} {new.id}")
    with newsroom.polling.store.read() as tx:
        words = tx.regroup.words(old.story_id)
    assert [(one.is_together, one.by, one.by_id, one.via) for one in words] == [
        (False, "@ann", "U1", "slack"),
        (True, "@ann", "U1", "slack"),
    ]


async def test_wrong_story_says_what_to_type(newsroom: Newsroom, desk: Desk) -> None:
    (alert,) = newsroom.alerts
    heard: list[str] = []

    async def whisper(_channel: str, _user: str, text: str) -> None:
        heard.append(text)

    button = {"action_id": "wrong_story", "value": alert.id, "action_ts": "1772366400.000001"}
    person = {"user": {"id": "U1", "name": "ann"}, "channel": {"id": "C1"}}
    await desk.click({"type": "block_actions", **person, "actions": [button]}, whisper)
    (line,) = heard
    items = [one.item_id for one in newsroom.polling.items() if one.story_id == alert.story_id]
    assert all(f"{item} · " in line for item in items)
    assert f"/watcher split {alert.id} {max(items)}" in line


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("merge al-1", "Which two alerts?"),
        ("merge <!channel> al-1", "Which two alerts?"),
        ("merge al-1 al-2", "there is no alert al-1"),
        ("split", "Which items of which alert?"),
        ("split al-1 x", "Which items of which alert?"),
        ("split al-1 1", "there is no alert al-1"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_line(desk: Desk, text: str, says: str) -> None:
    line = await told(desk, text)
    assert says in line
    assert inert(line) == line
