"""The life of a story through the real pipeline and store, a clock at hand: what each poll makes of the alert."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.polling import a_rule
from tests.support.press import TEXT, Desk, newsroom
from watcher.life import close_quiet
from watcher.types import LifeKind, LifeReason

RULES = (
    a_rule(alert={"remind": "6h"}, max_age="48h"),
    a_rule("massacre", id="grave", title="Massacre", severity="critical"),
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with newsroom(tmp_path, RULES, Desk) as made:
        yield made


async def test_copies_of_one_text_are_one_voice_however_many_print_it(desk: Desk) -> None:
    for outlet in ("local", "radio"):
        await desk.prints(outlet)
    assert desk.kinds == [LifeKind.REPORTED, LifeKind.JOINED, LifeKind.JOINED]
    assert desk.news == []


async def test_an_edit_that_ends_the_match_withdraws_and_one_that_brings_it_back_restores(desk: Desk) -> None:
    await desk.prints("wire", title="Exercise near Dehiba", description="It was an exercise.")
    assert desk.kinds == [LifeKind.REPORTED, LifeKind.WITHDRAWN]
    await desk.prints("wire")
    assert desk.kinds == [LifeKind.REPORTED, LifeKind.WITHDRAWN, LifeKind.RESTORED]
    assert [line.split(":")[0] for line in desk.news] == ["Withdrawn", "In force again"]


async def test_what_one_of_two_takes_back_is_not_told_while_the_other_stands(desk: Desk) -> None:
    await desk.prints("local")
    await desk.prints("local", title="WITHDRAWN: Gunmen cross the border near Dehiba")
    assert desk.kinds[-1] is LifeKind.RETRACTED
    assert desk.news == []
    await desk.prints("wire", title="[Retracted] Gunmen cross the border near Dehiba")
    assert desk.kinds[-1] is LifeKind.WITHDRAWN
    assert desk.news == ["Withdrawn by Wire"]


async def test_a_report_that_is_withdrawn_before_anybody_heard_of_it_is_no_news(desk: Desk) -> None:
    await desk.prints(
        "radio", title="WITHDRAWN: gunmen seize a school in Tozeur", description="Not so, the radio says."
    )
    assert len(desk.alerts) == 1


async def test_a_correction_is_told_once(desk: Desk) -> None:
    for description in (TEXT, f"{TEXT} Corrects the day."):
        await desk.prints(
            "wire", title="CORRECTED-Gunmen cross the border near Dehiba", description=description
        )
    assert desk.kinds == [LifeKind.REPORTED, LifeKind.CORRECTED]
    assert desk.news == ["Corrected by Wire"]


async def test_more_dead_by_half_escalate(desk: Desk) -> None:
    for number in (4, 5, 6):
        await desk.prints("wire", description=f"{TEXT} Later: {number} soldiers killed.")
    assert desk.news == ["Escalated: 4 killed, says Wire", "Escalated: 6 killed, says Wire"]


async def test_a_graver_rule_escalates_the_lesser_alert(desk: Desk) -> None:
    await desk.prints("local", title="Gunmen cross the border near Dehiba, massacre feared")
    *_, lesser = desk.alerts
    (event,) = (one for one in lesser.events if one.kind is LifeKind.ESCALATED)
    assert (event.reason, event.detail) == (LifeReason.MORE_SEVERE_RULE, "Massacre")
    assert desk.news == [], "the only channel hears of the graver alert itself"


async def test_people_are_reminded_that_it_goes_on_once_in_that_time(desk: Desk) -> None:
    await desk.prints("local", after=timedelta(hours=5))
    await desk.prints("radio", after=timedelta(hours=2))
    assert desk.news == ["Still reported, the last by Radio"]


async def test_a_late_report_changes_nothing(desk: Desk) -> None:
    await desk.prints("local", pubDate="Mon, 03 Feb 2025 10:00:00 GMT")
    assert desk.kinds == [LifeKind.REPORTED]


async def test_what_is_quiet_is_closed_once_and_a_copy_does_not_open_it(desk: Desk) -> None:
    for _ in range(2):
        desk.polling.clock.advance(73 * 3600)
        now = desk.polling.clock.now()
        with desk.polling.store.write() as tx:
            close_quiet(tx, desk.polling.context.routing, before=now - timedelta(hours=72), now=now)
    assert desk.kinds == [LifeKind.REPORTED, LifeKind.CLOSED]
    await desk.prints("local")
    assert LifeKind.REOPENED not in desk.kinds
    assert [line for line in desk.news if "open" in line] == []
