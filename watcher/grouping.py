"""Commits together what polls without news leave to remember.

In: what gives the state after each such poll. Out: committed states, many in one transaction: while one is written, the next group
gathers, so that a quiet service waits for nothing and a busy one pays for few commits. Called by the pipeline. Such a
poll has no items and no validators that run ahead of any: a crash before its group is committed loses the time of the
poll, which is then made again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from watcher.ports import Runner
from watcher.storage.feeds import Unchanged
from watcher.storage.store import Store, Transaction

Settle = Callable[[Transaction], Unchanged]
"""Does inside a transaction what else a poll leads to, and gives the state that it leaves. May be called again."""


@dataclass(slots=True)
class _Group:
    """Polls that are committed together; `errors` says, by their place, which were not, and why."""

    polls: list[Settle] = field(default_factory=list)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    errors: Mapping[int, Exception] = field(default_factory=dict)
    is_dropped: bool = False


class Groups:
    """Writes states of feeds in groups.

    Args:
        store: where to.
        run: runs blocking calls of it.
    """

    def __init__(self, store: Store, run: Runner) -> None:
        self._store = store
        self._run = run
        self._gathering = _Group()
        self._writing = asyncio.Lock()

    async def record(self, settle: Settle) -> None:
        """Commit what a poll left with that of others, and return once it is; raises what the store raised."""
        group = self._gathering
        place = len(group.polls)
        group.polls.append(settle)
        if place == 0:
            await self._lead(group)
        else:
            await group.is_over.wait()
        if group.is_dropped:
            raise asyncio.CancelledError
        if (error := group.errors.get(place)) is not None:
            raise error

    async def _lead(self, group: _Group) -> None:
        """Write a group, as its first member; those who come until the writer is free are in it."""
        group.is_dropped = True
        try:
            async with self._writing:
                self._gathering = _Group()
                group.errors = await self._run(lambda: self._write(group.polls))
            group.is_dropped = False
        finally:
            # Also when the service stops: nobody else would tell the others.
            if self._gathering is group:
                self._gathering = _Group()
            group.is_over.set()

    def _write(self, polls: Sequence[Settle]) -> Mapping[int, Exception]:
        try:
            self._write_all(polls)
        except Exception as error:
            if len(polls) == 1:
                return {0: error}
            # What the store refuses of one feed must not keep it from the others.
            alone = {place: self._write([settle]) for place, settle in enumerate(polls)}
            return {place: failed[0] for place, failed in alone.items() if failed}
        return {}

    def _write_all(self, polls: Sequence[Settle]) -> None:
        with self._store.write() as tx:
            settled = [settle(tx) for settle in polls]
            tx.feeds.record_unchanged(settled)
            tx.trends.polled(max(one.after.last_poll_at or one.after.due_at for one in settled))
