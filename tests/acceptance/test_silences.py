"""What is kept back, from outside: silences, graver alerts and marks; the ledger says each time why."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from tests.acceptance.conftest import ATTACK, QUIET, RULE
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.service import Service, eventually
from tests.support.slack import ThreadedSlack
from tests.support.smtp import SmtpServer

Watching = Callable[..., Service]

OTHER_OUTLET = {**ATTACK, "guid": "b1", "link": "https://other.example/b1"}


def reasons(service: Service) -> dict[str, str | None]:
    """Give the reason of each channel's first delivery."""
    return {d["channel"]: d["reason"] for d in service.json("deliveries", "list") if d["kind"] == "alert"}


def test_a_silenced_alert_is_kept_with_the_reason_and_told_when_its_story_grows_after_the_silence(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack, mail: SmtpServer
) -> None:
    service = watching("/wire", "/agency")
    service.once()
    made = service.json("silence", "add", "--rule", "bord*", "--for", "8h", "-m", "exercise", "--by", "desk")
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    report = service.once()
    assert (report["alerts"], report["delivered"]) == (1, 0)
    assert not slack.messages
    assert not mail.mails
    for reason in reasons(service).values():
        assert reason is not None
        assert reason.startswith(f"silence: {made['id']} by desk until ")
        assert reason.endswith("(exercise)")
    listed = service.json("silence", "list")
    assert [(s["id"], s["state"], s["when"]) for s in listed] == [(made["id"], "holds", {"rule": ["bord*"]})]

    assert service.json("silence", "expire", made["id"]) == {"expired": 1}
    assert service.json("silence", "list") == []
    assert service.json("silence", "list", "--all")[0]["state"] == "over"
    assert service.once()["delivered"] == 0, "the end of a silence alone tells nothing"
    feeds.set("/agency", body=rss([OTHER_OUTLET, *QUIET]))
    assert service.once()["delivered"] == 2
    assert len(slack.messages) == 1
    assert len(mail.mails) == 1
    assert "2 sources" in slack.messages[0].shown


def test_what_waits_to_be_sent_is_kept_back_by_a_silence_and_a_person_can_send_it(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    always = {"from": "00:00", "to": "23:59", "timezone": "UTC"}
    service = watching("/wire", routes=[{"to": ["security"], "quiet_hours": always}])
    service.once()
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    service.once()
    (waiting,) = service.json("deliveries", "list")
    assert service.json("silence", "add", "--story", waiting["alert"], "--for", "1h")["held"] == 1
    (held,) = service.json("deliveries", "list")
    assert held["state"] == "held"
    assert service.json("deliveries", "retry", held["id"]) == {"retried": 1}
    assert service.once()["delivered"] == 1
    assert len(slack.messages) == 1


def test_a_critical_alert_mutes_its_storys_lesser_rules_and_not_those_of_other_stories(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    rules: list[dict[str, Any]] = [
        {**RULE, "id": "a-border-critical", "title": "Grave", "severity": "critical"},
        {**RULE, "id": "b-dehiba", "title": "Lesser", "severity": "medium", "match": "Dehiba"},
    ]
    service = watching("/wire", rules=rules, routes=[{"to": ["security"]}])
    service.once()
    elsewhere = {
        "guid": "c1",
        "title": "Dehiba market opens again",
        "link": "https://news.example/c1",
        "description": "Traders returned to the stalls after the winter.",
    }
    feeds.set("/wire", body=rss([ATTACK, elsewhere, *QUIET]))
    assert service.once()["delivered"] == 2
    held = [d for d in service.json("deliveries", "list") if d["state"] == "held"]
    assert [d["rule"] for d in held] == ["b-dehiba"]
    assert held[0]["reason"].startswith("inhibited: al-")
    assert "critical (a-border-critical)" in held[0]["reason"]
    assert sorted("Grave" in message.shown for message in slack.messages) == [False, True]


def test_a_mark_above_a_channels_ceiling_never_leaves_and_the_others_show_it(
    watching: Watching,
    feeds: ThreadedFeedServer,
    channels: dict[str, Any],
    slack: ThreadedSlack,
    mail: SmtpServer,
) -> None:
    marked = {**RULE, "tlp": "amber"}
    channels = {**channels, "security": {**channels["security"], "max_tlp": "green"}}
    service = watching("/wire", rules=[marked], channels=channels)
    service.once()
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    assert service.once()["delivered"] == 1
    assert not slack.messages
    assert reasons(service)["security"] == "tlp: TLP:AMBER is above this channel's TLP:GREEN"
    (letter,) = mail.mails
    for part in (letter.part("plain"), letter.part("html")):
        assert "TLP:AMBER" in part
    assert "TLP:AMBER" in str(letter.message["Subject"])


def test_routes_test_says_where_an_alert_would_go_and_why(watching: Watching) -> None:
    routes = [
        {"when": {"place": ["LY"]}, "to": ["duty"]},
        {"when": {"severity": ["high"], "feed_tag": ["wires"]}, "to": ["security"], "continue": True},
        {"when": {"rule": ["bor*"]}, "to": ["duty"]},
        {"to": ["security"]},
    ]
    service = watching("/wire", routes=routes)
    service.once()
    service.command("silence", "add", "--rule", "border", "--place", "TN", "--for", "2h")
    told = service.json("routes", "test", "--rule", "border", "--feed-tag", "wires")
    assert [(r["taken"], r["why"]) for r in told["routes"]] == [
        (False, "place does not fit"),
        (True, "everything fits"),
        (True, "everything fits"),
        (False, "route 3 took it and does not continue"),
    ]
    assert [(c["channel"], c["told"]) for c in told["channels"]] == [("security", True), ("duty", True)]
    silenced = service.command("routes", "test", "--rule", "border", "--place", "TN", ok=(1,))
    assert "silence: si-" in silenced.stdout
    unknown = service.command("routes", "test", "--rule", "bordr", ok=(2,))
    assert 'no rule is called "bordr"' in unknown.stderr


def test_a_program_with_the_token_silences_the_running_service(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = watching("/wire")
    token = service.folder / "api-token"
    token.write_text("token-of-the-api\n", encoding="utf-8")
    web = {"listen": f"127.0.0.1:{service.port}", "api_token_file": token.name}
    service = watching("/wire", web=web)
    service.once()
    service.start()
    service.wait_ready()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{service.port}/api/v1/silences",
        data=json.dumps({"when": {"rule": ["bord*"]}, "for": "8h", "author": "shift plan"}).encode(),
        headers={"Authorization": "Bearer token-of-the-api", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:
        made = json.load(answer)
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: service.json("deliveries", "list"))
    service.stop()
    assert set(reasons(service).values()) == {
        f"silence: {made['id']} by shift plan until {made['ends_at'][:10]} {made['ends_at'][11:16]} UTC"
    }
    assert not slack.messages
    assert "token-of-the-api" not in service.log


def test_without_a_token_there_is_no_way_to_silence_by_http(watching: Watching) -> None:
    service = watching("/wire")
    service.start()
    service.wait_ready()
    assert service.get("/api/v1/silences")[0] == 404
