"""`scan` and `explain`: the lines of the contract, and why a rule holds or not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Command
from watcher.storage.store import open_store
from watcher.types import Item

REPORT = {
    "id": "1",
    "title": "Militants cross the border near Tunis",
    "summary": "Gunmen were seen.",
    "lang": "en",
}


def lines(*items: object) -> str:
    return "".join(json.dumps(item) + "\n" for item in items)


def scanned(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_a_line_of_output_is_as_the_contract_says(command: Command) -> None:
    done = command("scan", "-", stdin=lines(REPORT))
    assert done.exit_code == 0
    (found,) = scanned(done.stdout)
    assert list(found) == ["id", "language", "places", "matches", "story"]
    assert (found["id"], found["language"], found["story"]) == ("1", "en", None)
    (match,) = found["matches"]
    assert (match["rule"], match["severity"]) == ("border", "high")
    for one in match["evidence"]:
        assert set(one) == {"field", "start", "end", "text", "path"}
        text = REPORT["title"] if one["field"] == "title" else REPORT["summary"]
        assert text[one["start"] : one["end"]] == one["text"]
    assert {one["path"] for one in match["evidence"]} == {"match.all[0].list:armed", "match.all[1]"}
    place = next(place for place in found["places"] if place["text"] == "Tunis")
    assert set(place) == {
        "text",
        "field",
        "start",
        "end",
        "country",
        "kind",
        "name",
        "lat",
        "lon",
        "confidence",
    }
    assert place["country"] == "TN"
    assert REPORT["title"][place["start"] : place["end"]] == "Tunis"


def test_json_can_be_asked_for_as_of_every_command_that_prints_data(command: Command) -> None:
    asked = command("scan", "-", "--json", stdin=lines(REPORT))
    assert asked.exit_code == 0
    assert asked.stdout == command("scan", "-", stdin=lines(REPORT)).stdout


def test_a_bad_line_is_told_with_its_number_and_the_others_go_on(command: Command, folder: Path) -> None:
    path = folder / "items.jsonl"
    path.write_bytes(
        lines(REPORT).encode()
        + b"\n{oops\n"
        + b"\xff\n"
        + lines({"id": 5}, {"id": 6, "title": "Rain"}).encode()
    )
    done = command("scan", path)
    assert done.exit_code == 1
    assert [line["id"] for line in scanned(done.stdout)] == ["1", "6"]
    told = done.stderr.splitlines()
    assert [line.split(": ")[0] for line in told] == [f"{path}:3", f"{path}:4", f"{path}:5"]


def test_other_rules_can_be_tried(command: Command, folder: Path) -> None:
    (folder / "mine").mkdir()
    (folder / "mine" / "a.yml").write_text("rules: [{id: first, match: militants}]")
    (folder / "mine" / "b.yml").write_text("rules: [{id: second, match: gunmen}]")
    for arguments in (
        ("--rules", "mine"),
        ("--rules", "mine/a.yml", "mine/b.yml"),
        ("--rules", "mine/a.yml", "--rules", "mine/b.yml"),
    ):
        (found,) = scanned(command("scan", "-", *arguments, stdin=lines(REPORT)).stdout)
        assert [match["rule"] for match in found["matches"]] == ["first", "second"]


def test_a_rule_for_certain_feeds_sees_items_that_come_from_none(command: Command, folder: Path) -> None:
    (folder / "r.yml").write_text(
        "rules:\n  - {id: theirs, match: militants, from: {feeds: [tap], tags: [tunisia]}}\n"
        "  - {id: french, match: militants, from: {languages: [fr]}}\n"
    )
    (found,) = scanned(command("scan", "-", "--rules", "r.yml", stdin=lines(REPORT)).stdout)
    assert [match["rule"] for match in found["matches"]] == ["theirs"]


def test_reports_of_one_event_get_one_story(command: Command) -> None:
    text = "Militants crossed the border near Ben Gardane at dawn on Monday, the interior ministry in Tunis said in a statement."
    items = [
        {"id": "a", "title": text, "published": "2026-07-01T10:00:00Z", "author": "One"},
        {"id": "b", "title": f"UPDATE 1-{text}", "published": "2026-07-01T11:00:00Z", "author": "Two"},
        {
            "id": "c",
            "title": "Rain is expected over the weekend in the north of the country, forecasters said on Friday.",
            "published": "2026-07-01T12:00:00Z",
        },
        {"id": "d", "title": text, "url": "https://x.example/1", "published": "2026-07-01T13:00:00Z"},
    ]
    first, second, third, fourth = (
        line["story"] for line in scanned(command("scan", "-", "--stories", stdin=lines(*items)).stdout)
    )
    assert first == second == fourth
    assert third not in (first, None)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing.jsonl",),
        ("a.jsonl", "b.jsonl"),
        ("-", "--rules", "nothing.yml"),
        ("-", "--rules", "feeds/none"),
    ],
)
def test_what_cannot_be_scanned_ends_with_2(command: Command, arguments: tuple[str, ...]) -> None:
    assert command("scan", *arguments).exit_code == 2


def test_a_hit_is_explained_condition_by_condition(command: Command) -> None:
    done = command("explain", "border", "--title", "Militants cross the border")
    assert done.exit_code == 0
    assert "✓ border" in done.stdout
    assert "✓ list:armed  Militants title:0" in done.stdout
    data = json.loads(command("explain", "border", "--title", "Militants cross the border", "--json").stdout)
    assert data["matched"] is True


def test_a_miss_says_which_condition_failed(command: Command) -> None:
    done = command("explain", "border", "--title", "Militants in town")
    assert done.exit_code == 0
    assert "✗ border" in done.stdout
    assert "✓ list:armed" in done.stdout
    brief = command("explain", "border", "--brief", "--title", "Militants in town").stdout
    assert "list:armed" not in brief
    assert "✗ border" in brief
    data = json.loads(command("explain", "--title", "Rain", "--json").stdout)
    assert [one["matched"] for one in data] == [False]


def test_an_item_can_come_from_a_file_or_from_input(command: Command, folder: Path) -> None:
    (folder / "item.json").write_text(json.dumps(REPORT))
    assert "✓ border" in command("explain", "--file", "item.json").stdout
    assert "✓ border" in command("explain", "--file", "-", stdin=json.dumps(REPORT)).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--title", "x", "--file", "y"),
        ("bordr", "--title", "x"),
        ("--file", "none.json"),
        ("--title", ""),
    ],
)
def test_an_explanation_needs_one_item_and_a_known_rule(command: Command, arguments: tuple[str, ...]) -> None:
    done = command("explain", *arguments)
    assert done.exit_code == 2
    assert done.stderr


def test_a_stored_item_is_explained_with_its_feed(command: Command, folder: Path) -> None:
    assert "no database" in command("explain", "--item", "1").stderr
    assert not (folder / "watcher.db").exists()
    (folder / "rules" / "a.yml").write_text("rules: [{id: theirs, match: militants, from: {tags: [libya]}}]")
    store = open_store(f"sqlite:///{folder / 'watcher.db'}")
    item = Item(
        feed_id="tap",
        key="1",
        guid=None,
        url=None,
        title="Militants",
        summary="",
        content="",
        seen_at=datetime.now(UTC),
    )
    with store.write() as transaction:
        (item_id,) = transaction.items.add([item]).values()
    store.close()
    data = json.loads(command("explain", "theirs", "--item", str(item_id), "--json").stdout)
    assert data["matched"] is False
    assert "tap" in data["hidden_by_from"]
    assert command("explain", "--item", "99").exit_code == 2
