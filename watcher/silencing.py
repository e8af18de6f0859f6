"""Makes a silence and keeps back what already waits to be sent: one transaction, whoever asks.

In: matchers, an end, a person's words. Out: the silence as stored. Called by the `silence` command and by whoever
snoozes in chat.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from watcher.alert.hold import Hold, HoldReason, Silence
from watcher.alert.matchers import Matchers
from watcher.storage.store import Transaction
from watcher.types import DeliveryKind, DeliveryState

_MOST_WAITING = 10_000
_AUTHOR_LIMIT = 120
_COMMENT_LIMIT = 500


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
        author=author[:_AUTHOR_LIMIT],
        comment=comment[:_COMMENT_LIMIT],
        created_at=now,
    )
    tx.silences.add(made)
    waiting = (
        delivery
        for state in (DeliveryState.PENDING, DeliveryState.GATHERED)
        for delivery in tx.deliveries.newest(limit=_MOST_WAITING, state=state)
    )
    meant = [one.id for one in waiting if one.kind is not DeliveryKind.DIGEST and when.takes(one.alert)]
    reason = str(Hold(reason=HoldReason.SILENCE, detail=f"{made.id} by {made.author}"))
    held = tx.deliveries.hold_pending(meant, reason=reason)
    return Silenced(silence=made, held=held)
