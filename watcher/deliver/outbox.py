"""The outbox at work: one sender for each channel, side by side.

In: the ledger's rows and the channels. Out: delivered alerts. `app` runs it as a task for as long as the service
lives, `run --once` drains it.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from watcher.deliver.fallback import Manners
from watcher.deliver.sender import Attempt, OutboxSettings, Result, Sender
from watcher.ports import Channel, Clock, Ledger, Runner

__all__ = ["Attempt", "Manners", "Outbox", "OutboxSettings", "Result"]


def _ignore(_: object) -> None:
    """Take what nobody counts."""


class Outbox:
    """Sends the rows of the ledger to their channels.

    At least once: an attempt whose outcome is unknown is made again, with the same delivery id for the receiver to
    recognise it by. A row is recorded right after its own attempt, so that a kill repeats at most one per channel.
    """

    def __init__(
        self,
        ledger: Ledger,
        run: Runner,
        channels: Mapping[str, Channel],
        clock: Clock,
        owner: str,
        *,
        settings: OutboxSettings = OutboxSettings(),  # noqa: B008 - frozen
        rng: random.Random | None = None,
        observe: Callable[[Attempt], None] = _ignore,
        on_trouble: Callable[[str], None] = _ignore,
        manners: Mapping[str, Manners] | None = None,
    ) -> None:
        """Prepare a sender for each channel; nothing is sent yet.

        Args:
            ledger: Where rows are leased and their fate is recorded.
            run: Runs the ledger's blocking calls off the event loop.
            channels: The channels by name; rows of other channels are left alone.
            clock: Where time comes from.
            owner: Who leases the rows: unique to this process.
            settings: Batch, lease, timeouts, patience.
            rng: Source of the jitter; None means one seeded by the system.
            observe: Called after each attempt, for metrics; must not raise.
            on_trouble: Called with a word for each error that is nobody's fault outside (a bug, the store away), to
                be counted; it is logged here. Must not raise.
            manners: What holds for single channels, by name; None means nothing special.
        """
        jitter = rng or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._senders = tuple(
            Sender(
                channel,
                ledger=ledger,
                run=run,
                clock=clock,
                owner=owner,
                settings=settings,
                rng=jitter,
                observe=observe,
                on_trouble=on_trouble,
                manners=(manners or {}).get(channel.name, Manners()),
                on_stand_in=self.wake,
            )
            for channel in channels.values()
        )
        self._names = tuple(channels)

    def wake(self) -> None:
        """Tell the senders that rows were committed."""
        for sender in self._senders:
            sender.wake()

    async def run(self) -> None:
        """Send until cancelled; a stop waits for the attempts in flight and gives untried rows back."""
        async with asyncio.TaskGroup() as group:
            # Without any channel there is nothing to send, and still a service that must not end for that.
            group.create_task(asyncio.Event().wait(), name="outbox")
            for name, sender in zip(self._names, self._senders, strict=True):
                group.create_task(sender.serve(), name=f"sender {name}")

    async def drain(self, until: datetime) -> Mapping[Result, int]:
        """Send everything that is due now, each row once; what fails stays for the next run.

        Args:
            until: No send starts after this time, nor waits for a channel's pace beyond it.

        Returns:
            How many rows were delivered, failed for now, and are dead.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(sender.drain(until)) for sender in self._senders]
        return sum((task.result() for task in tasks), Counter[Result]())
