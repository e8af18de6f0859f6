"""Alerts as signed JSON, as a receiver checks them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import SecretStr

from tests.support.alerts import NOON, a_delivery, an_alert
from tests.support.docs import blocks
from tests.support.receiver import Behaviour
from tests.support.webhook import WebhookReceiver, violations
from watcher.alert.notice import as_alert
from watcher.alert.payload import notice_payload, payload, text_payload
from watcher.alert.payload_schema import webhook_schema
from watcher.config.channels import WebhookSettings
from watcher.deliver.channels.webhook import WebhookChannel
from watcher.errors import DeliveryError
from watcher.types import DeliveryKind, Digest, Notice, Tlp, TroubleKind


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


async def posted(
    url: str, *, secret: str | None = None, headers: dict[str, str] | None = None, now: datetime = NOON
) -> None:
    settings = WebhookSettings(
        url=url,
        secret=SecretStr(secret) if secret else None,
        headers=headers or {},
        timeout=timedelta(seconds=20),
    )
    channel = WebhookChannel("hook", settings, now=lambda: now)
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


@pytest.fixture(scope="module")
def is_from_watcher() -> Any:
    """The receiver's check as the guide shows it."""
    (example,) = (one for one in blocks("docs/guide.md", language="python") if "is_from_watcher" in one.text)
    names: dict[str, Any] = {}
    exec(compile(example.text, example.name, "exec"), names)
    return names["is_from_watcher"]


async def test_a_receiver_can_check_the_signature_as_the_guide_shows(
    receiver: WebhookReceiver, is_from_watcher: Any
) -> None:
    await posted(receiver.url, secret="hush-hush", now=datetime.fromtimestamp(time.time(), UTC))
    (post,) = receiver.posts
    assert is_from_watcher("hush-hush", post.headers, post.body)
    assert not is_from_watcher("another", post.headers, post.body)
    assert not is_from_watcher("hush-hush", post.headers, post.body.replace(b"high", b"info"))
    assert not is_from_watcher("hush-hush", post.headers | {"X-Watcher-Timestamp": "1"}, post.body)


async def test_an_old_request_is_refused_however_well_signed(
    receiver: WebhookReceiver, is_from_watcher: Any
) -> None:
    await posted(receiver.url, secret="hush-hush")
    (post,) = receiver.posts
    assert post.headers["X-Watcher-Timestamp"] == str(int(NOON.timestamp()))
    assert not is_from_watcher("hush-hush", post.headers, post.body)


_NOTICE = Notice(
    id="no-1", kind=TroubleKind.CHANNEL, is_recovery=True, title="x", lines=("a", "b"), created_at=NOON
)
_BARE = an_alert(
    url=None, language=None, sources=(), places=(), tags=(), quote="", highlights=(), tlp=Tlp.RED
)


@pytest.mark.parametrize(
    "content",
    [
        payload(a_delivery()),
        payload(a_delivery(_BARE)),
        payload(
            a_delivery(
                kind=DeliveryKind.DIGEST, digest=Digest(alerts=(an_alert(), _BARE), total=7, reason="2h")
            )
        ),
        notice_payload(a_delivery(as_alert(_NOTICE), kind=DeliveryKind.NOTICE)),
        text_payload(a_delivery(), "HIGH"),
    ],
    ids=["alert", "bare alert", "digest", "notice", "text"],
)
def test_everything_that_is_sent_is_as_the_schema_says(content: Any) -> None:
    assert violations(content) == []


def test_the_schema_is_one_and_refuses_what_is_not_sent() -> None:
    Draft202012Validator.check_schema(webhook_schema())
    sent = payload(a_delivery())
    for wrong in (
        {},
        {**sent, "version": 2},
        {**sent, "text": "two of them"},
        {key: value for key, value in sent.items() if key != "alert"},
        {**sent, "alert": {**sent["alert"], "severity": "huge"}},
        {**sent, "alert": {key: value for key, value in sent["alert"].items() if key != "story"}},
    ):
        assert violations(wrong)


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
