"""What Slack allows one app in one workspace is kept by all channels of its token together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from tests.support.alerts import NOON, a_delivery
from tests.support.clock import FakeClock
from tests.support.ledger import MemoryLedger, run_inline
from tests.support.receiver import accept
from tests.support.slack import ThreadedSlack, limited
from watcher.config.channels import SlackSettings
from watcher.deliver.channels import build
from watcher.deliver.channels.slackaccount import SlackAccounts
from watcher.deliver.outbox import Outbox
from watcher.errors import DeliveryError
from watcher.ports import Channel
from watcher.types import DeliveryKind, DeliveryState

Opened = Callable[..., Channel]


@pytest.fixture
def slack() -> Iterator[ThreadedSlack]:
    with ThreadedSlack(channels=frozenset({"#security", "#desk"})) as double:
        yield double


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def opened(slack: ThreadedSlack, clock: FakeClock) -> AsyncIterator[Opened]:
    accounts, channels = SlackAccounts(clock), []

    def open_channel(name: str, channel: str, *, token: str = "xoxb-test-token") -> Channel:
        settings = SlackSettings(token=SecretStr(token), channel=channel, base_url=slack.base_url)
        channels.append(build(name, settings, accounts=accounts))
        return channels[-1]

    yield open_channel
    for one in channels:
        await one.close()


def outbox(ledger: MemoryLedger, clock: FakeClock, *channels: Channel) -> Outbox:
    return Outbox(ledger, run_inline, {one.name: one for one in channels}, clock, "worker")


async def test_what_slack_asks_of_one_channel_all_channels_of_its_token_obey(
    slack: ThreadedSlack, opened: Opened, clock: FakeClock
) -> None:
    security, desk = opened("security", "#security"), opened("desk", "#desk")
    slack.script([limited(40)])
    with pytest.raises(DeliveryError):
        await security.send(a_delivery())
    ledger, begun, asked = MemoryLedger(), clock.monotonic(), slack.requests
    row_id = ledger.add(channel="desk")
    await outbox(ledger, clock, desk).drain(clock.now() + timedelta(seconds=30))
    assert slack.requests == asked, "Slack was asked again before its time"
    row = ledger.row(row_id)
    assert (row.state, row.attempts) == (DeliveryState.PENDING, 0), "it waits, and is not a failed attempt"
    await outbox(ledger, clock, desk).drain(clock.now() + timedelta(minutes=5))
    assert ledger.row(row_id).state is DeliveryState.DELIVERED
    assert clock.monotonic() - begun >= 40


async def test_another_token_is_not_held_by_it(slack: ThreadedSlack, opened: Opened) -> None:
    slack.script([limited(40)])
    with pytest.raises(DeliveryError):
        await opened("security", "#security").send(a_delivery())
    other = opened("other", "#desk", token="xoxb-another-token")
    with pytest.raises(DeliveryError, match="invalid_auth"):  # it was asked
        await other.send(a_delivery())


async def test_no_header_silences_the_workspace_for_longer_than_an_hour(
    slack: ThreadedSlack, opened: Opened, clock: FakeClock
) -> None:
    slack.script([limited(10**8)])
    with pytest.raises(DeliveryError):
        await opened("security", "#security").send(a_delivery())
    clock.advance(3600)
    await opened("desk", "#desk").send(a_delivery())
    assert len(slack.messages) == 1


async def test_a_limit_on_one_method_holds_no_other(slack: ThreadedSlack, opened: Opened) -> None:
    channel = opened("security", "#security")
    slack.script([accept(), limited(40)])  # the message, and its permalink
    first = await channel.send(a_delivery(id="first"))
    assert "permalink" not in first.detail
    asked = slack.requests
    second = await channel.send(a_delivery(id="second"))
    assert "permalink" not in second.detail
    assert slack.requests == asked + 1
    assert [message.delivery_id for message in slack.messages] == ["first", "second"]


async def test_two_channels_of_ours_that_write_to_one_of_slack_share_its_second(
    slack: ThreadedSlack, opened: Opened, clock: FakeClock
) -> None:
    for name in ("security", "twin"):
        await opened(name, "#security").send(a_delivery(id=name))
    assert clock.monotonic() >= 1.0
    await opened("desk", "#desk").send(a_delivery(id="desk"))
    assert clock.monotonic() < 2.0


async def test_edits_keep_to_their_fifty_a_minute_and_the_rest_say_when_they_may_come(
    slack: ThreadedSlack, opened: Opened, clock: FakeClock
) -> None:
    channel = opened("security", "#security")
    first = await channel.send(a_delivery(id="first"))
    edit = a_delivery(kind=DeliveryKind.UPDATE, opened_as=first)
    for _ in range(50):
        await channel.send(edit)
    with pytest.raises(DeliveryError) as kept_back:
        await channel.send(edit)
    assert slack.calls.count("chat.update") == 50
    asked = kept_back.value.retry_after
    assert asked is not None
    assert kept_back.value.retryable
    assert not kept_back.value.is_ambiguous
    clock.advance(asked.total_seconds())
    await channel.send(edit)
    assert slack.messages[0].edits == 51


async def test_a_burst_over_many_channels_of_ours_is_as_slow_as_slacks_two_allow(
    slack: ThreadedSlack, opened: Opened, clock: FakeClock
) -> None:
    names = [f"channel-{number}" for number in range(6)]
    channels = [opened(name, ("#security", "#desk")[number % 2]) for number, name in enumerate(names)]
    ledger = MemoryLedger()
    for name in names * 10:
        ledger.add(channel=name, due_at=NOON)
    await outbox(ledger, clock, *channels).drain(clock.now() + timedelta(hours=1))
    assert set(ledger.states()) == {DeliveryState.DELIVERED}
    assert slack.calls.count("chat.postMessage") == 60
    assert clock.monotonic() >= 29  # thirty in each, one a second
