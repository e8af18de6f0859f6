"""Alerts by way of Apprise, for real, to a receiver on loopback."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from tests.support.alerts import a_delivery
from tests.support.webhook import WebhookReceiver
from watcher.config.channels import AppriseSettings
from watcher.deliver.channels import build
from watcher.errors import WatcherError

# Apprise imports a module that Python 3.13 drops; it does without it there.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


async def test_a_notification_has_title_text_and_weight() -> None:
    with WebhookReceiver() as receiver:
        channel = build("phone", AppriseSettings(url=SecretStr(f"json://127.0.0.1:{receiver.port}/")))
        await channel.send(a_delivery())
    (post,) = receiver.posts
    assert post.json["title"].startswith("HIGH · Armed group crossing into Tunisia: Militants")
    assert "*Militants* *fleeing* Sirte" in post.json["message"]
    assert post.json["type"] == "warning"


def test_an_address_that_apprise_does_not_know_is_refused_without_quoting_it() -> None:
    with pytest.raises(WatcherError, match="phone") as raised:
        build("phone", AppriseSettings(url=SecretStr("nonsense://s3cret")))
    assert "s3cret" not in str(raised.value)
