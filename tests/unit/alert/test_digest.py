"""Alerts that are told together: when, and what is shown."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from tests.support.alerts import NOON, an_alert
from tests.support.hostile import HOSTILE, hostile_alert, is_harmless
from watcher.alert.blocks import BLOCKS_CHARS_LIMIT
from watcher.alert.digest import Budget, Interval, digest_card
from watcher.alert.digest_blocks import digest_blocks
from watcher.alert.quiet import QuietHours
from watcher.alert.render import digest_plain
from watcher.alert.route import Route, dues
from watcher.config.digests import schedule_of
from watcher.types import Alert, Digest, Severity, Tlp

HOUR = timedelta(hours=1)
HOURLY = Interval(every=HOUR, label="every 1h")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


def digest_of(*alerts: Alert, total: int | None = None) -> Digest:
    return Digest(alerts=alerts, total=len(alerts) if total is None else total, reason="digest every 1h")


def many(count: int) -> list[Alert]:
    return [
        an_alert(
            id=f"al-{n}",
            story_id=f"st-{n}",
            rule=f"rule-{n % 4}",
            rule_title=f"Rule {n % 4}",
            severity=Severity(n % 4),
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-01T11:59:59", "2026-03-01T12:00:00"),
        ("2026-03-01T12:00:00", "2026-03-01T13:00:00"),
        ("2026-03-01T12:00:01", "2026-03-01T13:00:00"),
    ],
)
def test_an_interval_is_due_at_its_multiples_and_never_now(now: str, expected: str) -> None:
    assert HOURLY.next_after(at(now)) == at(expected)


@pytest.mark.parametrize(
    ("line", "zone", "now", "expected"),
    [
        # 2026-03-01 is a Sunday. Cron counts weekdays from Sunday.
        ("0 8 * * 1-5", "UTC", "2026-03-01T09:00:00", "2026-03-02T08:00:00"),
        ("0 8 * * 1-5", "UTC", "2026-03-06T08:00:00", "2026-03-09T08:00:00"),
        ("0 8 * * 0", "UTC", "2026-03-01T07:59:00", "2026-03-01T08:00:00"),
        ("0 8 * * 7", "UTC", "2026-03-02T07:59:00", "2026-03-08T08:00:00"),
        ("0 8 * * 5-7", "UTC", "2026-03-02T07:59:00", "2026-03-06T08:00:00"),
        ("30 6,18 * * *", "UTC", "2026-03-01T06:30:00", "2026-03-01T18:30:00"),
        ("*/15 * * * *", "UTC", "2026-03-01T06:31:00", "2026-03-01T06:45:00"),
        # Tunis is one hour ahead of UTC; New York loses an hour on 8 March.
        ("0 8 * * *", "Africa/Tunis", "2026-03-01T09:00:00", "2026-03-02T07:00:00"),
        ("0 8 * * *", "America/New_York", "2026-03-07T14:00:00", "2026-03-08T12:00:00"),
    ],
)
def test_a_cron_line_is_read_as_cron_reads_it(line: str, zone: str, now: str, expected: str) -> None:
    assert schedule_of(line, zone).next_after(at(now)) == at(expected)


@pytest.mark.parametrize("text", ["0 8 * *", "61 8 * * *", "0 8 31 2 *", "often", "0s", "0 8 * * 9"])
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"cron|duration|unit|second|never|write"):
        schedule_of(text, "UTC")


def test_a_digest_route_waits_for_its_time_after_the_quiet_hours_and_an_immediate_route_wins() -> None:
    night = QuietHours(
        begin=at("2026-03-01T22:00:00").time(), end=at("2026-03-01T07:30:00").time(), timezone=NOON.tzinfo
    )  # type: ignore[arg-type]
    digest = Route(to=("mail", "slack"), digest=HOURLY, quiet=night, is_continuing=True)
    found = dues(an_alert(), [digest, Route(to=("slack",))], at("2026-03-01T23:10:00"))
    assert [(due.channel, due.at, due.is_digest) for due in found] == [
        ("mail", at("2026-03-02T08:00:00"), True),
        ("slack", at("2026-03-01T23:10:00"), False),
    ]


def test_a_budget_is_renewed_at_whole_multiples_of_its_time() -> None:
    budget = Budget(alerts=3, per=HOUR, label="3 in 1h")
    assert budget.window(at("2026-03-01T12:59:59")) == (at("2026-03-01T12:00:00"), at("2026-03-01T13:00:00"))


def test_a_digest_is_grouped_by_rule_gravest_first_and_counts_what_it_does_not_list() -> None:
    shown = digest_card(digest_of(*many(8), total=20), limit=6)
    assert [group.rule for group in shown.groups] == ["rule-3", "rule-2", "rule-1"]
    assert [len(group.cards) for group in shown.groups] == [2, 2, 2]
    assert sum(len(group.cards) + group.more for group in shown.groups) + shown.more == 20
    assert shown.title == "HIGH · 20 alerts"
    assert digest_card(digest_of(*many(8)), limit=6).title == "HIGH · 8 alerts on 8 stories"
    assert digest_card(digest_of(an_alert(tlp=Tlp.AMBER)), limit=6).title.startswith(
        "TLP:AMBER · HIGH · 1 alert"
    )


def test_a_digest_in_plain_text_lists_headlines_with_their_addresses() -> None:
    text = digest_plain(digest_card(digest_of(*many(5), total=9), limit=4))
    assert text.count("https://coast-wire.example/2026/03/sirte") == 4
    assert "digest every 1h" in text
    assert "and 5 more" in text or ("and 1 more" in text and "and 4 more" in text)


@pytest.mark.parametrize("count", [1, 40, 200])
def test_a_digest_fits_slacks_limits_however_long_its_headlines(count: int) -> None:
    alerts = [
        an_alert(id=f"al-{n}", rule=f"r{n % 30}", headline="ب" * 400, url="https://x.example/" + "y" * 1400)
        for n in range(count)
    ]
    made = digest_blocks(digest_card(digest_of(*alerts), limit=100))
    assert len(json.dumps(made)) <= BLOCKS_CHARS_LIMIT
    assert len(made) <= 50
    if count == 200:
        assert "more: watcher alerts list" in json.dumps(made)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_cannot_act_in_a_digest(name: str) -> None:
    shown = digest_card(digest_of(hostile_alert(HOSTILE[name])), limit=5)
    assert is_harmless(digest_plain(shown))
    assert is_harmless(json.dumps(digest_blocks(shown), ensure_ascii=False))


def test_an_alert_of_the_full_text_says_so_in_a_digest_too() -> None:
    found = digest_card(digest_of(an_alert(is_full_text=True)), limit=5)
    assert "source (in the full text) · " in digest_plain(found)
    assert "source (in the full text) · " in json.dumps(digest_blocks(found), ensure_ascii=False)
