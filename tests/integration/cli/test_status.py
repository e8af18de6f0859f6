"""What `status` says of coverage."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.commands import Command
from watcher.clock import SystemClock
from watcher.storage.store import open_store
from watcher.types import TroubleKind


@pytest.fixture
def troubled(folder: Path) -> Path:
    """A store in which one trouble lasts, one ended an hour ago and one long ago."""
    now = SystemClock().now()
    store = open_store(f"sqlite:///{folder}/watcher.db")
    with store.write() as tx:
        tx.troubles.begin(
            TroubleKind.SILENT, "tap", at=now - timedelta(days=9), reason="nothing new for 9 days"
        )
        for days, kind in ((0, TroubleKind.STORM), (3, TroubleKind.OVERFLOW)):
            ended = now - timedelta(days=days, hours=1)
            tx.troubles.begin(kind, "tap", at=ended - timedelta(hours=1), reason="over")
            tx.troubles.end(kind, "tap", at=ended)
    store.close()
    return folder


def test_what_lasts_and_what_ended_within_a_day_is_shown(troubled: Path, command: Command) -> None:
    shown = json.loads(command("status", "--json").stdout)["troubles"]
    assert [(one["kind"], one["of"], one["until"] is None) for one in shown] == [
        ("silent", "tap", True),
        ("storm", "tap", False),
    ]
    text = command("status").stdout
    assert "nothing new for 9 days" in text
    assert "overflow" not in text
