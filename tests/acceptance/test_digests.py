"""Alerts that are told together, from outside: digests of a route, what is above a budget, stand-ins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.acceptance.conftest import ATTACK, QUIET
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.service import Service, eventually
from tests.support.slack import ThreadedSlack, refused
from tests.support.smtp import SmtpServer
from tests.support.webhook import WebhookReceiver

Watching = Callable[..., Service]

TOWNS = ("Dehiba", "Remada", "Matmata", "Douz", "Nefta", "Tozeur", "Kasserine", "Thala", "Sakiet", "Tabarka")


def attacks(count: int, start: int = 0) -> list[dict[str, str]]:
    """Make reports of different events that all match."""
    return [
        {
            "guid": f"e{n}",
            "title": f"Gunmen cross the border, incident {n} of {TOWNS[n % len(TOWNS)]}",
            "link": f"https://news.example/e{n}",
            "description": f"Report {n}: {' '.join(f'{TOWNS[(n * 7 + k) % 10]}{n * 31 + k}' for k in range(12))}.",
        }
        for n in range(start, start + count)
    ]


def states(service: Service, limit: int = 10_000) -> Counter[tuple[str, str]]:
    rows = service.json("deliveries", "list", "--limit", str(limit))
    return Counter((row["kind"], row["state"]) for row in rows)


def test_a_digest_route_tells_its_alerts_in_one_mail(
    watching: Watching, feeds: ThreadedFeedServer, mail: SmtpServer
) -> None:
    service = watching("/wire", routes=[{"to": ["duty"], "digest": "2s"}])
    service.once()
    feeds.set("/wire", body=rss([*attacks(5), *QUIET]))
    assert service.once()["alerts"] == 5
    eventually(lambda: service.once() and mail.mails)
    (letter,) = mail.mails
    for part in (letter.part("plain"), letter.part("html")):
        for attack in attacks(5):
            assert attack["title"] in re.sub("<[^>]*>", "", part)
            assert attack["link"] in part
        assert "5 alerts on 5 stories" in part
    assert "5 alerts" in str(letter.message["Subject"])
    assert states(service) == {("alert", "delivered"): 5, ("digest", "delivered"): 1}


def test_what_is_above_a_channels_budget_is_told_in_one_digest_and_accounted_for(
    watching: Watching, feeds: ThreadedFeedServer, channels: dict[str, Any], slack: ThreadedSlack
) -> None:
    budget = {"alerts": 3, "per": "20s", "except": ["critical"]}
    channels = {"security": {**channels["security"], "budget": budget}}
    service = watching("/wire", channels=channels, routes=[{"to": ["security"]}])
    service.once()
    feeds.set("/wire", body=rss([*attacks(60), *QUIET]))
    assert service.once()["alerts"] == 60
    eventually(lambda: service.once() and states(service)["alert", "delivered"] == 60, within=90)
    told = states(service)
    # Where a budget's time ends between two transactions, its successor is spent as well.
    assert told["digest", "delivered"] in (1, 2)
    assert len(slack.messages) <= 6 + 2
    assert "above the budget of 3 in 20s" in slack.messages[-1].shown


def test_a_silence_takes_an_alert_out_of_a_digest_that_waits(
    watching: Watching, feeds: ThreadedFeedServer, mail: SmtpServer
) -> None:
    service = watching("/wire", routes=[{"to": ["duty"], "digest": "0 0 1 1 *"}])
    service.once()
    feeds.set("/wire", body=rss([*attacks(2), *QUIET]))
    service.once()
    assert states(service) == {("alert", "gathered"): 2, ("digest", "pending"): 1}
    assert service.json("silence", "add", "--rule", "border", "--for", "1h")["held"] == 2
    digest = next(d for d in service.json("deliveries", "list") if d["kind"] == "digest")
    service.json("deliveries", "retry", digest["id"])
    service.once()
    assert not mail.mails
    assert states(service) == {("alert", "held"): 2, ("digest", "held"): 1}


def test_another_channel_stands_in_for_one_that_takes_nothing(
    watching: Watching, feeds: ThreadedFeedServer, channels: dict[str, Any], slack: ThreadedSlack
) -> None:
    with WebhookReceiver() as hook:
        everything = {
            "security": {**channels["security"], "fallback": {"to": "hook", "after": "10m"}},
            "hook": {"type": "webhook", "url": hook.url},
        }
        service = watching("/wire", channels=everything, routes=[{"to": ["security"]}])
        service.once()
        slack.script([refused("account_inactive")] * 100)
        feeds.set("/wire", body=rss([ATTACK, *QUIET]))
        service.once()
        eventually(lambda: service.once() and hook.posts)
        rows = {row["channel"]: row for row in service.json("deliveries", "list")}
    assert rows["security"]["state"] == "parked"
    assert rows["hook"]["state"] == "delivered"
    alerts = [
        post.json["alert"] for post in hook.posts if "alert" in post.json
    ]  # a notice may tell of the channel
    assert [alert["headline"]["text"] for alert in alerts] == [ATTACK["title"]]
