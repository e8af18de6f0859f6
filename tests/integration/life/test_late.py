"""Reports that come too late to be told are held where people can find and send them, and keep nothing else back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.polling import a_rule
from tests.support.press import Desk, entry, newsroom
from watcher.types import Alert, Delivery, DeliveryState

OLD = "Mon, 03 Feb 2025 10:00:00 GMT"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    archive = [entry("wire", pubDate=OLD)]  # of a first poll: not late
    async with newsroom(tmp_path, [a_rule(max_age="48h")], Desk, archive=archive, prints=()) as made:
        yield made


def held(desk: Desk) -> list[Alert]:
    with desk.polling.store.read() as tx:
        return list(tx.alerts.newest(limit=100, is_held=True))


def rows(desk: Desk) -> list[Delivery]:
    return [one for one in desk.polling.deliveries() if one.alert.is_late]


async def test_a_late_report_is_held_with_its_reason_and_can_be_sent_after_all(desk: Desk) -> None:
    await desk.prints("local", pubDate=OLD)
    await desk.prints("radio", pubDate=OLD)
    (alert,) = held(desk)
    assert desk.alerts == [], "not among what was told"
    (row,) = rows(desk)
    assert (row.state, row.alert.id) == (DeliveryState.HELD, alert.id)
    assert (row.reason or "").startswith("late: published 2025-02-03 10:00 UTC, ")
    with desk.polling.store.write() as tx:
        assert tx.deliveries.retry([row.id], at=desk.polling.clock.now()) == 1
    assert [one.id for one in desk.alerts] == [alert.id]


async def test_a_report_in_time_is_told_as_if_no_late_one_had_come(desk: Desk) -> None:
    await desk.prints("local", pubDate=OLD)
    await desk.prints("local", guid="2", link="https://local.example/2")
    (told,) = desk.alerts
    assert not told.is_late
    assert len(held(desk)) == 1


async def test_a_late_report_of_a_story_that_was_told_is_not_listed(desk: Desk) -> None:
    await desk.prints("local")
    await desk.prints("radio", pubDate=OLD)
    assert held(desk) == []


async def test_a_first_poll_lists_nothing_and_an_archive_that_a_site_lists_anew_a_few(desk: Desk) -> None:
    assert held(desk) == []
    words = [f"{chr(97 + n // 26)}{chr(97 + n % 26)}" * 4 for n in range(30)]
    archive = [
        entry(word, pubDate=OLD, title=f"Gunmen cross border {word}", description=" ".join([word] * 9))
        for word in words
    ]
    desk.press.pages["wire"] = archive
    await desk.polling.poll("wire", after=timedelta(minutes=15))
    assert len(held(desk)) == 20
