"""`watcher alerts`: what is shown of a story, on any terminal, and what a person says of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Command
from tests.support.polling import Polling, a_rule
from tests.support.press import FEEDS, Desk, Press


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    """Two outlets on one event, in the store of the configuration."""
    press = Press()
    with Polling(folder, fetcher=press, feeds=FEEDS, rules=[a_rule()], clock=press.clock) as polling:
        made = Desk(press, polling)

        async def fill() -> None:
            for feed in FEEDS:
                await polling.poll(feed.id)
            await made.prints("wire")
            await made.prints("local")

        asyncio.run(fill())
        yield made


def printed(command: Command, *words: str) -> Any:
    done = command("alerts", *words, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_an_alert_shows_its_timeline_its_voices_and_why_each_item_is_there(
    desk: Desk, command: Command
) -> None:
    (alert,) = desk.alerts
    shown = printed(command, "show", alert.id)
    assert [event["kind"] for event in shown["timeline"]] == ["reported", "joined"]
    (voice,) = shown["voices"]
    assert (shown["independent"], voice["publisher"], [one["is_copy"] for one in voice["sources"]]) == (
        1,
        "wire.example",
        [False, True],
    )
    assert [item["reason"] for item in shown["items"]] == ["new", "same_key"]
    assert shown["stage"] == "reported"
    page = command("alerts", "show", alert.id).stdout
    for words in ("first reported by Wire", "also reported by Local (not told)", "2 sources, 1 independent"):
        assert words in page


@pytest.mark.parametrize("columns", ["20", "60", "200"])
def test_the_list_can_be_read_at_any_width(
    desk: Desk, command: Command, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    (alert,) = desk.alerts
    text = command("alerts", "list").stdout
    assert max(map(len, text.splitlines())) <= int(columns)
    for word in (*alert.headline.split(), "high", "reported", alert.id):
        assert word in text


def test_a_person_splits_and_merges_and_what_they_said_is_shown(desk: Desk, command: Command) -> None:
    (alert,) = desk.alerts
    stays, goes = (str(item["id"]) for item in printed(command, "show", alert.id)["items"])
    refused = command("alerts", "split", alert.id, "--item", stays, "--item", goes)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "at least one item must stay" in refused.stderr
    done = printed(command, "split", alert.id, "--item", goes, "--by", "ann", "--comment", "another valley")
    assert (done["changed"], done["items"], len(done["others"])) == (True, [int(goes)], 1)
    again = command("alerts", "split", alert.id, "--item", goes)
    assert (again.exit_code, "already" in again.stdout) == (0, True)
    page = command("alerts", "show", alert.id).stdout
    assert f"ann said that items {goes} are of another story (another valley)" in page
    merged = printed(command, "merge", alert.id, done["others"][0], "--by", "bob")
    assert merged["changed"]
    words = printed(command, "show", alert.id)["words"]
    assert [(word["said"], word["by"]) for word in words] == [("apart", "ann"), ("together", "bob")]
    assert "merged into" in command("alerts", "show", done["others"][0]).stdout
    unknown = command("alerts", "merge", alert.id, "al-none")
    assert (unknown.exit_code, unknown.stderr) == (1, "watcher: there is no alert al-none\n")
