"""Alerts in Slack, against a double that is as strict as the documentation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from tests.support.alerts import a_delivery, a_source, an_alert
from tests.support.clock import FakeClock
from tests.support.receiver import accept, accept_then_hang_up, answer
from tests.support.slack import ThreadedSlack, limited, refused
from watcher.config.channels import SlackSettings
from watcher.deliver.channels import slackcodes
from watcher.deliver.channels.slack import BLOCK_ERRORS, GONE_ERRORS, SlackChannel
from watcher.deliver.channels.slackaccount import SlackAccounts
from watcher.errors import DeliveryError
from watcher.types import Delivery, DeliveryKind, Receipt


@pytest.fixture
def slack() -> Iterator[ThreadedSlack]:
    with ThreadedSlack() as double:
        yield double


@pytest.fixture
async def channel(slack: ThreadedSlack) -> AsyncIterator[SlackChannel]:
    opened = SlackChannel("security", settings(slack), accounts=SlackAccounts(FakeClock()))
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
    assert receipt.detail["channel"] == "C0SECURITY"
    assert receipt.detail["permalink"].endswith(message.ts.replace(".", ""))
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
    assert slack.calls == ["chat.postMessage", "chat.getPermalink"]


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
async def test_a_wrong_token_or_channel_waits_for_a_person_and_is_named(
    slack: ThreadedSlack, token: str, name: str, error: str
) -> None:
    channel = SlackChannel(
        "security", settings(slack, token=token, channel=name), accounts=SlackAccounts(FakeClock())
    )
    with pytest.raises(DeliveryError, match=error) as raised:
        await channel.send(a_delivery())
    await channel.close()
    assert raised.value.needs_person
    assert not raised.value.retryable
    assert token not in str(raised.value)


def test_no_error_is_both_retried_and_sent_as_text() -> None:
    assert not slackcodes.PASSING & BLOCK_ERRORS


def grown(first: Receipt, **changes: Any) -> Delivery:
    sources = (a_source(), a_source(feed_id="gulf", feed_title="Gulf Desk"))
    values = {"id": "de-2", "kind": DeliveryKind.UPDATE, "opened_as": first, **changes}
    return a_delivery(an_alert(sources=sources), **values)


async def test_a_story_that_grows_edits_the_first_message(
    slack: ThreadedSlack, channel: SlackChannel
) -> None:
    first = await channel.send(a_delivery(id="de-1"))
    again = await channel.send(grown(first))
    (message,) = slack.messages
    assert again == first
    assert message.edits == 1
    assert "2 sources, 2 countries" in message.shown
    assert "Gulf Desk" in message.shown
    assert message.delivery_id == "de-1", "it is still found by the delivery that posted it"


async def test_news_is_told_in_the_thread(slack: ThreadedSlack, channel: SlackChannel) -> None:
    first = await channel.send(a_delivery(id="de-1"))
    reply = a_delivery(id="de-3", kind=DeliveryKind.REPLY, opened_as=first, news="Now <!channel> critical")
    await channel.send(reply)
    (news,) = slack.threads
    assert (news.thread_ts, news.delivery_id) == (first.receiver_id, "de-3")
    assert news.text == "Now &lt;!channel&gt; critical"
    assert news.shown == "Now <\u2060!channel> critical"


@pytest.mark.parametrize("kind", [DeliveryKind.UPDATE, DeliveryKind.REPLY])
async def test_a_message_that_a_person_has_deleted_is_left_alone(
    slack: ThreadedSlack, channel: SlackChannel, kind: DeliveryKind
) -> None:
    first = await channel.send(a_delivery())
    slack.delete(str(first.receiver_id))
    with pytest.raises(DeliveryError) as raised:
        await channel.send(grown(first, kind=kind, news="more"))
    assert (raised.value.is_moot, raised.value.retryable) == (True, False)
    assert slack.messages == []


@pytest.mark.parametrize("error", sorted(GONE_ERRORS))
async def test_an_edit_that_is_no_longer_allowed_is_not_tried_again(
    slack: ThreadedSlack, channel: SlackChannel, error: str
) -> None:
    first = await channel.send(a_delivery())
    slack.script([refused(error)])
    with pytest.raises(DeliveryError) as raised:
        await channel.send(grown(first))
    assert raised.value.is_moot


async def test_an_edit_whose_blocks_are_refused_is_made_as_text(
    slack: ThreadedSlack, channel: SlackChannel
) -> None:
    first = await channel.send(a_delivery())
    slack.script([refused("invalid_blocks")])
    await channel.send(grown(first))
    (message,) = slack.messages
    assert message.blocks == []
    assert "2 sources" in message.text


async def test_a_growing_alert_whose_first_message_never_came_is_posted(
    slack: ThreadedSlack, channel: SlackChannel
) -> None:
    await channel.send(grown(Receipt(), opened_as=None))
    (message,) = slack.messages
    assert message.delivery_id == "de-2"


async def test_a_permalink_that_does_not_come_costs_no_delivery(
    slack: ThreadedSlack, channel: SlackChannel
) -> None:
    slack.script([accept(), answer(500)])
    receipt = await channel.send(a_delivery())
    assert receipt.receiver_id == slack.messages[0].ts
    assert "permalink" not in receipt.detail


class TestFind:
    """Slack is asked whether it has a delivery."""

    @pytest.fixture
    async def fresh(self, slack: ThreadedSlack) -> AsyncIterator[SlackChannel]:
        """A channel as after a restart, which has sent nothing yet."""
        opened = SlackChannel("security", settings(slack), accounts=SlackAccounts(FakeClock()))
        yield opened
        await opened.close()

    async def test_a_message_is_found_by_its_delivery_id(
        self, slack: ThreadedSlack, channel: SlackChannel, fresh: SlackChannel
    ) -> None:
        sent = [await channel.send(a_delivery(id=f"de-{number}")) for number in range(5)]
        slack.page = 2
        assert await fresh.find(a_delivery(id="de-1")) == sent[1]
        assert await fresh.find(a_delivery(id="de-9")) is None
        assert len(slack.messages) == 5

    async def test_news_is_found_in_the_thread(
        self, slack: ThreadedSlack, channel: SlackChannel, fresh: SlackChannel
    ) -> None:
        first = await channel.send(a_delivery(id="de-1"))
        reply = a_delivery(id="de-2", kind=DeliveryKind.REPLY, opened_as=first, news="more")
        assert await fresh.find(reply) is None
        await channel.send(reply)
        found = await fresh.find(reply)
        assert found is not None
        assert found.receiver_id == slack.threads[0].ts

    async def test_an_edit_is_not_looked_for(self, slack: ThreadedSlack, channel: SlackChannel) -> None:
        first = await channel.send(a_delivery())
        assert await channel.find(grown(first)) is None
        assert "conversations.history" not in slack.calls

    @pytest.mark.parametrize("scope", ["channels:history", "channels:read"])
    async def test_without_the_scope_it_says_so_once_and_cannot_tell(
        self, slack: ThreadedSlack, fresh: SlackChannel, scope: str
    ) -> None:
        slack.missing_scopes = frozenset({scope})
        with structlog.testing.capture_logs() as logs:
            for _ in range(2):
                assert await fresh.find(a_delivery()) is None
        warned = [log for log in logs if log["log_level"] == "warning"]
        assert [log["event"] for log in warned] == ["cannot_look_for_messages"]

    async def test_a_search_that_is_limited_waits_and_sends_nothing(
        self, slack: ThreadedSlack, fresh: SlackChannel
    ) -> None:
        slack.script([accept(), limited(7)])
        with pytest.raises(DeliveryError) as raised:
            await fresh.find(a_delivery())
        assert raised.value.retry_after == timedelta(seconds=7)
        assert slack.messages == []

    async def test_a_search_is_bounded(self, slack: ThreadedSlack, fresh: SlackChannel) -> None:
        for number in range(30):
            await fresh.send(a_delivery(id=f"de-{number}"))
        slack.page, slack.calls = 1, []
        assert await fresh.find(a_delivery(id="de-0")) is None
        assert slack.calls.count("conversations.history") == 10
