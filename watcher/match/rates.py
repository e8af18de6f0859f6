"""Rules over time: whether the present is more than usual, decided from counts and times alone.

Pure. In go the `History` of what a rule counts and the present moment, out comes a `Reading`: whether it holds, the
numbers, and why. Read from YAML by `rate_reader`; the histories are loaded, and what follows is told, by `trends`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil, exp, lgamma, log
from sys import float_info

from watcher.types import Item

MOST_CHANCE = 0.01
"""A count counts as a spike only when the usual rate would reach it in less than one window of a hundred."""

LEAST_WATCHED = 0.5
"""Of a baseline, at least this share must have been watched: less is too little to say what is usual."""

RECENT = timedelta(days=7)
"""A report that was published longer ago makes no term new; that it names the term is remembered."""

_PRIOR = 0.5
_GROWS = timedelta(hours=24)
_ENOUGH = 1e-9


class Unit(StrEnum):
    """What is counted: stories (reports of one event once), items (entries of feeds), sources (publishers)."""

    STORIES = "stories"
    ITEMS = "items"
    SOURCES = "sources"


class Reason(StrEnum):
    """Why a rule over time holds or not; logged and shown."""

    REACHED = "reached"
    TOO_FEW = "too_few"
    NOT_WATCHED = "not_watched_long_enough"
    NOTHING_BEFORE = "nothing_before"
    USUAL = "usual"
    MAY_BE_CHANCE = "may_be_chance"
    NEW = "new"
    SEEN_BEFORE = "seen_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is known, at one moment, of what a rule counts.

    `newest` has an entry for each story, item or source of the window: when its latest report was; newest first.
    `before` counts the same over the baseline, window by window, and `watched` says for how much of the baseline
    feeds were polled. For `new_in`, `watched` is how long the term has been watched for altogether, and `last_seen`
    when it was named before the present reports, None for never.
    """

    newest: tuple[datetime, ...] = ()
    before: int = 0
    watched: timedelta = timedelta()
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a rule makes of a history.

    `usual` is the mean count of a window in the baseline, `chance` the probability that the usual rate alone
    reaches the count; None where they were not worked out. `until` is when it will cease to hold if nothing more
    comes; None when it does not hold.
    """

    holds: bool
    reason: Reason
    count: int
    needed: int
    usual: float | None = None
    chance: float | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend(ABC):
    """What `when:` says. `of` names the rule whose matches are counted; None counts this rule's own condition."""

    of: str | None = None

    @property
    @abstractmethod
    def label(self) -> str:
        """What it waits for, in a few words: `3 stories in 6 h`."""

    @property
    @abstractmethod
    def horizon(self) -> timedelta:
        """How far back it looks: reports that are older are of no use to it."""

    @property
    @abstractmethod
    def window(self) -> timedelta:
        """How old a report may be to count for the present; only such a report can make the rule fire."""

    @abstractmethod
    def read(self, history: History, now: datetime) -> Reading:
        """Decide whether it holds now."""

    @abstractmethod
    def said(self, reading: Reading, term: str) -> str:
        """Say what was found, for a headline; `term` is the text that named a new term, else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge(Trend):
    """`count: stories, at_least: 3, within: 6h`: so many in a window that ends now."""

    unit: Unit
    at_least: int
    within: timedelta

    @property
    def label(self) -> str:
        return f"{self.at_least} {self.unit} in {spoken(self.within)}"

    @property
    def horizon(self) -> timedelta:
        return self.within

    @property
    def window(self) -> timedelta:
        return self.within

    def read(self, history: History, now: datetime) -> Reading:  # noqa: ARG002 - the window ends now already
        count = len(history.newest)
        if count < self.at_least:
            return Reading(holds=False, reason=Reason.TOO_FEW, count=count, needed=self.at_least)
        until = history.newest[self.at_least - 1] + self.within
        return Reading(holds=True, reason=Reason.REACHED, count=count, needed=self.at_least, until=until)

    def said(self, reading: Reading, term: str) -> str:  # noqa: ARG002 - it counts everything as one
        return f"{_counted(reading.count, self.unit)} in {spoken(self.within)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike(Trend):
    """`spike: 3x, within: 6h, baseline: 14d, at_least: 5`: several times the usual count of such a window.

    It holds when all of these are true of the count x of the window:

    - x is at least `at_least`;
    - at least half of the baseline was watched, and something was counted in it: there is a usual rate at all.
      What was never heard of before is what `new_in` is for;
    - x is at least `factor` times the baseline's mean count of a window;
    - chance alone would hardly do that: P(X >= x) <= 0.01, where X is Poisson and its rate is known only from the
      n events in the e windows of the baseline that were watched.

    The rate's uncertainty is kept: under Jeffreys' prior the rate given the baseline is Gamma(n + 1/2, e), and the
    next window's count then is negative binomial with r = n + 1/2 and p = e / (e + 1) (Gelman et al., Bayesian Data
    Analysis, 3rd ed., 2.6 and 2.8). A short or thin baseline thus asks for more than a long one.
    """

    unit: Unit
    factor: float
    within: timedelta
    baseline: timedelta
    at_least: int

    @property
    def label(self) -> str:
        times = f"{self.factor:g} times the usual rate of {spoken(self.baseline)}"
        return f"{self.at_least} {self.unit} in {spoken(self.within)} and {times}"

    @property
    def horizon(self) -> timedelta:
        return self.within + self.baseline

    @property
    def window(self) -> timedelta:
        return self.within

    def read(self, history: History, now: datetime) -> Reading:  # noqa: ARG002 - the window ends now already
        count, windows = len(history.newest), history.watched / self.within
        is_watched = history.watched >= LEAST_WATCHED * self.baseline
        usual = history.before / windows if is_watched else None
        needed = self._needed(history.before, windows) if usual else self.at_least
        chance = chance_of(count, history.before, windows) if usual else None

        def found(reason: Reason, until: datetime | None = None) -> Reading:
            return Reading(
                holds=until is not None,
                reason=reason,
                count=count,
                needed=needed,
                usual=usual,
                chance=chance,
                until=until,
            )

        if count < self.at_least:
            return found(Reason.TOO_FEW)
        if usual is None:
            return found(Reason.NOT_WATCHED)
        if not usual:
            return found(Reason.NOTHING_BEFORE)
        if count < self.factor * usual:
            return found(Reason.USUAL)
        if count < needed:
            return found(Reason.MAY_BE_CHANCE)
        return found(Reason.REACHED, history.newest[needed - 1] + self.within)

    def _needed(self, before: int, windows: float) -> int:
        """Find the smallest count that is a spike; the chance falls as the count grows, so halving finds it."""
        least = max(self.at_least, _whole_above(self.factor * before / windows))
        most = least + 1
        while chance_of(most, before, windows) > MOST_CHANCE:
            most *= 2
        return bisect_left(
            range(most), True, least, key=lambda x: chance_of(x, before, windows) <= MOST_CHANCE
        )

    def said(self, reading: Reading, term: str) -> str:  # noqa: ARG002 - it counts everything as one
        counted = f"{_counted(reading.count, self.unit)} in {spoken(self.within)}"
        if not reading.usual:
            return counted
        return (
            f"{counted}, {_rounded(reading.count / reading.usual)} times the usual {_rounded(reading.usual)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class New(Trend):
    """`new_in: 90d`: a term of a list, a place, or the whole condition, that was not seen for so long.

    It has to be watched for at least that long before it can be new: a service that starts today knows nothing of
    the last 90 days.
    """

    new_in: timedelta

    @property
    def label(self) -> str:
        return f"not seen in {spoken(self.new_in)}"

    @property
    def horizon(self) -> timedelta:
        return self.new_in

    @property
    def window(self) -> timedelta:
        return min(RECENT, self.new_in)

    def read(self, history: History, now: datetime) -> Reading:
        count = len(history.newest)
        if not count:
            return Reading(holds=False, reason=Reason.TOO_FEW, count=0, needed=1)
        if history.last_seen is not None and now - history.last_seen < self.new_in:
            return Reading(holds=False, reason=Reason.SEEN_BEFORE, count=count, needed=1)
        if history.watched < self.new_in:
            return Reading(holds=False, reason=Reason.NOT_WATCHED, count=count, needed=1)
        # Reports of the next day join the alert; then the term is known and quiet.
        until = now + min(_GROWS, self.new_in)
        return Reading(holds=True, reason=Reason.NEW, count=count, needed=1, until=until)

    def said(self, reading: Reading, term: str) -> str:  # noqa: ARG002 - once is enough
        named = f"“{term}”, " if term else ""
        return f"{named}not seen in {spoken(self.new_in)}"


# --- episodes ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One time that a rule over time held, from when it fired until it ceases to hold.

    `alert_id` is None where nobody was told: the rule is in status `test`.
    """

    rule: str
    term: str
    started_at: datetime
    until: datetime
    told_at: datetime
    count: int
    headline: str
    alert_id: str | None


class Verdict(StrEnum):
    """`fire` begins an episode, `remind` tells of one again, `grow` adds to it, `keep` changes nothing."""

    FIRE = "fire"
    REMIND = "remind"
    GROW = "grow"
    KEEP = "keep"


def decide(reading: Reading, episode: Episode | None, now: datetime, remind: timedelta | None) -> Verdict:
    """Decide what a further report leads to.

    Args:
        reading: with that report counted.
        episode: the rule's last one, None for none yet.
        now: the present.
        remind: after how long people are told again while it goes on; None for never.
    """
    if episode is None or episode.until <= now:
        return Verdict.FIRE if reading.holds else Verdict.KEEP
    is_due = remind is not None and now - episode.told_at >= remind
    return Verdict.REMIND if reading.holds and is_due else Verdict.GROW


# --- numbers and times ---------------------------------------------------------------------------------------------


def moment_of(item: Item) -> datetime:
    """Say when an item counts: when it was published if that can be believed, else when it was first seen.

    A date without a time of day says too little, and one in the future is wrong. An item that arrives late thus
    counts where it belongs, and whatever the order of arrival the counts are the same.
    """
    dated = item.dated
    is_day_only = item.published is not None and ":" not in (item.published_raw or ":")
    if dated is None or is_day_only or dated > item.seen_at:
        return item.seen_at
    return dated


def chance_of(count: int, before: int, windows: float) -> float:
    """Give the probability that a window has `count` events or more, given `before` events in `windows` others.

    The upper tail of the negative binomial that `Spike` describes, summed from `count` on.
    """
    r, p = before + _PRIOR, windows / (windows + 1)
    if count <= r / windows:
        return 1.0  # at or below the mean: no tail to speak of, and the sum would not converge quickly
    term = exp(lgamma(count + r) - lgamma(count + 1) - lgamma(r) + r * log(p) + count * log(1 - p))
    total = term
    # Where all of the tail is denormal, a term times a ratio near one rounds to itself for ever.
    while term > max(total * _ENOUGH, float_info.min):
        term *= (count + r) / (count + 1) * (1 - p)
        total += term
        count += 1
    return min(1.0, total)


def spoken(duration: timedelta) -> str:
    """Write a duration for people: `6 h`, `1 d 12 h`, `45 s`."""
    rest, parts = int(duration.total_seconds()), []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        number, rest = divmod(rest, size)
        if number:
            parts.append(f"{number} {unit}")
    return " ".join(parts) or "0 s"


def overlap(spans: Sequence[tuple[datetime, datetime]], start: datetime, end: datetime) -> timedelta:
    """Add up how much of the time from `start` to `end` some spans cover; the spans do not overlap."""
    covered = (min(end, till) - max(start, since) for since, till in spans)
    return sum((part for part in covered if part > timedelta()), timedelta())


def _counted(number: int, unit: Unit) -> str:
    return f"{number} {unit}" if number != 1 else f"1 {_SINGULAR[unit]}"


_SINGULAR = {Unit.STORIES: "story", Unit.ITEMS: "item", Unit.SOURCES: "source"}


def _rounded(number: float) -> str:
    if number >= 10:
        return f"{number:.0f}"
    return f"{number:.1f}".removesuffix(".0") if number >= 1 else f"{number:.2g}"


def _whole_above(number: float) -> int:
    return ceil(number - _ENOUGH)
