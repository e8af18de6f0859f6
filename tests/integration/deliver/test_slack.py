"""Alerts in Slack, against a double that is as strict as the documentation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from tests.support.alerts import a_delivery, an_alert
from tests.support.receiver import accept_then_hang_up
from tests.support.slack import ThreadedSlack, refused
from watcher.config.channels import SlackSettings
from watcher.deliver.channels.slack import BLOCK_ERRORS, RETRYABLE_ERRORS, SlackChannel
from watcher.errors import DeliveryError


@pytest.fixture
def slack() -> Iterator[ThreadedSlack]:
    with ThreadedSlack() as double:
        yield double


@pytest.fixture
async def channel(slack: ThreadedSlack) -> AsyncIterator[SlackChannel]:
    opened = SlackChannel("security", settings(slack))
    yield opened
    await opened.close()


def settings(
    slack: ThreadedSlack, *, token: str = "xoxb-test-token", channel: str = "#security"
) -> SlackSettings:
    return SlackSettings(token=SecretStr(token), channel=channel, base_url=slack.base_url)


async def test_a_message_carries_the_evidence_in_bold_and_the_delivery_id(
    slack: ThreadedSlack, channel: SlackChannel
) -> None:
    receipt = await channel.send(a_delivery(id="de-0a1b"))
    (message,) = slack.messages
    assert receipt.receiver_id == message.ts
    assert receipt.detail == {"channel": "C0SECURITY"}
    assert message.bold[:2] == ["Militants", "Tunisia"]
    assert message.metadata == {
        "event_type": "watcher_alert",
        "event_payload": {
            "delivery_id": "de-0a1b",
            "alert_id": "alert-1",
            "story_id": "story-1",
            "rule": "tunisia-border-threat",
        },
    }


async def test_link_previews_names_and_markup_are_off(slack: ThreadedSlack, channel: SlackChannel) -> None:
    await channel.send(a_delivery())
    request = slack.messages[0].request
    assert [request[key] for key in ("unfurl_links", "unfurl_media", "link_names", "mrkdwn")] == [False] * 4
    assert request["parse"] == "none"


async def test_mentions_in_a_headline_reach_nobody(slack: ThreadedSlack, channel: SlackChannel) -> None:
    await channel.send(a_delivery(an_alert(headline="<!channel> <@U012AB3CD> & more", title_highlights=())))
    (message,) = slack.messages
    assert "&lt;!channel&gt; &lt;@U012AB3CD&gt; &amp; more" in message.text
    assert "<\u2060!channel> <\u2060@U012AB3CD> & more" in message.shown


@pytest.mark.parametrize("error", sorted(BLOCK_ERRORS))
async def test_refused_blocks_are_sent_once_more_as_text(
    slack: ThreadedSlack, channel: SlackChannel, error: str
) -> None:
    slack.script([refused(error)])
    await channel.send(a_delivery(an_alert(headline="<!here> again", title_highlights=())))
    (message,) = slack.messages
    assert message.blocks == []
    assert "&lt;!here&gt; again" in message.text
    assert "https://coast-wire.example/2026/03/sirte" in message.text
    assert slack.requests == 2


async def test_a_broken_connection_is_not_repeated_behind_our_back(
    slack: ThreadedSlack, channel: SlackChannel
) -> None:
    slack.script([accept_then_hang_up()])
    with pytest.raises(DeliveryError) as raised:
        await channel.send(a_delivery())
    assert raised.value.is_ambiguous
    assert (slack.requests, len(slack.messages)) == (1, 1)


@pytest.mark.parametrize(
    ("token", "name", "error"),
    [("xoxb-other", "#security", "invalid_auth"), ("xoxb-test-token", "#nowhere", "channel_not_found")],
)
async def test_a_wrong_token_or_channel_is_dead_and_named(
    slack: ThreadedSlack, token: str, name: str, error: str
) -> None:
    channel = SlackChannel("security", settings(slack, token=token, channel=name))
    with pytest.raises(DeliveryError, match=error) as raised:
        await channel.send(a_delivery())
    await channel.close()
    assert not raised.value.retryable
    assert token not in str(raised.value)


def test_no_error_is_both_retried_and_sent_as_text() -> None:
    assert not RETRYABLE_ERRORS & BLOCK_ERRORS
