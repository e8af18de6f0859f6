"""The life of a story, from outside: what is told as it goes on, and what only changes the message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.acceptance.conftest import ATTACK, QUIET
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.service import Service, eventually
from tests.support.slack import ThreadedSlack
from tests.support.smtp import SmtpServer

Watching = Callable[..., Service]

# Three outlets on one attack in their own words, and a copy of the first one's text.
LOCAL = {
    "guid": "b1",
    "title": "Armed men cross the border at Dehiba, witnesses say",
    "link": "https://local.example/b1",
    "description": "Residents of Dehiba and Remada told this paper of gunmen in pickup trucks near the border before dawn.",
}
RADIO = {
    "guid": "c1",
    "title": "Gunmen seen at the border near Dehiba; five soldiers killed",
    "link": "https://radio.example/c1",
    "description": "Gunmen who crossed the border near Dehiba killed five soldiers on the road to Remada, the army said.",
}
COPY = {**ATTACK, "guid": "d1", "link": "https://copy.example/d1"}
HARMLESS = {"title": "Exercise near Dehiba", "description": "The army said that it was an exercise."}


def test_a_story_is_told_once_and_again_only_when_its_level_changes(
    watching: Watching,
    channels: dict[str, Any],
    feeds: ThreadedFeedServer,
    slack: ThreadedSlack,
    mail: SmtpServer,
) -> None:
    everyone = {**channels, "console": {"type": "console"}}
    stories = {"corroborated_by": 3}
    routes = [{"to": list(everyone)}]
    paths = ("/wire", "/copy", "/local", "/radio")
    service = watching(*paths, channels=everyone, routes=routes, stories=stories)
    service.once()
    service.start()
    service.wait_ready()
    for path, item, sources in (("/wire", ATTACK, 1), ("/copy", COPY, 2), ("/local", LOCAL, 3)):
        feeds.set(path, body=rss([item, *QUIET]))
        shown = "1 source" if sources == 1 else f"{sources} sources"
        eventually(lambda shown=shown: slack.messages and shown in slack.messages[0].shown, what=shown)
    assert (len(slack.messages), len(mail.mails)) == (1, 1), "a copy and a second voice are no news"

    feeds.set("/radio", body=rss([RADIO, *QUIET]))
    eventually(lambda: len(slack.messages) == 2 and len(mail.mails) == 2, what="the news")
    first, reply = slack.messages
    assert reply.thread_ts == first.ts
    eventually(lambda: "corroborated: 3" in slack.messages[0].shown, what="the edit")
    eventually(lambda: "! Corroborated: 3" in service.log, what="the line on the terminal")
    for text in (reply.text, mail.mails[-1].part("plain"), mail.mails[-1].part("html"), service.log):
        assert "orroborated: 3 independent publishers" in text
        assert "escalated: 5 killed" in text
    assert len({letter.message["References"] for letter in mail.mails}) == 1

    for path in paths:
        feeds.set(path, body=rss([{**BY_PATH[path], **HARMLESS}, *QUIET]))
    eventually(lambda: "WITHDRAWN" in slack.messages[0].shown, what="the withdrawal")
    eventually(lambda: "WITHDRAWN" in mail.mails[-1].message["Subject"], what="the mail of it")
    eventually(lambda: len(slack.messages) == 3, what="the reply of it")
    assert service.stop() == 0

    (alert,) = service.json("alerts", "list")
    assert alert["stage"] == "withdrawn"
    shown = service.json("alerts", "show", alert["id"])
    told = [event["kind"] for event in shown["timeline"] if event["is_told"]]
    assert told == ["reported", "corroborated", "escalated", "withdrawn"]
    assert sorted(len(voice["sources"]) for voice in shown["voices"]) == [1, 1, 2]
    assert len(shown["items"]) == 4
    assert "withdrawn: " in service.command("alerts", "show", alert["id"]).stdout
    service.once()
    assert (len(slack.messages), len(mail.mails)) == (3, 3), "the same polls again tell nothing"


BY_PATH = {"/wire": ATTACK, "/copy": COPY, "/local": LOCAL, "/radio": RADIO}
