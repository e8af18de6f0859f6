"""Quiet hours of a route: when its alerts wait, and until when.

Pure. In go the hours, a severity and the time, out comes when the alert may be sent. Called by `route`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from watcher.types import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `begin` until `end` in a time zone's local time, over midnight when `end` is not after `begin`.

    `exceptions` are the severities that are sent all the same.
    """

    begin: time
    end: time
    timezone: tzinfo
    exceptions: frozenset[Severity] = frozenset()

    def until(self, severity: Severity, now: datetime) -> datetime | None:
        """Give when an alert may be sent, in UTC; None for at once."""
        if severity in self.exceptions:
            return None
        local = now.astimezone(self.timezone)
        # The quiet time that began yesterday may still last.
        for days in (-1, 0):
            day = local.date() + timedelta(days=days)
            begin = datetime.combine(day, self.begin, self.timezone)
            last = day if self.end > self.begin else day + timedelta(days=1)
            end = datetime.combine(last, self.end, self.timezone)
            # Compared in UTC: on the nights when clocks change, local times do not tell how much has passed.
            if begin.astimezone(UTC) <= now < end.astimezone(UTC):
                return end.astimezone(UTC)
        return None
