"""Receivers on loopback as pytest fixtures, and the settings of channels that write to them.

A conftest or a test module imports the fixtures that it wants.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.slack import ThreadedSlack
from tests.support.smtp import SmtpServer
from tests.support.webhook import WebhookReceiver


@pytest.fixture
def slack() -> Iterator[ThreadedSlack]:
    with ThreadedSlack() as double:
        yield double


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with SmtpServer() as double:
        yield double


@pytest.fixture
def hook() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as double:
        yield double


def slack_settings(slack: ThreadedSlack, **more: Any) -> dict[str, Any]:
    """Give the settings of a channel that posts to the double."""
    return {
        "type": "slack",
        "token": "xoxb-test-token",
        "channel": "#security",
        "base_url": slack.base_url,
        **more,
    }


def mail_settings(mail: SmtpServer, **more: Any) -> dict[str, Any]:
    """Give the settings of a channel that mails by way of the double."""
    return {
        "type": "email",
        "host": mail.host,
        "port": mail.port,
        "tls": "none",
        "from": "watcher@example.org",
        "to": ["duty@example.org"],
        **more,
    }
