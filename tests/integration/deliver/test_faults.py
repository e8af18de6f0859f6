"""The sending path is torn off at every point where it waits, on every channel and for everything that is told.

The process dies at the n-th suspension of a send, or beside the n-th call of the ledger, for every n; another one takes
over once the lease has ended. Nothing is lost; Slack, which is asked, is told once; the others may be told again, under
the same key where their format has one.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.alerts import NOON, a_delivery, a_source, an_alert
from tests.support.clock import FakeClock
from tests.support.death import Death, deaths, live
from tests.support.ledger import MemoryLedger
from tests.support.receiver import Receiver, accept_then_hang_up, answer
from tests.support.rigs import RIGS, EmailRig, Rig, SlackRig, WebhookRig
from tests.support.service import eventually
from tests.support.smtp import MailBehaviour
from tests.support.stored_ledger import StoredLedger
from watcher.alert.notice import as_alert
from watcher.deliver.outbox import Manners
from watcher.storage.store import open_store
from watcher.types import DeliveryKind, DeliveryState, Digest, Notice, TroubleKind

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

# Slack's double stamps messages with the real time, and is asked for those since the row was written.
LONG_AGO = NOON - timedelta(days=1)
PARKED_PAUSE = 15 * 60 + 1
LEASE_ENDS = 120

_NOTICE = Notice(
    id="no-1",
    kind=TroubleKind.SILENT,
    is_recovery=False,
    title="Coast Wire has fallen silent",
    lines=("Coast Wire: nothing new",),
    created_at=NOON,
)
_DIGEST = Digest(alerts=(an_alert(), an_alert(id="alert-2", story_id="story-2")), total=2, reason="every 2 h")
TOLD: Mapping[str, dict[str, Any]] = {
    "alert": {},
    "digest": {"kind": DeliveryKind.DIGEST, "digest": _DIGEST},
    "news": {"kind": DeliveryKind.REPLY, "news": "Now critical, it was high"},
    "notice": {"kind": DeliveryKind.NOTICE, "alert": as_alert(_NOTICE)},
}

every_rig = pytest.mark.parametrize("kind", RIGS, ids=lambda rig: str(rig.kind))


async def settle(rig: Rig) -> None:
    """Wait until the receiver has worked off what reached it before the death."""
    receiver = getattr(rig, "receiver", None)
    if isinstance(receiver, Receiver):
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{receiver.port}/ping"):
            pass
        await asyncio.to_thread(eventually, lambda: not receiver.working, what="rest")


async def die_and_live_again(rig: Rig, ledger: Any, clock: FakeClock, death: Death) -> None:
    """Let one process die, and another one do what is left when the lease of the first has ended."""
    await live(ledger, [rig.channel], clock, death)
    await settle(rig)
    clock.advance(LEASE_ENDS)
    await rig.channel.close()
    rig.channel = rig.reopened()
    await live(ledger, [rig.channel], clock, Death())
    await rig.channel.close()


def assert_told(rig: Rig, told_before: int = 0) -> None:
    """Check that it was told: once on Slack, and on the others at most once more, under the same key."""
    told = rig.keys()[told_before:]
    assert told, "lost"
    assert len(set(told)) == 1, "two keys"
    assert len(told) <= (1 if rig.kind == "slack" else 2), "told again and again"


@pytest.mark.parametrize(
    ("kind", "told"),
    # News in a thread of Slack, which needs a first message, is below.
    [(rig, told) for rig in RIGS for told in TOLD if (rig, told) != (SlackRig, "news")],
    ids=lambda one: one if isinstance(one, str) else str(one.kind),
)
async def test_a_death_at_any_point_loses_nothing_and_tells_slack_once(kind: type[Rig], told: str) -> None:
    for death in deaths():
        ledger, clock = MemoryLedger(), FakeClock()
        with kind() as rig:
            row_id = ledger.add(channel=rig.channel.name, created_at=LONG_AGO, **TOLD[told])
            await die_and_live_again(rig, ledger, clock, death)
            assert ledger.row(row_id).state is DeliveryState.DELIVERED
            assert_told(rig)


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the schema and nothing in it."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    open_store(f"sqlite:///{path}").close()
    return path


@every_rig
async def test_a_death_at_any_point_leaves_a_store_that_another_process_goes_on_with(
    kind: type[Rig], empty_store: Path, tmp_path: Path
) -> None:
    for number, death in enumerate(deaths()):
        path = shutil.copy(empty_store, tmp_path / f"{number}.db")
        ledger, clock = StoredLedger(open_store(f"sqlite:///{path}", is_upgrading=False)), FakeClock()
        with closing(ledger.store), kind() as rig:
            row_id = ledger.add(channel=rig.channel.name, due_at=LONG_AGO)
            await die_and_live_again(rig, ledger, clock, death)
            assert ledger.row(row_id).state is DeliveryState.DELIVERED
            assert_told(rig)


@pytest.mark.parametrize("kind", [SlackRig, WebhookRig])
async def test_a_death_while_an_answer_that_was_lost_is_made_up_for(kind: type[Rig]) -> None:
    """The receiver took it and hung up; the process that asks for it, or sends it again, dies as well."""
    for death in deaths():
        ledger, clock = MemoryLedger(), FakeClock()
        with kind() as rig:
            rig.receiver.script([accept_then_hang_up()])  # type: ignore[attr-defined]
            row_id = ledger.add(channel=rig.channel.name, created_at=LONG_AGO)
            await live(ledger, [rig.channel], clock, Death())
            assert ledger.row(row_id).is_in_doubt
            clock.advance(LEASE_ENDS)
            await die_and_live_again(rig, ledger, clock, death)
            assert ledger.row(row_id).state is DeliveryState.DELIVERED
            assert_told(rig, told_before=0 if kind is SlackRig else 1)


async def test_a_death_while_some_are_mailed_again_mails_nobody_who_has_it() -> None:
    for death in deaths():
        ledger, clock = MemoryLedger(), FakeClock()
        with EmailRig() as rig:
            rig.server.script([MailBehaviour(recipients={"desk@example.org": "450 later"})])
            ledger.add(channel=rig.channel.name, created_at=LONG_AGO)
            await live(ledger, [rig.channel], clock, Death())
            clock.advance(LEASE_ENDS)
            await die_and_live_again(rig, ledger, clock, death)
            mailed = [mail.recipients for mail in rig.server.mails]
            assert mailed.count(("duty@example.org",)) == 1
            assert 1 <= mailed.count(("desk@example.org",)) <= 2
            assert len(set(rig.keys())) == 1


@pytest.mark.parametrize(("status", "state"), [(400, DeliveryState.DEAD), (401, DeliveryState.PARKED)])
async def test_a_death_while_a_channel_takes_nothing_leaves_nobody_untold_on_its_fallback(
    status: int, state: DeliveryState
) -> None:
    manners = {"hook": Manners(fallback="security")}
    for death in deaths():
        ledger, clock = MemoryLedger(), FakeClock()
        with WebhookRig() as refusing, SlackRig() as rig:
            refusing.receiver.script([answer(status)] * 9)
            ledger.add(channel="hook", created_at=LONG_AGO)
            for at_end in (death, Death(), Death()):
                await live(ledger, [refusing.channel, rig.channel], clock, at_end, manners=manners)
                await settle(rig)
                clock.advance(LEASE_ENDS + PARKED_PAUSE)
            for channel in (refusing.channel, rig.channel):
                await channel.close()
            assert ledger.states() == [state, DeliveryState.DELIVERED]
            assert_told(rig)


@pytest.mark.parametrize("kind", [DeliveryKind.UPDATE, DeliveryKind.REPLY])
async def test_a_death_while_a_story_grows_leaves_one_message_as_it_is_now_and_each_news_once(
    kind: DeliveryKind,
) -> None:
    grown = an_alert(sources=(a_source(), a_source(feed_id="gulf", feed_title="Gulf Desk")))
    for death in deaths():
        ledger, clock = MemoryLedger(), FakeClock()
        with SlackRig() as rig:
            first = await rig.channel.send(a_delivery(id="first"))
            row = {"kind": kind, "opened_as": first, "news": "more", "alert": grown}
            row_id = ledger.add(channel=rig.channel.name, **row)
            await die_and_live_again(rig, ledger, clock, death)
            messages = rig.receiver.messages
        assert ledger.row(row_id).state is DeliveryState.DELIVERED
        assert len(messages) == (1 if kind is DeliveryKind.UPDATE else 2)
        assert kind is DeliveryKind.REPLY or "2 sources" in messages[0].shown
