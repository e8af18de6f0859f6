"""Alerts as signed JSON, as a receiver checks them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from tests.support.alerts import NOON, a_delivery
from tests.support.receiver import Behaviour
from tests.support.webhook import WebhookReceiver
from watcher.alert.payload import payload
from watcher.config.channels import WebhookSettings
from watcher.deliver.channels.webhook import WebhookChannel
from watcher.errors import DeliveryError


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


async def posted(url: str, *, secret: str | None = None, headers: dict[str, str] | None = None) -> None:
    settings = WebhookSettings(
        url=url,
        secret=SecretStr(secret) if secret else None,
        headers=headers or {},
        timeout=timedelta(seconds=20),
    )
    channel = WebhookChannel("hook", settings, now=lambda: NOON)
    try:
        await channel.send(a_delivery())
    finally:
        await channel.close()


async def test_the_body_is_the_documented_json(receiver: WebhookReceiver) -> None:
    await posted(receiver.url)
    (post,) = receiver.posts
    assert post.json == payload(a_delivery())
    assert post.headers["Content-Type"] == "application/json; charset=utf-8"
    assert post.headers["Idempotency-Key"] == "delivery-1"
    assert "X-Watcher-Signature" not in post.headers


async def test_a_receiver_can_check_the_signature(receiver: WebhookReceiver) -> None:
    await posted(receiver.url, secret="hush-hush")
    (post,) = receiver.posts
    timestamp = post.headers["X-Watcher-Timestamp"]
    expected = hmac.new(b"hush-hush", timestamp.encode() + b"." + post.body, hashlib.sha256).hexdigest()
    assert post.headers["X-Watcher-Signature"] == f"v1={expected}"
    assert timestamp == str(int(NOON.timestamp()))


async def test_configured_headers_are_sent_but_never_in_place_of_ours(receiver: WebhookReceiver) -> None:
    await posted(receiver.url, headers={"Authorization": "Bearer t", "Idempotency-Key": "mine"})
    (post,) = receiver.posts
    assert post.headers["Authorization"] == "Bearer t"
    assert post.headers["Idempotency-Key"] == "delivery-1"


async def test_a_redirect_is_not_followed(receiver: WebhookReceiver) -> None:
    receiver.script([Behaviour(stores=False, status=307, headers={"Location": receiver.url}, body="")])
    with pytest.raises(DeliveryError, match="redirects are not followed"):
        await posted(receiver.url)
    assert receiver.posts == []
    assert receiver.requests == 1


async def test_a_host_that_does_not_exist_is_tried_again_later() -> None:
    with pytest.raises(DeliveryError, match=r"nowhere\.invalid") as raised:
        await posted("http://nowhere.invalid/key-in-the-path")
    assert raised.value.retryable
    assert not raised.value.is_ambiguous
    assert "key-in-the-path" not in str(raised.value)
