"""A feed's own rhythm: how often new items arrive at which hour of the week, learnt from when they were first seen.

In: the times of new items, poll by poll. Out: how long to wait. Pure; called by `schedule`, and by `remember` after a
poll that brought something new.

The model is that of Sia, Cho and Cho, "Efficient Monitoring Algorithm for Fast News Alerts" (IEEE TKDE 19(7), 2007),
which carries the refresh policies of Cho and Garcia-Molina ("Effective Page Refresh Policies for Web Crawlers", ACM
TODS 28(4), 2003) over to feeds and to delay: items arrive as a Poisson process whose rate varies over the day. An item
then waits half an interval on average, and for a given number of polls the sum of all delays is least where the density
of polls follows the *square root* of the rate: in proportion to it, busy feeds get more polls than do any good, and
quiet ones starve. So a feed with the rate r is asked every `default * sqrt(REFERENCE_RATE / r)`, and where the rate
changes on the way, the next poll is due when the density, summed up since the last one, reaches one.

The rate of an hour of the week is the posterior mean of a gamma prior, three deep: the hour of the week shrinks to the
same hour of all days, that to the feed's overall rate, and that to the reference rate, each until enough time has been
watched. Counts are halved every four weeks. A second count, halved every day, raises or lowers all of it: what happens
today matters more than how it usually is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import log, sqrt

REFERENCE_RATE = 0.25
"""Items an hour, six a day: a feed at this rate is polled at the default interval."""

HOURS = 168
_HOUR = timedelta(hours=1)
_HALF_LIFE_HOURS = 28 * 24.0
_RECENT_HALF_LIFE_HOURS = 24.0
# Hours of watching that a prior is worth.
_REFERENCE_WEIGHT = 24.0
_OVERALL_WEIGHT = 24.0
_DAY_HOUR_WEIGHT = 8.0
_USUAL_WEIGHT = 48.0
_MOST_AT_ONCE = 50
"""New items of one poll that count: a site that publishes its archive anew has not become a news wire."""
_HEAD = struct.Struct("<ddf")
_COUNT = struct.Struct("<Bf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What was learnt of one feed.

    `since` is when watching began, `at` when something was last learnt; `counts` are decayed arrivals by hour of the
    week (0 is Monday, 0 to 1 o'clock UTC), `recent` is their short-lived sum. Both are as of `at`.
    """

    since: datetime
    at: datetime
    counts: Mapping[int, float] = field(default_factory=dict)
    recent: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rates:
    """The rates of one feed at one moment, an hour's worked out when it is asked for."""

    rhythm: Rhythm
    fade: float
    watched: float
    overall: float
    today: float

    def at(self, hour: int) -> float:
        """Give the expected arrivals in one hour of the week."""
        counts, of_day = self.rhythm.counts, hour % 24
        daily = (
            sum([counts.get(hour_, 0.0) for hour_ in range(of_day, HOURS, 24)]) * self.fade if counts else 0.0
        )
        usual = (daily + _OVERALL_WEIGHT * self.overall) / (self.watched / 24 + _OVERALL_WEIGHT)
        mine = counts.get(hour, 0.0) * self.fade
        return (mine + _DAY_HOUR_WEIGHT * usual) / (self.watched / HOURS + _DAY_HOUR_WEIGHT) * self.today


def begin(now: datetime) -> Rhythm:
    """Start watching: what the first poll brings is an archive and teaches nothing."""
    return Rhythm(since=now, at=now)


def learn(rhythm: Rhythm, arrivals: Iterable[datetime | None], *, after: datetime, now: datetime) -> Rhythm:
    """Take in the new items of a poll.

    Args:
        rhythm: as it was.
        arrivals: for each new item, when it says it was published, None where it does not.
        after: the poll before this one: what is new now was not there then.
        now: this poll.

    Returns:
        The rhythm with the new arrivals. A date is believed where it lies between the two polls; any other item is
        spread evenly over that time, so that a publisher's wrong clock can shift an arrival by one interval at most.
    """
    since, now = min(rhythm.since, now), max(now, rhythm.at)
    after = max(min(after, now), since)
    fade = _fading(rhythm, now)
    counts = {hour: count * fade for hour, count in rhythm.counts.items()}
    weight = 0.0
    unplaced = 0.0
    for _, published in zip(range(_MOST_AT_ONCE), arrivals, strict=False):
        weight += 1
        if published is not None and after < published <= now:
            hour = hour_of_week(published)
            counts[hour] = counts.get(hour, 0.0) + 1
        else:
            unplaced += 1
    if unplaced:
        for hour, share in _shares(after, now):
            counts[hour] = counts.get(hour, 0.0) + unplaced * share
    recent = rhythm.recent * _recent_fading(rhythm, now) + weight
    return Rhythm(since=since, at=now, counts=counts, recent=recent)


def wait(
    rhythm: Rhythm, now: datetime, *, default: timedelta, least: timedelta, most: timedelta
) -> timedelta:
    """Give how long to wait for the next poll.

    Args:
        rhythm: of the feed. One from the future (the clock was set back) is taken as of its last arrivals.
        now: when the wait begins.
        default: for a feed at the reference rate.
        least: bound of the interval.
        most: bound of the interval, and of the wait.

    Returns:
        The time in which the density of polls sums up to one.
    """
    # Before its own time a rhythm would seem to have been watched for too short, and its feed to be too busy.
    rates = _rates(rhythm, max(now, rhythm.at))
    shortest, longest, usual = (span / _HOUR for span in (least, most, default))
    hour = hour_of_week(now)
    into = (now.minute * 60 + now.second) / 3600
    waited, due = 0.0, 0.0
    while True:
        interval = min(max(usual * sqrt(REFERENCE_RATE / rates.at(hour)), shortest), longest)
        left = 1.0 - into
        if due + left / interval >= 1.0:
            return min(timedelta(hours=waited + (1.0 - due) * interval), most)
        due += left / interval
        waited += left
        hour, into = (hour + 1) % HOURS, 0.0


def hour_of_week(moment: datetime) -> int:
    """Give the hour of the week, 0 for Monday from 0 to 1 o'clock UTC."""
    return moment.weekday() * 24 + moment.hour


def pack(rhythm: Rhythm) -> bytes:
    """Give the bytes to store: 20, and 5 for each hour of the week in which something has arrived."""
    rows = (_COUNT.pack(hour, count) for hour, count in sorted(rhythm.counts.items()) if count > 1e-6)
    return b"".join((_HEAD.pack(rhythm.since.timestamp(), rhythm.at.timestamp(), rhythm.recent), *rows))


def unpack(packed: bytes) -> Rhythm | None:
    """Read what `pack` gave; None for nothing."""
    if not packed:
        return None
    since, at, recent = _HEAD.unpack_from(packed)
    counts = dict(_COUNT.iter_unpack(packed[_HEAD.size :]))
    return Rhythm(
        since=datetime.fromtimestamp(since, UTC),
        at=datetime.fromtimestamp(at, UTC),
        counts=counts,
        recent=recent,
    )


def _rates(rhythm: Rhythm, now: datetime) -> _Rates:
    age = max(0.0, (now - rhythm.since) / _HOUR)
    fade = _fading(rhythm, now)
    watched = _faded_hours(age, _HALF_LIFE_HOURS)
    total = sum(rhythm.counts.values()) * fade
    overall = (total + _REFERENCE_WEIGHT * REFERENCE_RATE) / (watched + _REFERENCE_WEIGHT)
    recent = rhythm.recent * _recent_fading(rhythm, now)
    lately = (recent + _USUAL_WEIGHT * overall) / (_faded_hours(age, _RECENT_HALF_LIFE_HOURS) + _USUAL_WEIGHT)
    return _Rates(rhythm=rhythm, fade=fade, watched=watched, overall=overall, today=lately / overall)


def _faded_hours(age_hours: float, half_life: float) -> float:
    """Give the hours of a time that is watched until now, each weighed by what is left of its counts."""
    return float(half_life / log(2) * (1.0 - 2.0 ** (-age_hours / half_life)))


def _fading(rhythm: Rhythm, now: datetime) -> float:
    return float(2.0 ** (-max(0.0, (now - rhythm.at) / _HOUR) / _HALF_LIFE_HOURS))


def _recent_fading(rhythm: Rhythm, now: datetime) -> float:
    return float(2.0 ** (-max(0.0, (now - rhythm.at) / _HOUR) / _RECENT_HALF_LIFE_HOURS))


def _shares(after: datetime, now: datetime) -> Iterable[tuple[int, float]]:
    """Divide one arrival over the hours between two polls; a week or more apart, over all hours of a week."""
    span = now - after
    if span <= timedelta(0):
        yield hour_of_week(now), 1.0
    elif span >= HOURS * _HOUR:
        yield from ((hour, 1.0 / HOURS) for hour in range(HOURS))
    else:
        begin_ = after
        while begin_ < now:
            end = min(begin_.replace(minute=0, second=0, microsecond=0) + _HOUR, now)
            yield hour_of_week(begin_), (end - begin_) / span
            begin_ = end
