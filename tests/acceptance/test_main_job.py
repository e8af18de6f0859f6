"""The main job, from outside: what matches is told where it should be, once, with its evidence."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.acceptance.conftest import ATTACK, QUIET, RULE
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.receiver import accept_then_hang_up, answer, hang_up
from tests.support.service import Service, eventually
from tests.support.slack import ThreadedSlack, limited, refused
from tests.support.smtp import SmtpServer

Watching = Callable[..., Service]


def filled(service: Service) -> Service:
    """Let the service fill its store from the feeds as they are, then run it."""
    service.once()
    service.start()
    service.wait_ready()
    return service


def test_a_matching_item_is_in_slack_and_in_the_mailbox_once_with_evidence(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack, mail: SmtpServer
) -> None:
    service = filled(watching("/wire"))
    assert not slack.messages, "the first poll fills without alerting"

    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: slack.messages and mail.mails)
    service.stop()
    service.once()

    (message,), (letter,) = slack.messages, mail.mails
    assert ATTACK["title"] in message.shown
    assert "Crossing of the border" in message.shown
    assert {"Gunmen", "border"} <= set(message.bold)
    for part in (letter.part("plain"), letter.part("html")):
        assert "Gunmen" in part
        assert "Crossing of the border" in part
        assert "https://news.example/a1" in part
    assert letter.recipients == ("duty@example.org",)
    rows = service.json("deliveries", "list")
    assert {row["state"] for row in rows} == {"delivered"}
    for row in rows:
        assert 0 <= row["seen_to_delivered_seconds"] < 60
        assert row["published_to_delivered_seconds"] is None, "the report has no date"


def test_a_restart_tells_nothing_again(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack, mail: SmtpServer
) -> None:
    service = filled(watching("/wire"))
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: slack.messages and mail.mails)
    service.stop()
    # The server forgets its validators and lists its entries in another order: nothing of that is news.
    feeds.set("/wire", body=rss([*reversed(QUIET), ATTACK]))
    polled = len(feeds.requests("/wire"))
    service.start()
    eventually(lambda: len(feeds.requests("/wire")) > polled + 2)
    service.stop()
    assert (len(slack.messages), len(mail.mails)) == (1, 1)


def test_a_poll_asks_conditionally_and_an_unchanged_feed_changes_nothing(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = watching("/wire")
    stamp = "Sun, 01 Mar 2026 10:00:00 GMT"
    feeds.set("/wire", body=rss(QUIET), etag='W/"odd  etag"', last_modified=stamp)
    filled(service)
    eventually(lambda: len(feeds.requests("/wire")) > 2)
    service.stop()
    first, *later = feeds.requests("/wire")
    assert "if-none-match" not in first.headers
    assert {r.headers.get("if-none-match") for r in later} == {'W/"odd  etag"'}
    assert {r.headers.get("if-modified-since") for r in later} == {stamp}
    assert {r.status for r in later} == {304}
    assert service.json("status")["items"] == 2


@pytest.mark.parametrize(
    ("edit", "alerts"),
    [
        ({"description": ATTACK["description"] + " Two were arrested."}, 0),
        ({"title": "Gunmen cross the border near Dehiba, two arrested"}, 0),
    ],
)
def test_an_edit_that_changes_nothing_of_the_match_is_not_told(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack, edit: dict[str, str], alerts: int
) -> None:
    service = filled(watching("/wire"))
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: slack.messages)
    feeds.set("/wire", body=rss([{**ATTACK, **edit}, *QUIET]))
    eventually(lambda: service.get("/metrics")[1].count('watcher_items_total{novelty="edited"} 1.0'))
    service.stop()
    service.once()
    assert len(slack.messages) == 1 + alerts


def test_an_edit_that_makes_an_item_match_is_told(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = filled(watching("/wire"))
    harmless = {**ATTACK, "title": "Incident near Dehiba", "description": "Details are awaited."}
    feeds.set("/wire", body=rss([harmless, *QUIET]))
    eventually(lambda: service.json("status")["items"] == 3)
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: slack.messages)
    service.stop()
    assert len(slack.messages) == 1


def test_reports_of_one_thing_are_one_alert_that_lists_its_sources(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    paths = ("/wire", "/same-link", "/same-text", "/copy", "/other")
    service = filled(watching(*paths))
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: slack.messages)
    variants = {
        "/same-link": {
            "guid": "x",
            "link": ATTACK["link"] + "?utm_source=rss",
            "title": "Border: gunmen seen",
        },
        "/same-text": {"guid": "y", "link": "https://other.example/y"},
        "/copy": {
            "guid": "z",
            "link": "https://third.example/z",
            "title": "UPDATE 1-" + ATTACK["title"] + " - Third Example",
        },
        "/other": {
            "guid": "o",
            "link": "https://other.example/o",
            "title": "Armed men fire on a patrol at another border",
            "description": "The soldiers were on foot in the hills when shots rang out from a forest, a mayor said.",
        },
    }
    for path, changes in variants.items():
        feeds.set(path, body=rss([{**ATTACK, **changes}, *QUIET]))
    eventually(lambda: len(slack.messages) > 1)
    eventually(lambda: len(sources(service)) == 4)
    service.stop()
    assert len(slack.messages) == 2, "the other event is an alert of its own"
    assert set(sources(service)) == {"wire", "same-link", "same-text", "copy"}


def sources(service: Service) -> list[str]:
    """Give the feeds that the first alert lists."""
    *_, first = service.json("alerts", "list")
    return [source["feed"] for source in first["sources"]]


def test_a_feed_that_dies_and_comes_back_loses_nothing_and_holds_nobody_up(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = filled(watching("/dying", "/wire"))
    feeds.set("/dying", status=500, body="out of order")
    state = eventually(lambda: failing(service, "dying"))
    assert state["problem"] == "http_5xx"
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: slack.messages)
    second = {
        "guid": "b1",
        "title": "Armed men attack a border post at Haidra",
        "link": "https://other.example/b1",
        "description": "Shots were exchanged for an hour in the forest above the village, residents told the radio.",
    }
    feeds.set("/dying", body=rss([second, *QUIET]))
    eventually(lambda: len(slack.messages) == 2)
    eventually(lambda: failing(service, "dying") is None)
    service.stop()


def failing(service: Service, feed: str) -> dict[str, Any] | None:
    """Give the feed's state when it fails."""
    states = {state["id"]: state for state in service.json("status")["feeds"]}
    return states[feed] if states[feed]["health"] == "failing" else None


@pytest.mark.parametrize(
    "behaviours",
    [
        [limited(1)],
        [answer(500), answer(503)],
        [refused("internal_error")],
        [hang_up()],
        [accept_then_hang_up()],
    ],
    ids=["429", "5xx", "ok: false", "hang up", "accept, then hang up"],
)
def test_slack_in_trouble_gets_the_message_all_the_same(
    watching: Watching,
    feeds: ThreadedFeedServer,
    slack: ThreadedSlack,
    behaviours: list[Any],
) -> None:
    service = filled(watching("/wire"))
    slack.script(behaviours)
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))

    def is_delivered() -> bool:
        rows = service.json("deliveries", "list")
        return bool(rows) and {row["state"] for row in rows} == {"delivered"}

    eventually(is_delivered)
    service.stop()
    assert len(slack.messages) == 1, "Slack is asked before it is sent again"
    (row,) = [row for row in service.json("deliveries", "list") if row["channel"] == "security"]
    assert row["attempts"] == len(behaviours) + 1


def test_what_only_a_person_can_mend_is_parked_with_its_reason_until_that_person_retries(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack, mail: SmtpServer
) -> None:
    service = filled(watching("/wire"))
    slack.script([refused("channel_not_found")])
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: service.json("deliveries", "list", "--state", "parked"))
    (row,) = service.json("deliveries", "list", "--state", "parked")
    assert "channel_not_found" in row["reason"]
    assert len(mail.mails) == 1, "the other channel is not held up"
    service.command("deliveries", "retry", "--all")
    eventually(lambda: slack.messages, within=40)
    service.stop()
    assert len(mail.mails) == 1


def test_mail_that_is_down_for_a_while_is_delivered_when_it_is_back(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack, mail: SmtpServer
) -> None:
    service = filled(watching("/wire"))
    mail.stop()
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: slack.messages)
    eventually(
        lambda: any(row["attempts"] for row in service.json("deliveries", "list", "--state", "pending"))
    )
    mail.start()
    eventually(lambda: mail.mails)
    service.stop()
    assert (len(slack.messages), len(mail.mails)) == (1, 1)


def test_late_items_and_test_rules_are_recorded_and_not_told(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    trial = {**RULE, "id": "trial", "status": "test"}
    service = filled(watching("/wire", rules=[{**RULE, "max_age": "48h"}, trial]))
    old = {**ATTACK, "pubDate": "Mon, 03 Feb 2025 10:00:00 GMT"}
    feeds.set("/wire", body=rss([old, *QUIET]))
    eventually(lambda: 'outcome="late"' in service.get("/metrics")[1])
    assert 'outcome="test"' in service.get("/metrics")[1]
    service.stop()
    assert not slack.messages
    assert service.json("alerts", "list") == []


def test_a_feed_can_ask_to_alert_on_its_first_poll(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = watching("/wire")
    service.configure(
        feeds=[{"id": "wire", "url": feeds.url("/wire"), "alert_on_first_poll": True}],
        rules=[RULE],
        channels={
            "security": {
                "type": "slack",
                "token": "xoxb-test-token",
                "channel": "#security",
                "base_url": slack.base_url,
            }
        },
    )
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    report = service.once()
    assert (report["new_items"], report["alerts"], report["delivered"]) == (3, 1, 1)
    assert len(slack.messages) == 1


def test_routes_choose_by_severity_tags_and_rule_and_the_first_wins(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack, mail: SmtpServer
) -> None:
    routes = [
        {"when": {"severity": ["critical"]}, "to": ["security"]},
        {"when": {"rule": ["bor*"]}, "to": ["duty"]},
        {"to": ["security"]},
    ]
    service = filled(watching("/wire", routes=routes))
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: mail.mails)
    service.stop()
    service.once()
    assert (len(slack.messages), len(mail.mails)) == (0, 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(watching: Watching, number: signal.Signals) -> None:
    service = filled(watching("/wire"))
    assert service.stop(number) == 0
    assert "Traceback" not in service.log


def test_a_feed_whose_address_is_changed_does_not_tell_the_new_sites_archive(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = watching("/wire")
    service.once()
    feeds.set("/elsewhere", body=rss([ATTACK]))
    service.configure(
        feeds=[{"id": "wire", "url": feeds.url("/elsewhere")}],
        rules=[RULE],
        channels={"console": {"type": "console"}},
    )
    assert service.once()["alerts"] == 0
    # The same feed at a third address: its items are known, and what is new among them is news.
    second = {
        **ATTACK,
        "guid": "b1",
        "link": "https://other.example/b1",
        "title": "Armed men shell a border post",
    }
    feeds.set(
        "/third", body=rss([{**second, "description": "Shells fell on the customs yard at noon."}, ATTACK])
    )
    service.configure(
        feeds=[{"id": "wire", "url": feeds.url("/third")}],
        rules=[RULE],
        channels={"console": {"type": "console"}},
    )
    assert service.once()["alerts"] == 1


def test_looking_into_the_store_needs_no_secret(watching: Watching, slack: ThreadedSlack) -> None:
    service = watching("/wire")
    service.once()
    text = service.config.read_text().replace("xoxb-test-token", "${SLACK_TOKEN_THAT_IS_NOT_SET}")
    service.config.write_text(text)
    assert service.json("status")["items"] == 2
    assert "SLACK_TOKEN_THAT_IS_NOT_SET" in service.command("run", "--once", ok=(2,)).stderr


def test_an_alert_in_quiet_hours_waits_for_their_end_and_says_so(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack, mail: SmtpServer
) -> None:
    # All day but for the minute that ends it: whenever the test runs, it is quiet.
    hours = {"from": "00:00", "to": "23:59", "timezone": "UTC", "except": ["critical"]}
    routes = [{"to": ["security"], "quiet_hours": hours, "continue": True}, {"to": ["duty"]}]
    service = watching("/wire", routes=routes)
    service.once()
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: service.once()["alerts"])
    assert (len(slack.messages), len(mail.mails)) == (0, 1)
    (row,) = service.json("deliveries", "list", "--state", "pending")
    assert row["channel"] == "security"
    assert row["reason"].startswith("quiet hours until ")
