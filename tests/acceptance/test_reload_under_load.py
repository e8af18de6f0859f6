"""Configurations are changed back and forth every second, and the service killed in between: nothing is lost or told twice.

Under a steady stream of new items and failing receivers, SIGHUP brings one configuration after the other, in each of which
another channel is missing. At the end, with all channels back, every matching item was told by each channel that a route
led to when it came, and once.
"""

from __future__ import annotations

import os
import random
import signal
import time
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_kill import (
    PATHS,
    RULE,
    Stream,
    TimedSlack,
    TimedWebhook,
    failing,
    select,
    unexplained,
)
from tests.support.feeds import ThreadedFeedServer
from tests.support.receiver import answer
from tests.support.service import Service, eventually
from tests.support.slack import refused

CHANGES = 8
KILLED_AT = (3,)


def configure(
    service: Service, feeds: ThreadedFeedServer, channels: dict[str, Any], names: tuple[str, ...]
) -> None:
    service.configure(
        feeds=[{"id": path.strip("/"), "url": feeds.url(path)} for path in PATHS],
        rules=[RULE],
        channels={name: channels[name] for name in names},
        routes=[{"to": list(names)}],
        polling={"interval": {"default": "1s", "min": "1s", "max": "1s"}},
    )


def states(service: Service) -> set[str]:
    query = "SELECT DISTINCT state FROM deliveries JOIN alerts ON alerts.id = alert_id WHERE rule = 'alarm'"
    return {state for (state,) in select(service, query)}


@pytest.mark.timeout(240)
def test_configurations_that_change_every_second_lose_nothing_and_tell_nothing_twice(
    tmp_path: Path, feeds: ThreadedFeedServer
) -> None:
    rng = random.Random(20_260_302)
    stream = Stream(server=feeds, rng=rng)
    for _ in PATHS:
        stream.add()
    stream.matching.clear()  # those are the archive, which the first poll fills without alerting
    with TimedSlack() as slack, TimedWebhook() as hook, TimedWebhook() as other, Service(tmp_path) as service:
        channels = {
            "security": {
                "type": "slack",
                "fold_over": None,
                "token": "xoxb-test-token",
                "channel": "#security",
                "base_url": slack.base_url,
            },
            "hook": {"type": "webhook", "url": hook.url, "fold_over": None},
            "other": {"type": "webhook", "url": other.url, "fold_over": None},
        }
        configure(service, feeds, channels, ("security", "hook"))
        assert service.once()["alerts"] == 0
        slack.script(failing(rng, answer(500), refused("internal_error"), answer(503)))
        hook.script(failing(rng, answer(500), answer(502)))
        kills = []
        service.start()
        service.wait_ready()
        with stream.flowing():
            for number, names in zip(range(CHANGES), cycle([("security", "other"), ("hook", "security")])):
                configure(service, feeds, channels, names)
                os.kill(service.pid, signal.SIGHUP)
                time.sleep(1)
                if number in KILLED_AT:
                    kills.append(time.monotonic())
                    service.kill()
                    service.start()
                    service.wait_ready()
        slack.script([])
        hook.script([])
        configure(service, feeds, channels, ("security", "hook", "other"))
        os.kill(service.pid, signal.SIGHUP)

        def is_settled() -> bool:
            query = "SELECT count(DISTINCT alert_id) FROM deliveries JOIN alerts ON alerts.id = alert_id"
            ((told,),) = select(service, f"{query} WHERE rule = 'alarm'")
            return told == len(stream.matching) and states(service) == {"delivered"}

        eventually(is_settled, within=120)
        assert service.stop() == 0
        alerts = service.json("alerts", "list", "--limit", "10000", "--rule", "alarm")
        rows = [
            row for row in service.json("deliveries", "list", "--limit", "10000") if row["rule"] == "alarm"
        ]
    assert sorted(alert["headline"] for alert in alerts) == sorted(stream.matching), (
        "lost, invented, or twice"
    )
    assert service.log.count(" started ") > len(KILLED_AT) + 2, "it went on after a change"
    for name, receiver in (("security", slack), ("hook", hook), ("other", other)):
        told = {delivery_id for delivery_id, _ in receiver.accepted_at}
        assert {row["id"] for row in rows if row["channel"] == name} <= told
        repeats = unexplained(receiver, kills, {}, name)
        assert name != "security" or not repeats, "Slack is asked before anything is sent again"
