"""How fast one channel may be sent to.

In: the moments of sends, and what receivers ask for, in seconds of a monotonic clock. Out: how long to wait before
the next send. One `Pace` belongs to one channel's sender in `outbox`.
"""

from __future__ import annotations

from datetime import timedelta


class Pace:
    """Keeps the channel's spacing, and holds all of it when the receiver says to come back later."""

    def __init__(self, spacing: timedelta) -> None:
        self._spacing = spacing.total_seconds()
        self._free_at = float("-inf")
        self._held_until = float("-inf")

    def wait(self, now: float) -> float:
        """Give the seconds until the next send may start; 0 when it may start now."""
        return max(0.0, self._free_at - now, self._held_until - now)

    def started(self, now: float) -> None:
        """Note that a send starts."""
        self._free_at = now + self._spacing

    def hold(self, until: float) -> None:
        """Let nothing out before `until`; an earlier end than the one known changes nothing."""
        self._held_until = max(self._held_until, until)
