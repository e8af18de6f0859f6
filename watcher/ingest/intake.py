"""Holds requests back while many bytes wait to be read by the workers.

In: how many bytes each poll brought, and when it has ended. Out: leave to ask for more. Shared by the fetcher, which
waits, and the pipeline, which says what came and went. A network gives faster than a processor parses: without this,
the cold start of thousands of feeds would be a memory full of bodies.
"""

from __future__ import annotations

import asyncio

MAX_BYTES = 4 * 1024 * 1024
"""Of bodies under way, from where on requests wait: dozens of usual feeds. What was asked for by then still comes in."""


class Intake:
    """Counts the bytes of bodies that are under way, by feed.

    Args:
        max_bytes: from how many on requests wait.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._held: dict[str, int] = {}
        self._total_bytes = 0
        self._has_room = asyncio.Event()
        self._has_room.set()

    async def room(self) -> None:
        """Wait until there is room for another body."""
        # More than once: of all that wait for room, the first may take it.
        while not self._has_room.is_set():
            await self._has_room.wait()

    def take(self, feed_id: str, body_bytes: int) -> None:
        """Note that a poll of a feed has brought a body."""
        self.release(feed_id)
        if body_bytes:
            self._held[feed_id] = body_bytes
            self._change(body_bytes)

    def release(self, feed_id: str) -> None:
        """Note that a poll of a feed has ended; nothing where it brought no body."""
        if (body_bytes := self._held.pop(feed_id, 0)) > 0:
            self._change(-body_bytes)

    def _change(self, by_bytes: int) -> None:
        self._total_bytes += by_bytes
        if self._total_bytes < self._max_bytes:
            self._has_room.set()
        else:
            self._has_room.clear()
