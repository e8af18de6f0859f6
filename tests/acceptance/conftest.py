"""The world around the real process: feeds, a Slack double, a mail server, all on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.doubles import mail, mail_settings, slack, slack_settings
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.service import Service
from tests.support.slack import ThreadedSlack
from tests.support.smtp import SmtpServer

__all__ = ["mail", "slack"]  # fixtures, for pytest to find

RULE: dict[str, Any] = {
    "id": "border",
    "title": "Crossing of the border",
    "severity": "high",
    "match": {
        "all": [{"any": ["gunmen", "armed men", "مسلحون"]}, {"any": ["border", "frontière", "الحدود"]}]
    },
    "tests": [{"title": "Gunmen cross the border", "expect": "match"}],
}

# Two reports of other things, so that a feed is never empty.
QUIET = [
    {
        "guid": "q1",
        "title": "Olive harvest begins",
        "link": "https://news.example/q1",
        "description": "Farmers.",
    },
    {
        "guid": "q2",
        "title": "Rain in the north",
        "link": "https://news.example/q2",
        "description": "Weather.",
    },
]

ATTACK = {
    "guid": "a1",
    "title": "Gunmen cross the border near Dehiba",
    "link": "https://news.example/a1",
    "description": "A dozen armed men were seen on the road to Remada before dawn, the army said on Sunday.",
}


@pytest.fixture
def feeds() -> Iterator[ThreadedFeedServer]:
    with ThreadedFeedServer() as server:
        yield server


@pytest.fixture
def channels(slack: ThreadedSlack, mail: SmtpServer) -> dict[str, Any]:
    """Channel settings for the doubles."""
    return {"security": slack_settings(slack), "duty": mail_settings(mail)}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path) as installed:
        yield installed


@pytest.fixture
def watching(service: Service, feeds: ThreadedFeedServer, channels: dict[str, Any]) -> Callable[..., Service]:
    """Configure the service on some paths of the feed server, with the border rule and both channels."""

    def configure(*paths: str, **changes: Any) -> Service:
        for path in paths:
            feeds.set(path, body=rss(QUIET))
        settings: dict[str, Any] = {
            "feeds": [{"id": path.strip("/"), "url": feeds.url(path)} for path in paths],
            "rules": [RULE],
            "channels": channels,
            "routes": [{"to": list(channels)}],
            **changes,
        }
        service.configure(**settings)
        return service

    return configure
