"""The life of a story through the real pipeline and store, a clock at hand: what each poll makes of the alert."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.matching import read_rule
from tests.support.polling import Polling, a_rule
from tests.support.press import FEEDS, TEXT, Desk, newsroom
from watcher.alert.digest import Interval, digest_card
from watcher.alert.render import digest_plain
from watcher.alert.route import Route
from watcher.articles import Articles, Limits
from watcher.errors import FetchError
from watcher.life import close_quiet
from watcher.types import Feed, Fetched, FetchProblem, LifeKind, LifeReason, Receipt

RULES = (
    a_rule(alert={"remind": "6h"}, max_age="48h"),
    a_rule("massacre", id="grave", title="Massacre", severity="critical"),
)
SURGE = read_rule(
    "{id: surge, severity: critical, when: {rule: border, count: sources, at_least: 2, within: 6h}}"
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


async def test_what_corrects_or_takes_back_what_was_told_is_told_however_late(desk: Desk) -> None:
    await desk.prints("local", after=timedelta(hours=1))
    desk.polling.clock.advance(100 * 3600)
    now = desk.polling.clock.now()
    with desk.polling.store.write() as tx:
        close_quiet(tx, desk.polling.context.routing, before=now - timedelta(hours=72), now=now)
    old = {"pubDate": "Mon, 03 Feb 2025 10:00:00 GMT"}
    await desk.prints("wire", **old, description=f"{TEXT} Later: 40 soldiers killed.")
    assert desk.kinds[-1] is LifeKind.CLOSED, "what is late and corrects nothing changes nothing"
    await desk.prints("wire", **old, title="CORRECTED-Gunmen cross the border near Dehiba")
    assert desk.kinds[-1] is LifeKind.CORRECTED
    for outlet in ("local", "wire"):
        await desk.prints(outlet, **old, title="WITHDRAWN: Gunmen cross the border near Dehiba")
    assert desk.kinds[-2:] == [LifeKind.RETRACTED, LifeKind.WITHDRAWN]
    assert desk.news == ["Corrected by Wire", "Withdrawn by Wire"]
    assert desk.alerts[-1].closed_at is not None, "nothing that is late opens it again"


async def test_a_report_that_its_publisher_deletes_is_withdrawn_once_and_stands_when_listed_again(
    desk: Desk,
) -> None:
    await desk.prints("local")
    for outlet in ("local", "wire", "wire"):
        desk.press.pages[outlet] = []
        desk.press.deleted[outlet] = f"https://{outlet}.example/1"
        await desk.polling.poll(outlet)
    reasons = [(event.kind, event.reason) for event in desk.alerts[-1].events][2:]
    assert reasons == [
        (LifeKind.RETRACTED, LifeReason.TAKEN_DOWN),
        (LifeKind.WITHDRAWN, LifeReason.TAKEN_DOWN),
    ]
    assert desk.news == ["Withdrawn: Wire has taken its report down"]
    await desk.prints("wire", description=f"{TEXT} Restored.")
    assert desk.kinds[-1] is LifeKind.RESTORED, "listed and deleted in one document: it is there"


@pytest.mark.parametrize(
    ("problem", "tries", "news"),
    [
        (FetchProblem.GONE, 1, ["Withdrawn: Wire has taken its report down"]),
        (FetchProblem.NOT_FOUND, 2, ["Withdrawn: Wire has taken its report down"]),
        (FetchProblem.NOT_FOUND, 1, []),
        (FetchProblem.FORBIDDEN, 1, []),
    ],
)
async def test_an_article_that_is_gone_withdraws_its_report(
    tmp_path: Path, problem: FetchProblem, tries: int, news: list[str]
) -> None:
    feeds, pages = [replace(FEEDS[0], full_text=True)], NoPage(problem)
    async with newsroom(tmp_path, RULES, Desk, feeds=feeds) as desk:
        articles = Articles(
            feeds=desk.polling.feeds,
            context=desk.polling.context,
            fetcher=pages,
            extractor=pages,
            limits=Limits(concurrency=1, attempts=2, max_body_bytes=1_000),
            owner="t",
            on_told=lambda _channels: None,
        )
        for _ in range(tries):
            await articles.run_due()
            desk.polling.clock.advance(3600)
        assert desk.news == news


class NoPage:
    """A server that has no article to give."""

    def __init__(self, problem: FetchProblem) -> None:
        self._problem = problem

    async def page(self, feed: Feed, url: str, *, max_body_bytes: int) -> Fetched:
        raise FetchError(self._problem, "no", feed_id=feed.id, retryable=False)

    async def extract(self, page: Fetched) -> str:
        raise AssertionError("there is no page")


async def test_a_rule_over_time_escalates_and_who_hears_of_it_is_told_once(tmp_path: Path) -> None:
    async with newsroom(tmp_path, (*RULES, SURGE), Desk) as desk:
        await desk.prints("local")
        surge, alert = desk.alerts
        (event,) = (one for one in alert.events if one.kind is LifeKind.ESCALATED)
        assert (surge.rule, event.reason, event.is_told) == ("surge", LifeReason.RATE_RULE, True)
        assert event.detail == surge.headline
        assert desk.news == [], "the only channel hears of the rule over time itself"
        await desk.prints("radio")
        assert [one.kind for one in desk.alerts[1].events].count(LifeKind.ESCALATED) == 1


async def test_who_was_told_in_a_digest_is_told_of_a_change_of_level_in_the_next(tmp_path: Path) -> None:
    hourly = Route(to=("desk",), digest=Interval(every=timedelta(hours=1), label="every 1h"))
    async with newsroom(tmp_path, RULES, Desk, routes=(hourly,)) as desk:
        await desk.prints("wire", description=f"{TEXT} Later: 4 soldiers killed.")
        (first,) = digests(desk.polling)
        assert "· escalated: 4 killed, says Wire" in first, "one line: it is told as it stands by then"
        await desk.prints("local")
        assert not digests(desk.polling), "that another outlet has a copy is no news"
        await desk.prints("wire", description=f"{TEXT} Later: 7 soldiers killed.")
        await desk.prints("wire", description=f"{TEXT} Later: 14 soldiers killed.")
        (second,) = digests(desk.polling)
        assert second.count("Gunmen cross") == 1
        assert "· 2 sources · escalated: 14 killed, says Wire" in second


def digests(polling: Polling) -> list[str]:
    """The digests of the next hours as a person reads them, delivered."""
    now = polling.clock.now() + timedelta(hours=2)
    with polling.store.write() as tx:
        due = tx.delivery_leases.lease(
            channel="desk", owner="t", now=now, lease=timedelta(minutes=1), limit=10
        )
        for one in due:
            tx.delivery_outcomes.delivered(one.id, receipt=Receipt(), at=polling.clock.now())
    return [digest_plain(digest_card(one.digest, limit=10)) for one in due if one.digest is not None]
