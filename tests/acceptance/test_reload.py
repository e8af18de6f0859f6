"""A changed configuration is taken over while the service runs; a wrong one is refused, told, and changes nothing."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from typing import Any

import yaml

from tests.acceptance.conftest import ATTACK, QUIET, RULE
from tests.support.doubles import slack_settings
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.service import Service, eventually, free_port
from tests.support.slack import ThreadedSlack

Watching = Callable[..., Service]

HARVEST: dict[str, Any] = {"id": "harvest", "title": "Harvest", "severity": "high", "match": "grape harvest"}
GRAPES = {
    "guid": "g1",
    "title": "Grape harvest late in Mornag",
    "link": "https://news.example/g1",
    "description": "Growers blame the rain.",
}


def read_again(service: Service) -> None:
    os.kill(service.pid, signal.SIGHUP)


def write_rules(service: Service, *rules: dict[str, Any]) -> None:
    (service.folder / "rules.yml").write_text(yaml.safe_dump({"rules": list(rules)}), "utf-8")


def first_lines(slack: ThreadedSlack) -> list[str]:
    return [message.text.splitlines()[0] for message in slack.messages]


def test_a_changed_rule_is_taken_over_and_a_wrong_one_refused_without_a_restart(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = watching("/wire")
    service.start()
    service.wait_ready()
    pid = service.pid
    eventually(lambda: len(feeds.requests("/wire")) >= 2)

    write_rules(service, {**RULE, "mtach": "x"})
    read_again(service)
    eventually(lambda: any("was refused" in line for line in first_lines(slack)))
    assert "configuration_refused" in service.log
    assert "mtach" in service.log
    assert "mtach" in slack.messages[-1].text

    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: any("Crossing of the border" in line for line in first_lines(slack)))

    write_rules(service, RULE, HARVEST)
    read_again(service)
    eventually(lambda: service.log.count(" started ") == 2)
    service.wait_ready()
    feeds.set("/wire", body=rss([GRAPES, ATTACK, *QUIET]))
    eventually(lambda: any("Harvest" in line for line in first_lines(slack)))
    eventually(lambda: any("accepted again" in line for line in first_lines(slack)))
    assert sum("Crossing of the border" in line for line in first_lines(slack)) == 1, "nothing is told again"
    assert service.pid == pid
    assert service.stop() == 0


def test_what_waits_for_a_person_goes_out_once_the_mended_configuration_is_read(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    channels = {"security": slack_settings(slack, token_file="token")}
    del channels["security"]["token"]
    service = watching(
        "/wire",
        rules=[RULE, HARVEST],
        channels=channels,
        routes=[{"to": ["security"]}],
    )
    token = service.folder / "token"
    token.write_text("xoxb-mistyped", "utf-8")
    service.start()
    service.wait_ready()
    eventually(lambda: feeds.requests("/wire"))
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    (parked,) = eventually(lambda: service.json("deliveries", "list", "--state", "parked"))
    assert parked["reason"].startswith("Slack refused: invalid_auth: the token is wrong: copy")
    feeds.set("/wire", body=rss([GRAPES, ATTACK, *QUIET]))
    eventually(lambda: service.json("deliveries", "list", "--state", "pending"))

    token.write_text("xoxb-test-token", "utf-8")
    read_again(service)
    eventually(lambda: len(slack.messages) == 2)
    eventually(lambda: {one["state"] for one in service.json("deliveries", "list")} == {"delivered"})
    assert service.stop() == 0
    assert len(slack.messages) == 2
    assert not [token for token in ("xoxb-mistyped", "xoxb-test") if token in service.log]


def test_what_cannot_be_brought_to_life_gives_way_to_what_could(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack
) -> None:
    service = watching("/wire")
    service.start()
    service.wait_ready()
    settings = service.config.read_text("utf-8")
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        other = f"127.0.0.1:{taken.getsockname()[1]}"
        service.config.write_text(settings.replace(f"127.0.0.1:{service.port}", other), "utf-8")
        read_again(service)
        eventually(lambda: any("was refused" in line for line in first_lines(slack)))
    assert other in slack.messages[-1].text
    service.wait_ready()
    eventually(lambda: service.log.count("feed_polled") >= 1)
    feeds.set("/wire", body=rss([ATTACK, *QUIET]))
    eventually(lambda: any("Crossing of the border" in line for line in first_lines(slack)))
    service.config.write_text(settings.replace("watcher.db", "another.db"), "utf-8")
    read_again(service)
    eventually(lambda: "it cannot change while the service runs" in service.log)
    assert service.stop() == 0
