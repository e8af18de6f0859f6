"""Whether it is our own network that is down: a decision after every poll.

In: which registrable domain was asked, and whether it was reached. Out: whether our network has gone down or come back.
No I/O; called by `reach`, which keeps one `Line` for the service.

The sign is that many unrelated sites, all of them well until now, fail at once before anything of theirs has answered.
A site that was failing already says nothing, and any answer, also an error of the server, is a site that was reached.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.types import FetchProblem

UNREACHED = frozenset({FetchProblem.DNS, FetchProblem.CONNECT, FetchProblem.TLS, FetchProblem.TIMEOUT})
"""Failures in which no answer came. A captive portal breaks TLS."""

_SAMPLE = 20
"""The last so many domains are looked at, each by its last poll."""
_LONGEST = timedelta(minutes=30)
_FEWEST_DOMAINS = 3
_DOWN_SHARE = 0.8
_SAMPLE_WHILE_DOWN = 4
"""Fewer, so that its return is seen at once."""
_FEWEST_TO_RETURN = 2
_UP_SHARE = 0.5


class Turn(StrEnum):
    """What has just become of our network."""

    DOWN = "down"
    UP = "up"


class Line:
    """Our line to the world, as the polls show it; `down_since` is None while it works."""

    def __init__(self) -> None:
        self.down_since: datetime | None = None
        self._last: OrderedDict[str, tuple[datetime, bool]] = OrderedDict()

    def note(self, domain: str, *, is_reached: bool, now: datetime) -> Turn | None:
        """Take in one poll of a site that was well before; gives what it changes.

        Args:
            domain: the registrable domain that was asked.
            is_reached: whether anything of it answered.
            now: when.

        Returns:
            DOWN when, of at least three domains and of the last twenty, four in five were not reached. UP when at
            least two have been asked since, and half of the last four were reached.
        """
        self._last.pop(domain, None)
        self._last[domain] = (now, is_reached)
        sample = _SAMPLE if self.down_since is None else _SAMPLE_WHILE_DOWN
        while len(self._last) > sample or self._is_stale(now):
            self._last.popitem(last=False)
        count = len(self._last)
        reached = sum(was_reached for _, was_reached in self._last.values())
        if self.down_since is None:
            if count >= _FEWEST_DOMAINS and count - reached >= _DOWN_SHARE * count:
                return self._turn(Turn.DOWN, now)
        elif count >= _FEWEST_TO_RETURN and reached >= _UP_SHARE * count:
            return self._turn(Turn.UP, now)
        return None

    def _turn(self, turn: Turn, now: datetime) -> Turn:
        self.down_since = now if turn is Turn.DOWN else None
        self._last.clear()  # what was seen before says nothing of what comes after
        return turn

    def _is_stale(self, now: datetime) -> bool:
        oldest, _ = next(iter(self._last.values()))
        return abs(now - oldest) > _LONGEST
