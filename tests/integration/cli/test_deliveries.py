"""`watcher deliveries list`: how long reports took, and why what is kept back is."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support import samples
from tests.support.commands import Command
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import open_store
from watcher.types import DeliveryKind, DeliveryState, Receipt

SECOND = timedelta(seconds=1)


@pytest.fixture
def ledger(folder: Path) -> None:
    """One alert that was delivered three seconds after it was seen, and that is held on another channel."""
    store = open_store(f"sqlite:///{folder}/watcher.db")
    with store.write() as tx:
        tx.stories.open("st-1", title="x", at=samples.NOW)
        tx.alerts.add(samples.alert())
        tx.deliveries.add(
            [
                NewDelivery(
                    id=f"de-{channel}",
                    alert_id="al-1",
                    channel=channel,
                    kind=DeliveryKind.ALERT,
                    at=samples.NOW,
                    state=state,
                    reason=reason,
                )
                for channel, state, reason in (
                    ("security", DeliveryState.PENDING, None),
                    ("duty", DeliveryState.HELD, "silence: si-1 by ann"),
                )
            ]
        )
        tx.delivery_outcomes.delivered(
            "de-security", receipt=Receipt(receiver_id="1.2"), at=samples.NOW + 3.25 * SECOND
        )
    store.close()


@pytest.mark.usefixtures("ledger")
def test_what_was_delivered_shows_how_long_its_report_took(command: Command) -> None:
    rows = {row["channel"]: row for row in json.loads(command("deliveries", "list", "--json").stdout)}
    sent, held = rows["security"], rows["duty"]
    assert (sent["published_to_delivered_seconds"], sent["seen_to_delivered_seconds"]) == (303.25, 3.25)
    assert (held["published_to_delivered_seconds"], held["seen_to_delivered_seconds"]) == (None, None)
    assert held["reason"] == "silence: si-1 by ann"


@pytest.mark.usefixtures("ledger")
def test_a_person_reads_the_delays_to_the_second(command: Command) -> None:
    shown = " ".join(command("deliveries", "list").stdout.split())
    assert "published 5m3s, seen 3s" in shown
    assert "silence: si-1 by ann" in shown


@pytest.mark.usefixtures("ledger")
def test_a_silence_of_a_rule_that_does_not_exist_is_warned_of(command: Command) -> None:
    done = command("silence", "add", "--rule", "bordr", "--tag", "tunesia", "--for", "1h")
    assert done.exit_code == 0
    assert 'warning: no rule is called "bordr"' in done.output
    assert 'warning: no rule has the tag "tunesia"' in done.output
    assert "warning" not in command("silence", "add", "--rule", "bord*", "--for", "1h").output


@pytest.mark.usefixtures("ledger")
def test_what_waits_or_is_held_can_be_found_by_its_state(command: Command) -> None:
    (held,) = json.loads(command("deliveries", "list", "--state", "held", "--json").stdout)
    assert held["channel"] == "duty"
    assert json.loads(command("deliveries", "list", "--state", "parked", "--json").stdout) == []
    assert command("deliveries", "list", "--state", "lost").exit_code == 2
