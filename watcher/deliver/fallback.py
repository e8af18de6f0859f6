"""Tells another channel what one does not take.

In: what was refused, and what waits because nothing is taken. Out: rows of the outbox that stand in for them on the
fallback channel, each once. Called by `sender`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from watcher.ports import Ledger, Runner
from watcher.types import Delivery, DeliveryKind

_FOLLOWING = (DeliveryKind.UPDATE, DeliveryKind.REPLY)
_MOST_RELIEVED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What a channel's receiver is spared, and who is told in its place.

    More than `fold_over` waiting alerts are told as one digest. When an alert is given up or parked, waits behind a parked
    one, or was first tried `after` ago and is still not taken, it is also told on the channel `fallback`.
    """

    fold_over: int | None = None
    fallback: str | None = None
    after: timedelta = timedelta(minutes=15)


class Fallback:
    """The fallback of one channel; does nothing where that has none.

    Args:
        channel: the name of the channel that something stands in for.
        manners: says which channel stands in.
        ledger: where rows are queued.
        run: runs the ledger's blocking calls.
        on_queued: called when the other channel has something to send.
        log: bound to the channel.
    """

    def __init__(
        self,
        channel: str,
        manners: Manners,
        *,
        ledger: Ledger,
        run: Runner,
        on_queued: Callable[[], None],
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self._channel = channel
        self._to = manners.fallback
        self._ledger = ledger
        self._run = run
        self._on_queued = on_queued
        self._log = log

    async def stand_in(
        self, delivery: Delivery, error: str, now: datetime, *, tried_since: datetime | None
    ) -> None:
        """Tell what was not taken; a stand-in has none of its own. `tried_since` as the ledger's contract says."""
        if self._to is None or delivery.kind in _FOLLOWING or delivery.stands_in_for is not None:
            return
        await self._queue(self._to, delivery.id, error, now, tried_since=tried_since)

    async def relieve(self, now: datetime) -> None:
        """Tell what waits until a person has mended the channel: that may take hours."""
        to = self._to
        if to is None:
            return
        waiting = await self._run(
            lambda: self._ledger.behind_parked(self._channel, fallback=to, now=now, limit=_MOST_RELIEVED)
        )
        for delivery_id in waiting:
            await self._queue(to, delivery_id, "it takes nothing now", now, tried_since=None)

    async def _queue(
        self, to: str, delivery_id: str, why: str, now: datetime, *, tried_since: datetime | None
    ) -> None:
        reason = f"in place of {self._channel}: {why}"
        is_queued = await self._run(
            lambda: self._ledger.stand_in(
                delivery_id, channel=to, reason=reason, at=now, tried_since=tried_since
            )
        )
        if is_queued:
            self._log.warning("fell_back", delivery=delivery_id, to=to)
            self._on_queued()
