"""Slack from outside: one message that grows with its story, and what the ledger knows of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.acceptance.conftest import ATTACK, QUIET
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.receiver import accept_then_hang_up
from tests.support.service import Service, eventually
from tests.support.slack import ThreadedSlack

Watching = Callable[..., Service]

OTHER_OUTLET = {**ATTACK, "guid": "b1", "link": "https://other.example/b1"}
SECURITY = [{"to": ["security"]}]


def test_a_story_that_grows_is_one_message_and_the_ledger_has_its_permalink(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = watching("/wire", "/agency", routes=SECURITY)
    service.once()
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    service.once()
    feeds.set("/agency", body=rss([OTHER_OUTLET, *QUIET]))
    service.once()
    (message,) = slack.messages
    assert message.edits == 1
    assert "2 sources" in message.shown
    (alert,) = service.json("alerts", "list")
    shown = service.json("alerts", "show", alert["id"])
    assert [(d["kind"], d["state"]) for d in reversed(shown["deliveries"])] == [
        ("alert", "delivered"),
        ("update", "delivered"),
    ]
    assert {d["permalink"] for d in shown["deliveries"]} == {
        f"https://desk.slack.example/archives/C0SECURITY/p{message.ts.replace('.', '')}"
    }
    assert "https://desk.slack.example/archives/" in service.command("alerts", "show", alert["id"]).stdout


def test_a_message_that_may_have_arrived_is_looked_for_and_not_sent_again(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = watching("/wire", routes=SECURITY)
    service.once()
    slack.script([accept_then_hang_up()])
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    assert service.once()["undelivered"] == 1
    (doubtful,) = service.json("deliveries", "list")
    assert "may have arrived" in doubtful["reason"]
    service.command("deliveries", "retry", doubtful["id"])
    assert service.once()["delivered"] == 1
    (message,) = slack.messages
    (found,) = service.json("deliveries", "list")
    assert (found["state"], found["receiver_id"]) == ("delivered", message.ts)


def test_a_click_changes_the_message_for_everyone_and_counts_for_the_rule(
    watching: Watching, feeds: ThreadedFeedServer, channels: dict[str, Any], slack: ThreadedSlack
) -> None:
    channels = {"security": {**channels["security"], "app_token": "xapp-test-token"}}
    service = watching("/wire", channels=channels, routes=SECURITY)
    service.once()
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    service.start()
    service.wait_ready()
    eventually(lambda: slack.messages and slack.sockets, what="a message and a socket")
    click = slack.click(slack.messages[0], "not_relevant")
    for envelope in ("e1", "e2"):
        slack.say("interactive", click, envelope_id=envelope)
    eventually(lambda: "not relevant by @ann" in slack.messages[0].shown, what="the edit")
    assert service.stop() == 0
    (alert,) = service.json("alerts", "list")
    acked = service.json("alerts", "ack", alert["id"], "--by", "bob")
    assert (acked["word"], acked["by"]) == ("acknowledged", "bob")
    shown = service.json("alerts", "show", alert["id"])
    assert [(a["word"], a["by"], a["via"]) for a in shown["answers"]] == [
        ("not_relevant", "@ann", "slack"),
        ("acknowledged", "bob", "command"),
    ]
    (rule,) = service.json("rules", "list")
    assert (rule["told"], rule["relevant"], rule["not_relevant"]) == (1, 0, 1)
    assert "xapp-test-token" not in service.log
