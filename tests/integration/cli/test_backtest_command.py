"""`watcher backtest`, on a store that holds items: what changed rules add and drop, and how it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import samples
from tests.support.commands import Command, watcher
from watcher.storage.store import open_store
from watcher.types import Item

TITLES = (
    ("Militants cross the border at dawn", timedelta(days=1)),
    ("Gunmen seen in the hills", timedelta(days=2)),
    ("Gunmen near the border post", timedelta(days=3)),
    ("Militants cross the border in spring", timedelta(days=60)),
    ("Archive: militants at the border", timedelta(days=90)),
)
CHANGED = """\
rules:
  - id: border
    match: {any: [gunmen]}
    tests: [{title: Gunmen, expect: match}]
  - id: hills
    match: hills
    tests: [{title: Hills, expect: match}]
"""


def past(title: str, age: timedelta, number: int, feed: str = "tap") -> Item:
    url = f"https://{feed}.example/{number}"
    facts = {
        "guid": url,
        "url": url,
        "text_hash": title,
        "content_hash": url,
        "summary": "",
        "published": None,
    }
    return samples.item(feed_id=feed, key=f"g:{url}", title=title, seen_at=datetime.now(UTC) - age, **facts)


@pytest.fixture
def filled(folder: Path) -> Path:
    """Give a configuration whose store holds a few items; the oldest came with the first poll."""
    store = open_store(f"sqlite:///{folder}/watcher.db")
    with store.write() as tx:
        for number, (title, age) in enumerate(TITLES):
            tx.items.add([past(title, age, number)])
    store.close()
    (folder / "new.yml").write_text(CHANGED)
    return folder


def run(command: Command, *arguments: str) -> tuple[int, Any]:
    done = command("backtest", *arguments, "--json")
    assert done.stderr == ""
    return done.exit_code, json.loads(done.stdout)


def test_what_changed_rules_add_and_drop_is_counted_and_shown(filled: Path, command: Command) -> None:
    code, report = run(command, "new.yml", "--since", "30d")
    assert code == 0
    border, hills = report["rules"]
    assert (border["matches"], border["added"], border["dropped"]) == ({"now": 2, "then": 2}, 1, 1)
    changes = {sample["change"]: sample for sample in border["samples"]}
    assert changes["added"]["title"] == "Gunmen seen in the hills"
    assert changes["added"]["evidence"][0]["text"] == "Gunmen"
    assert changes["dropped"]["title"] == "Militants cross the border at dawn"
    assert (hills["matches"], hills["added"]) == ({"now": 0, "then": 1}, 1)
    assert report["items"] == 3


def test_the_period_and_the_number_of_items_are_bounded(filled: Path, command: Command) -> None:
    assert run(command, "new.yml", "--since", "1y")[1]["items"] == 5
    assert run(command, "new.yml", "--since", "30d", "--limit", "1")[1]["items"] == 1


def test_the_first_poll_of_a_feed_is_matched_but_no_alert(filled: Path, command: Command) -> None:
    (rule,) = run(command, "--since", "1y")[1]["rules"]
    assert rule["matches"] == {"now": 4, "then": 4}
    assert rule["alerts"] == {"now": 3, "then": 3}


def test_copies_of_one_report_that_no_rule_held_on_before_are_one_alert(
    filled: Path, command: Command
) -> None:
    text = "Gunmen stole three lorries at the old mill on Monday night, the mayor said on local radio"
    store = open_store(f"sqlite:///{filled}/watcher.db")
    with store.write() as tx:
        for number in range(4):
            # What comes first from a feed is its archive.
            tx.items.add([past("Rain", timedelta(days=2), 0, feed=f"f{number}")])
            tx.items.add([past(text, timedelta(days=1, minutes=number), 1, feed=f"f{number}")])
    store.close()
    border = run(command, "new.yml", "--since", "30d")[1]["rules"][0]
    assert border["matches"]["then"] == 6
    assert border["alerts"] == {"now": 2, "then": 3}


def test_only_rules_of_the_files_are_compared_unless_they_are_the_whole_set(
    filled: Path, command: Command
) -> None:
    (filled / "new.yml").write_text(CHANGED.replace("id: border", "id: gunmen"))
    part = [rule["rule"] for rule in run(command, "new.yml")[1]["rules"]]
    whole = {rule["rule"]: rule["dropped"] for rule in run(command, "new.yml", "--whole")[1]["rules"]}
    assert part == ["gunmen", "hills"]
    assert whole == {"border": 2, "gunmen": 0, "hills": 0}


def test_people_see_samples_and_alerts_a_day(filled: Path) -> None:
    done = watcher("backtest", "new.yml", "--config", "watcher.yml", cwd=filled)
    assert done.returncode == 0
    assert "+ item 2, tap" in done.stdout
    assert "Gunmen seen in the hills" in done.stdout
    assert "alerts a day: 0.67 now, 1.00 then" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "soon"), "--since"),
        (("--since", "900000y"), "--since"),
        (("--limit", "0"), "--limit"),
        (("missing.yml",), "missing.yml"),
    ],
)
def test_wrong_use_ends_with_2(filled: Path, arguments: tuple[str, ...], said: str) -> None:
    done = watcher("backtest", "--config", "watcher.yml", *arguments, cwd=filled)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_store_it_says_so(folder: Path) -> None:
    done = watcher("backtest", "--config", "watcher.yml", cwd=folder)
    assert done.returncode == 2
    assert "there is no database" in done.stderr
