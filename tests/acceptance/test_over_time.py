"""Rules over time, from outside: told once, with what was counted, whatever is repeated, killed or started again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.acceptance.conftest import ATTACK, QUIET, RULE
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.service import Service, eventually
from tests.support.slack import Message, ThreadedSlack

Watching = Callable[..., Service]

SURGE = {
    "id": "surge",
    "title": "Several crossings",
    "severity": "critical",
    "when": {"rule": "border", "count": "stories", "at_least": 3, "within": "6h"},
}
TRIAL = {**SURGE, "id": "trial", "status": "test"}
NEW = {
    "id": "new-group",
    "title": "New group",
    "when": {"list": "groups", "new_in": "15s"},
    "tests": [{"title": "Red Crows claim it", "expect": "match"}],
}

# Five events: nobody would take one of these texts for another.
EVENTS = [
    {
        "guid": f"e{number}",
        "title": title,
        "link": f"https://news.example/e{number}",
        "description": text,
    }
    for number, (title, text) in enumerate(
        [
            (
                "Gunmen cross the border near Dehiba",
                "A dozen were seen on the road to Remada before dawn on Sunday.",
            ),
            (
                "Armed men fire on a patrol at the border",
                "Soldiers on foot in the hills took cover behind rocks, a mayor said.",
            ),
            (
                "Border post shelled by gunmen",
                "Three mortar rounds fell beside the customs shed and set a lorry alight.",
            ),
            (
                "Gunmen held as they left the border forest",
                "Rangers found rifles, maps and a satellite phone in their bags.",
            ),
            (
                "Villagers flee as armed men gather at the border",
                "Buses took four hundred people to a school in the valley.",
            ),
        ]
    )
]


def surges(slack: ThreadedSlack) -> list[Message]:
    """Give the messages of the surge rule."""
    return [message for message in slack.messages if str(SURGE["title"]) in message.shown]


def test_the_third_story_is_a_surge_told_once_across_kills_and_repetitions(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = watching("/wire", "/copy", rules=[RULE, SURGE, TRIAL])
    service.once()
    service.start()
    service.wait_ready()
    feeds.set("/wire", body=rss([*EVENTS[:2], *QUIET]))
    feeds.set("/copy", body=rss([*EVENTS[:2], *QUIET]))  # the same stories again: they count once
    eventually(lambda: how(service)["count"] == 2 and len(slack.messages) == 2)
    service.kill()
    feeds.set("/wire", body=rss([*EVENTS[:3], *QUIET]))
    service.start()
    service.wait_ready()
    # A kill between Slack's answer and its record would send that message again, with the same id.
    eventually(lambda: surges(slack) and is_delivered(service))
    service.kill()
    feeds.set("/wire", body=rss([*reversed(EVENTS), *QUIET]))
    feeds.set("/copy", body=rss([*reversed(EVENTS[:3]), *QUIET]))
    service.start()
    service.wait_ready()
    eventually(lambda: how(service)["count"] == 5)
    assert service.stop() == 0
    service.once()

    (message,) = surges(slack)
    # It was told at the third story, and has been edited since.
    assert "Crossing of the border: 5 stories in 6 h" in message.shown
    assert message.edits
    (alert,) = [alert for alert in service.json("alerts", "list") if alert["rule"] == "surge"]
    assert alert["severity"] == "critical"
    assert alert["headline"] == "Crossing of the border: 5 stories in 6 h"
    assert {source["title"] for source in alert["sources"]} == {event["title"] for event in EVENTS}
    assert alert["evidence"]
    standing = how(service)
    assert (standing["holds"], standing["needed"]) == (True, 3)
    assert not [alert for alert in service.json("alerts", "list") if alert["rule"] == "trial"]
    (episode,) = service.json("explain", "trial")["episodes"]
    assert (episode["count"], episode["alert"]) == (5, None)


def is_delivered(service: Service) -> bool:
    """Tell whether everything that was to be sent is recorded as sent, or as told by another message."""
    return {row["state"] for row in service.json("deliveries", "list")} <= {"delivered", "held"}


def how(service: Service) -> dict[str, Any]:
    """Give how the surge rule stands."""
    now: dict[str, Any] = service.json("explain", "surge")["now"]
    return now


def test_an_archive_is_no_surge(watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack) -> None:
    service = watching("/wire", rules=[RULE, SURGE])
    feeds.set("/wire", body=rss([*EVENTS, *QUIET]))
    assert service.once()["new_items"] == len(EVENTS) + len(QUIET)
    feeds.set(
        "/wire", body=rss([ATTACK | {"guid": "later", "link": "https://news.example/later"}, *EVENTS, *QUIET])
    )
    eventually(lambda: service.once()["new_items"])
    assert not surges(slack)
    assert how(service)["count"] <= 1


def test_a_name_not_seen_before_is_told_once(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = watching("/wire", rules=[RULE, NEW], lists={"groups": ["Red Crows", "Grey Wolves"]})
    service.once()
    service.start()
    service.wait_ready()
    # It has to be watched for so long before anything can be new.
    eventually(lambda: service.json("explain", "new-group")["watched_seconds"] > 15, within=60)
    named = {
        "guid": "n1",
        "title": "The Red Crows claim an attack",
        "description": "Nobody had heard of them.",
    }
    feeds.set("/wire", body=rss([named, *QUIET]))
    eventually(lambda: slack.messages)
    again = {"guid": "n2", "title": "Who are the Red Crows?", "description": "An expert has doubts."}
    feeds.set("/wire", body=rss([again, named, *QUIET]))
    eventually(lambda: service.json("status")["items"] == 4)
    service.stop()
    (message,) = slack.messages
    assert "New group: “Red Crows”, not seen in 15 s" in message.shown
