"""When digests go out, as the configuration writes it: a cron line (`0 8 * * 1-5`), or an interval (`2h`).

Text in, `alert.digest.Schedule` out. Called by `routes`, when the configuration is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from watcher.alert.digest import Interval, Schedule
from watcher.config.quantity import format_duration, parse_duration

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

_SHORTEST = timedelta(seconds=1)
_CRON_FIELDS = 5
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY_RANGE = re.compile(r"(\*|[0-7])(?:-([0-7]))?(?:/([1-7]))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """The times of a cron line."""

    trigger: CronTrigger
    label: str

    def next_after(self, now: datetime) -> datetime:
        # The trigger takes the present second for a time that is still to come.
        found = self.trigger.get_next_fire_time(None, now + timedelta(microseconds=1))
        assert found is not None  # checked when it was read
        return found.astimezone(UTC)  # type: ignore[no-any-return]  # APScheduler has no types


def schedule_of(text: str, timezone: str) -> Schedule:
    """Read when digests go out.

    Args:
        text: five fields of cron (minute, hour, day, month, weekday), or a duration.
        timezone: whose clock the cron line means.

    Raises:
        ValueError: it is neither, or never comes.
    """
    if len(text.split()) == 1:
        try:
            every = parse_duration(text)
        except ValueError as error:
            raise ValueError(f'{error}; or a cron line: "0 8 * * 1-5"') from error
        if every < _SHORTEST:
            raise ValueError("a digest's interval must be at least one second")
        return Interval(every=every, label=f"every {format_duration(every)}")
    return _cron(text, timezone)


def _cron(text: str, timezone: str) -> Cron:
    from apscheduler.triggers.cron import CronTrigger

    hint = 'write for example "0 8 * * 1-5" (minute, hour, day, month, weekday)'
    if len(text.split()) != _CRON_FIELDS:
        raise ValueError(f"a cron line has five fields: {hint}")
    try:
        *fields, weekdays = text.split()
        trigger = CronTrigger.from_crontab(" ".join((*fields, _named(weekdays))), timezone=timezone)
    except (ValueError, AttributeError) as error:
        raise ValueError(f'"{text}" is no cron line: {error}; {hint}') from error
    if trigger.get_next_fire_time(None, datetime.now(UTC)) is None:
        raise ValueError(f'"{text}" never comes')
    return Cron(trigger=trigger, label=f"at {text} ({timezone})")


def _named(weekdays: str) -> str:
    """Write cron's numbers of weekdays (0 and 7 are Sunday) as names: APScheduler counts from Monday.

    Ranges are spelled out, because a range over the end of the week has no name.
    """
    if weekdays == "*":
        return weekdays
    return ",".join(name for part in weekdays.split(",") for name in _names(part))


def _names(part: str) -> list[str]:
    found = _WEEKDAY_RANGE.fullmatch(part)
    if found is None:
        return [part]
    first, last, step = found.groups()
    if first == "*":
        first, last = "0", "6"
    begin = int(first)
    end = int(last) if last is not None else begin if step is None else 6
    return [_WEEKDAYS[day] for day in range(begin, end + 1, int(step or 1))]
