"""What every kind of channel promises, tried on each against a receiver on loopback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import import_module

import pytest
import structlog

from tests.support.alerts import NOON, a_delivery
from tests.support.clock import FakeClock
from tests.support.hostile import HOSTILE, hostile_alert, is_harmless
from tests.support.ledger import MemoryLedger, run_inline
from tests.support.rigs import RIGS, Case, Outcome, Rig
from watcher.alert.notice import as_alert
from watcher.deliver.outbox import Outbox
from watcher.errors import DeliveryError
from watcher.types import Delivery, DeliveryKind, DeliveryState, Notice, TroubleKind

# Apprise imports a module that Python 3.13 drops; it does without it there.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

CASES = [
    pytest.param(rig, case, id=f"{rig.kind}: {name}") for rig in RIGS for name, case in rig.cases.items()
]
REMEMBERING = [rig for rig in RIGS if rig.kind not in ("console", "apprise")]


@pytest.fixture(params=RIGS, ids=lambda rig: str(rig.kind))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    with request.param() as opened:
        yield opened
        await opened.channel.close()


async def attempt(rig: Rig, delivery: Delivery) -> DeliveryError | None:
    """Send once; give the error, None when it was taken. Anything else but a `DeliveryError` fails the test."""
    try:
        async with asyncio.timeout(60):
            await rig.channel.send(delivery)
    except DeliveryError as error:
        return error
    return None


def outcome(error: DeliveryError | None) -> Outcome:
    if error is None:
        return Outcome.DELIVERED
    if error.needs_person:
        return Outcome.PARKED
    if not error.retryable:
        return Outcome.DEAD
    return Outcome.AMBIGUOUS if error.is_ambiguous else Outcome.RETRIED


@pytest.mark.parametrize(("kind", "case"), CASES)
async def test_answers_lead_where_they_must(kind: type[Rig], case: Case) -> None:
    with kind(case.timeout) as rig:
        case.arrange(rig)
        error = await attempt(rig, a_delivery())
        await rig.channel.close()
    assert outcome(error) is case.outcome
    assert (error.retry_after if error else None) == case.retry_after


@pytest.mark.parametrize(("kind", "case"), CASES)
async def test_no_secret_is_told(kind: type[Rig], case: Case, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logs, kind(case.timeout) as rig:
        case.arrange(rig)
        error = await attempt(rig, a_delivery())
        told = [
            str(error),
            repr(error),
            repr(vars(error)) if error else "",
            repr(rig.channel),
            str(rig.channel),
        ]
        told += [repr(logs), caplog.text]
        await rig.channel.close()
    assert not [secret for secret in rig.secrets for text in told if secret in text]


async def test_what_is_taken_is_shown_with_its_evidence(rig: Rig) -> None:
    await rig.channel.send(a_delivery())
    assert len(rig.taken()) == 1
    shown = rig.read()
    for words in ("Armed group crossing into Tunisia", "HIGH", "Sirte", "the minister warned"):
        assert words.lower() in shown.lower()


@pytest.mark.parametrize("kind", REMEMBERING, ids=lambda rig: str(rig.kind))
async def test_every_attempt_carries_the_same_delivery_id(kind: type[Rig]) -> None:
    with kind() as rig:
        for _ in range(2):
            await rig.channel.send(a_delivery(id="de-0a1b"))
        assert rig.taken() == ["de-0a1b", "de-0a1b"]
        await rig.channel.close()


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_words_are_taken_and_cannot_act(rig: Rig, name: str) -> None:
    await rig.channel.send(a_delivery(hostile_alert(HOSTILE[name])))
    assert is_harmless(rig.read())
    assert len(rig.read()) < 300_000


async def test_a_bug_in_the_layout_ends_in_plain_text(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise ZeroDivisionError

    module, _, name = rig.layout.partition(":")
    monkeypatch.setattr(import_module(module), name, broken)
    with structlog.testing.capture_logs() as logs:
        await rig.channel.send(a_delivery())
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["layout_failed"]
    assert "*Militants* fleeing Sirte" in rig.read()


async def test_even_a_bug_in_plain_text_swallows_no_alert(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    import watcher.deliver.channels.rendering as rendering

    def broken(*_: object) -> object:
        raise ZeroDivisionError

    module, _, name = rig.layout.partition(":")
    monkeypatch.setattr(import_module(module), name, broken)
    monkeypatch.setattr(rendering, "plain", broken)
    await rig.channel.send(a_delivery())
    assert "HIGH · tunisia-border-threat" in rig.read()


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_notice_is_told_in_plain_words_that_cannot_act(rig: Rig, name: str) -> None:
    notice = Notice(
        id="no-1",
        kind=TroubleKind.SILENT,
        is_recovery=False,
        title=f"Coast Wire {HOSTILE[name]} has fallen silent",
        lines=(f"Coast Wire: nothing new {HOSTILE[name]}", "Rule Crossing has lost 3 of its 8 sources"),
        created_at=NOON,
    )
    await rig.channel.send(a_delivery(as_alert(notice), kind=DeliveryKind.NOTICE))
    shown = rig.read()
    assert "Coast Wire" in shown
    assert "has lost 3 of its 8 sources" in shown
    assert is_harmless(shown)


async def test_a_channel_that_never_sent_can_be_closed(rig: Rig) -> None:
    await rig.channel.close()


async def test_it_says_what_it_is(rig: Rig) -> None:
    assert rig.channel.kind == rig.kind
    assert rig.channel.has_updates is (rig.kind in ("console", "slack"))
    assert rig.channel.spacing <= timedelta(seconds=1)


@pytest.mark.parametrize(("kind", "case"), CASES)
async def test_by_way_of_the_outbox_a_retry_brings_what_is_not_dead(kind: type[Rig], case: Case) -> None:
    clock, ledger = FakeClock(), MemoryLedger()
    with kind(case.timeout) as rig:
        case.arrange(rig)
        row_id = ledger.add(channel=rig.channel.name)
        outbox = Outbox(ledger, run_inline, {rig.channel.name: rig.channel}, clock, "worker")
        await outbox.drain(NOON + timedelta(hours=1))
        first = ledger.row(row_id)
        await rig.channel.close()
    expected = {
        Outcome.DELIVERED: DeliveryState.DELIVERED,
        Outcome.PARKED: DeliveryState.PARKED,
        Outcome.DEAD: DeliveryState.DEAD,
    }
    assert first.state is expected.get(case.outcome, DeliveryState.PENDING)
    assert first.attempts == 1
    assert (first.reason is None) is (case.outcome is Outcome.DELIVERED)
