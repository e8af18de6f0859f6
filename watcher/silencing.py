"""Makes a silence and keeps back what already waits to be sent: one transaction, whoever asks.

In: matchers, an end, a person's words. Out: the silence as stored, and as plain data. Called by the `silence` commands,
by the web port, and by whoever snoozes in chat.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from watcher.alert.hold import Hold, HoldReason, Silence
from watcher.alert.inert import inert
from watcher.alert.matchers import Matchers
from watcher.config.quantity import parse_duration
from watcher.storage.silences import matchers_to_json
from watcher.storage.store import Transaction
from watcher.types import DeliveryKind, DeliveryState

_MOST_WAITING = 10_000
AUTHOR_LIMIT = 120
COMMENT_LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """A silence that was stored; `held` counts the deliveries that waited and are kept back by it."""

    silence: Silence
    held: int


def silence(
    tx: Transaction, when: Matchers, *, ends_at: datetime, author: str, comment: str, now: datetime
) -> Silenced:
    """Silence alerts from now on.

    Args:
        tx: a transaction that writes.
        when: which alerts.
        ends_at: aware, after `now`.
        author: who asks for it, as the ledger names them.
        comment: why, or empty.
        now: aware, UTC.
    """
    made = Silence(
        id=f"si-{token_hex(4)}",
        when=when,
        starts_at=now,
        ends_at=ends_at,
        author=inert(author).strip()[:AUTHOR_LIMIT],
        comment=inert(comment).strip()[:COMMENT_LIMIT],
        created_at=now,
    )
    tx.silences.add(made)
    waiting = (
        delivery
        for state in (DeliveryState.PENDING, DeliveryState.PARKED, DeliveryState.GATHERED)
        for delivery in tx.deliveries.newest(limit=_MOST_WAITING, state=state)
    )
    meant = [one.id for one in waiting if one.kind is not DeliveryKind.DIGEST and when.takes(one.alert)]
    reason = str(Hold(reason=HoldReason.SILENCE, detail=f"{made.id} by {made.author}"))
    held = tx.deliveries.hold_pending(meant, reason=reason)
    return Silenced(silence=made, held=held)


def end_of(duration: str | None, until: str | None, now: datetime) -> datetime:
    """Give the end of a silence that is asked for in words.

    Args:
        duration: as `8h`; None when `until` is given.
        until: a time in ISO 8601. One without a zone is meant as the clock on this machine's wall shows it.
        now: aware, UTC.

    Raises:
        ValueError: not exactly one is given, it cannot be read, or the silence would be over before it begins.
    """
    if (duration is None) == (until is None):
        raise ValueError("say for how long (8h, 3d), or until when (2026-05-01T18:00Z)")
    try:
        ends_at = (
            now + parse_duration(duration)
            if duration is not None
            else datetime.fromisoformat(str(until)).astimezone(UTC)
        )
    except OverflowError as error:
        raise ValueError("the silence would end after the end of time") from error
    if ends_at <= now:
        raise ValueError("the silence would be over before it begins")
    return ends_at


def state_of(silence: Silence, now: datetime) -> str:
    """Say in a word where a silence stands."""
    if silence.is_over(now):
        return "over"
    return "holds" if silence.is_active(now) else "to come"


def silence_to_json(silence: Silence, now: datetime) -> dict[str, Any]:
    """Give a silence as the commands and the web port show it."""
    return {
        "id": silence.id,
        "state": state_of(silence, now),
        "when": matchers_to_json(silence.when),
        "starts_at": _moment(silence.starts_at),
        "ends_at": _moment(silence.ends_at),
        "expired_at": _moment(silence.expired_at) if silence.expired_at is not None else None,
        "author": silence.author,
        "comment": silence.comment,
        "created_at": _moment(silence.created_at),
    }


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds").replace("+00:00", "Z")
