"""`watcher explain --item`: what became of a stored item under the rules that matched it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import samples
from tests.support.commands import Command
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Store, open_store
from watcher.story.cluster import fold_into_story
from watcher.story.fingerprint import fingerprint
from watcher.types import DeliveryKind, DeliveryState, MatchOutcome

NOW = datetime.now(UTC)
TITLE = "Militants cross the border near Ben Guerdane"


class Filled:
    """A store in the folder of a configuration, and the ids of its items."""

    def __init__(self, folder: Path, command: Command) -> None:
        self.command = command
        self.store: Store = open_store(f"sqlite:///{folder}/watcher.db")

    def item(
        self, key: str, outcome: MatchOutcome | None, *, feed: str = "tap", is_withdrawn: bool = False
    ) -> int:
        item = samples.item(
            feed_id=feed, key=key, guid=key, url=f"https://x.example/{key}", title=TITLE, seen_at=NOW
        )
        with self.store.write() as tx:
            (item_id,) = tx.items.add([item]).values()
            if outcome is not None:
                tx.items.save_matches([(item_id, [(samples.match(), outcome)])], at=NOW)
                window = timedelta(hours=72)
                fold_into_story(tx, item_id, item, fingerprint(item), now=NOW, window=window)
            if is_withdrawn:
                tx.items.withdraw_matches(item_id, ["border"], at=NOW)
        return item_id

    def alert(self, item_id: int, *deliveries: NewDelivery) -> None:
        with self.store.write() as tx:
            tx.alerts.add(samples.alert(story_id=tx.stories.by_item(item_id), item_id=item_id))
            tx.deliveries.add(deliveries)

    def recorded(self, item_id: int) -> Any:
        return json.loads(self.explain("border", "--item", str(item_id), "--json"))["recorded"]

    def explain(self, *arguments: str) -> str:
        self.store.close()
        done = self.command("explain", *arguments)
        assert (done.exit_code, done.stderr) == (0, "")
        return done.stdout


@pytest.fixture
def filled(folder: Path, command: Command) -> Filled:
    return Filled(folder, command)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (MatchOutcome.FIRST_POLL, "first poll"),
        (MatchOutcome.LATE, "max_age"),
        (MatchOutcome.TEST, "status: test"),
        (MatchOutcome.TOLD, "nothing kept it back"),
    ],
)
def test_it_says_what_kept_an_item_from_being_told(filled: Filled, outcome: MatchOutcome, said: str) -> None:
    item_id = filled.item("a", outcome)
    assert said in filled.explain("border", "--item", str(item_id))
    recorded = filled.recorded(item_id)
    assert recorded["outcome"] == outcome.value
    assert (recorded["story"]["reason"], recorded["alert"]) == ("new", None)


def test_it_names_the_story_and_why_and_the_alert_with_its_deliveries(filled: Filled) -> None:
    first = filled.item("a", MatchOutcome.TOLD)
    second = filled.item("b", MatchOutcome.TOLD, feed="wire")
    held = NewDelivery(
        id="dl-1",
        alert_id="al-1",
        channel="duty",
        kind=DeliveryKind.ALERT,
        at=NOW,
        state=DeliveryState.HELD,
        reason="quiet hours",
    )
    filled.alert(first, held)
    recorded = filled.recorded(second)
    assert recorded["story"]["items"] == 2
    assert recorded["story"]["reason"].startswith("same_")
    assert recorded["alert"]["is_opened_by_item"] is False
    assert [(one["channel"], one["reason"]) for one in recorded["alert"]["deliveries"]] == [
        ("duty", "quiet hours")
    ]
    assert filled.recorded(first)["alert"]["is_opened_by_item"] is True
    text = filled.explain("border", "--item", str(second))
    assert "opened by another report; its feed is among the sources already" in text
    assert "duty alert held" in text
    assert "quiet hours" in text


def test_an_alert_that_no_route_takes_is_said_to_go_nowhere(filled: Filled) -> None:
    item_id = filled.item("a", MatchOutcome.TOLD)
    filled.alert(item_id)
    assert "no route takes this alert" in filled.explain("border", "--item", str(item_id))


def test_a_match_that_an_edit_ended_is_said_to_be_withdrawn(filled: Filled) -> None:
    item_id = filled.item("a", MatchOutcome.TOLD, is_withdrawn=True)
    assert "an edit of the item ended the match" in filled.explain("border", "--item", str(item_id))


def test_a_hit_that_is_not_recorded_is_said_to_be_new(filled: Filled) -> None:
    item_id = filled.item("a", None)
    assert "not recorded" in filled.explain("border", "--item", str(item_id))
    assert filled.recorded(item_id) is None
