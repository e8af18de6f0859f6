"""How many calls a receiver allows in a time, and what it asks for once there were more.

In: the moments of calls, in seconds of a monotonic clock. Out: how long to wait before the next. Pure; used by channels
whose receiver counts calls of several of them together.
"""

from __future__ import annotations

from collections import deque


class Quota:
    """At most `calls` in any `period` seconds, however they fall; None for any number. None at all while it is held."""

    def __init__(self, calls: int | None, period: float) -> None:
        self._period = period
        self._taken: deque[float] = deque(maxlen=calls)
        self._held_until = float("-inf")

    def wait(self, now: float) -> float:
        """Give the seconds until the next call may be made; 0 when it may be made now."""
        is_full = len(self._taken) == self._taken.maxlen
        free_at = self._taken[0] + self._period if is_full else now
        return max(0.0, free_at - now, self._held_until - now)

    def take(self, at: float) -> None:
        """Note a call that is made at a time, which may lie ahead."""
        self._taken.append(at)

    def hold(self, until: float) -> None:
        """Let nothing out before `until`; an earlier end than the one known changes nothing."""
        self._held_until = max(self._held_until, until)
