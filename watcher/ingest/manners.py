"""What hosts are owed: spacing between requests, times to leave them alone, budgets of requests.

In: the URLs about to be requested and what their hosts answered, with times on the gate's own clock (seconds that never
jump). Out: when a request may start. No I/O, no waiting: that is `gate`, which keeps one `HostBook` for everything that
requests from outside.

Requests are spaced by registrable domain (or address), because the subdomains of one owner are mostly one machine room.
A host that asks to be left alone is obeyed as widely as `Scope` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from yarl import URL

from watcher.ingest.domain import host_of, registrable_domain
from watcher.ingest.freshness import rate_limit_remaining, rate_limit_reset, retry_after

LONGEST_HOLD = timedelta(days=1)
"""However long a host asks to be left alone, as for a single feed."""
_SAME_PERIOD = 1.0
"""Seconds by which two processes may tell one end of a budget's period apart."""
_SWEEP_EVERY = 4_096
"""Turns given between two removals of what is over: redirects to ever new names must not grow memory."""


_NEVER = datetime.min.replace(tzinfo=UTC)
_CLOCK_SLACK = timedelta(minutes=2)
"""By how much the clocks of two machines that work on one database may differ."""


class Scope(StrEnum):
    """What a 429 holds back: the feed alone, all of its host, or all of its registrable domain."""

    FEED = "feed"
    HOST = "host"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRecord:
    """What is remembered of one host or domain from one run of the service to the next.

    `held_until` is when it may be asked again. `budget` is how many requests it still allows until `budget_until`,
    None when it has not said. `noted_at` is when this was written down, None where that is not known.
    """

    name: str
    last_request_at: datetime | None = None
    held_until: datetime | None = None
    budget: int | None = None
    budget_until: datetime | None = None
    noted_at: datetime | None = None

    def is_ahead(self, wall: datetime) -> bool:
        """Tell whether it was written by a clock that has been set back since: its times mean nothing any more."""
        return self.noted_at is not None and self.noted_at > wall + _CLOCK_SLACK


def joined(one: HostRecord, other: HostRecord) -> HostRecord:
    """Join what a process remembers of a host with what another has stored.

    The later wish stands, and the smaller budget of the later period; nothing of what a clock wrote that was ahead.
    """
    if one.noted_at is not None and other.is_ahead(one.noted_at):
        return one
    later, earlier = sorted((one, other), key=lambda record: record.budget_until or _NEVER, reverse=True)
    budget = later.budget
    if budget is not None and earlier.budget is not None and later.budget_until == earlier.budget_until:
        budget = min(budget, earlier.budget)
    return HostRecord(
        name=one.name,
        last_request_at=_later(one.last_request_at, other.last_request_at),
        held_until=_later(one.held_until, other.held_until),
        budget=budget,
        budget_until=later.budget_until,
        noted_at=_later(one.noted_at, other.noted_at),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one or _NEVER, other or _NEVER) if one or other else None


@dataclass(slots=True)
class _Host:
    """The same on the gate's clock. `booked_until` is the last turn that was promised to somebody not yet waiting."""

    last_start: float | None = None
    booked_until: float = 0.0
    held_until: float = 0.0
    budget: int | None = None
    budget_until: float = 0.0


class HostBook:
    """Keeps the hosts' accounts.

    Args:
        min_delay: between the starts of two requests to one registrable domain.
        scope: how far a host's wish to be left alone reaches.
    """

    def __init__(self, *, min_delay: timedelta, scope: Scope = Scope.HOST) -> None:
        self._whole_delay = self._min_delay = min_delay.total_seconds()
        self._scope = scope
        self._hosts: dict[str, _Host] = {}
        self._changed: set[str] = set()
        self._given = 0

    def __len__(self) -> int:
        return len(self._hosts)

    def divide(self, processes: int) -> None:
        """Leave room between our requests for those of so many processes, this one included, that ask the same hosts."""
        self._min_delay = self._whole_delay * processes

    def free_at(self, url: URL | str, now: float) -> float:
        """Give when the URL's host may next be asked, `now` or later."""
        return self._free_at(*self._names(url), now)

    def held_for(self, url: URL | str, now: float) -> float:
        """Give for how many seconds more the URL's host wants to be left alone; 0 when it does not."""
        return max(self._free(name, now) for name in self._names(url)) - now

    def start(self, url: URL | str, now: float) -> float:
        """Take the next turn at the URL's host; gives when the request may start."""
        host, domain = self._names(url)
        start = self._free_at(host, domain, now)
        self._host(domain).last_start = start
        self._spend(domain)
        if host != domain:
            self._spend(host)
        self._changed.add(domain)
        self._given += 1
        if self._given % _SWEEP_EVERY == 0:
            self._sweep(now)
        return start

    def book(self, url: URL | str, now: float) -> float:
        """Promise a turn to somebody who comes back for it; gives when, after all that were promised before."""
        record = self._host(self._names(url)[1])
        at = max(self.free_at(url, now), record.booked_until)
        record.booked_until = at + self._min_delay
        return at

    def answered(
        self, url: URL | str, status: int, headers: Mapping[str, str], *, now: float, wall: datetime
    ) -> None:
        """Take in what a host's answer says of how often it wants to be asked.

        Args:
            url: that was asked.
            status: of the answer. A 429 or 503 that says how long holds the host back; one that does not is left to
                the backoff of the feed that met it.
            headers: names in lower case.
            now: on the gate's clock.
            wall: the time of day, for dates in headers.
        """
        name = self._scoped(url)
        if name is None:
            return
        wait = retry_after(headers, now=wall) if status in (429, 503) else None
        if wait is not None:
            self._hold(name, now + min(wait, LONGEST_HOLD).total_seconds())
        left, reset = rate_limit_remaining(headers), rate_limit_reset(headers, now=wall)
        if left is None or reset is None:
            return
        record = self._host(name)
        record.budget = left
        record.budget_until = now + min(reset, LONGEST_HOLD).total_seconds()
        self._changed.add(name)

    def held(self, now: float) -> int:
        """Count the hosts that want to be left alone."""
        return sum(self._free(name, now) > now for name in self._hosts)

    # --- from one run to the next --------------------------------------------------------------------------------

    def restore(self, records: Iterable[HostRecord], *, now: float, wall: datetime) -> None:
        """Take over what an earlier run left, trusting no time further ahead than a host may ask for.

        What was written in the future is passed over: a clock that was a day ahead must not hold hosts for a day.
        """

        def ahead(moment: datetime | None) -> float:
            if moment is None:
                return 0.0
            return now + min(moment - wall, LONGEST_HOLD).total_seconds()

        for record in records:
            if record.is_ahead(wall):
                continue
            host = self._host(record.name)
            last = ahead(record.last_request_at)
            host.last_start = min(last, now) if record.last_request_at is not None else None
            host.held_until = ahead(record.held_until)
            host.budget, host.budget_until = record.budget, ahead(record.budget_until)

    def heed(self, records: Iterable[HostRecord], *, now: float, wall: datetime) -> None:
        """Take in what other processes have stored since: nobody is asked sooner, or oftener, for it."""
        others = HostBook(min_delay=timedelta(0))
        others.restore(records, now=now, wall=wall)
        for name, theirs in others._hosts.items():
            ours = self._host(name)
            ours.held_until = max(ours.held_until, theirs.held_until)
            if theirs.last_start is not None:
                ours.last_start = max(ours.last_start or 0.0, theirs.last_start)
            if theirs.budget is None or theirs.budget_until <= max(now, ours.budget_until - _SAME_PERIOD):
                continue
            if ours.budget is not None and theirs.budget_until - ours.budget_until < _SAME_PERIOD:
                ours.budget = min(ours.budget, theirs.budget)
            else:
                ours.budget, ours.budget_until = theirs.budget, theirs.budget_until

    def changes(self, *, now: float, wall: datetime) -> tuple[HostRecord, ...]:
        """Give what has changed since the last call, to be stored."""

        def moment(at: float) -> datetime | None:
            return wall + timedelta(seconds=at - now) if at > 0 else None

        changed, self._changed = self._changed, set()
        found = []
        for name in sorted(changed & self._hosts.keys()):
            host = self._hosts[name]
            record = HostRecord(
                name=name,
                held_until=moment(host.held_until),
                budget=host.budget,
                budget_until=moment(host.budget_until) if host.budget is not None else None,
                noted_at=wall,
            )
            if host.last_start is not None:
                at = wall + timedelta(seconds=min(host.last_start, now) - now)
                record = replace(record, last_request_at=at)
            found.append(record)
        return tuple(found)

    # --- accounts -------------------------------------------------------------------------------------------------

    def _names(self, url: URL | str) -> tuple[str, str]:
        host = host_of(url)
        return host, registrable_domain(host)

    def _scoped(self, url: URL | str) -> str | None:
        host, domain = self._names(url)
        return {Scope.FEED: None, Scope.HOST: host, Scope.DOMAIN: domain}[self._scope]

    def _host(self, name: str) -> _Host:
        if (record := self._hosts.get(name)) is None:
            record = self._hosts[name] = _Host()
        return record

    def _free_at(self, host: str, domain: str, now: float) -> float:
        at = max(self._free(domain, now), self._next_start(domain))
        return at if host == domain else max(at, self._free(host, now))

    def _next_start(self, domain: str) -> float:
        record = self._hosts.get(domain)
        if record is None or record.last_start is None:
            return 0.0
        return record.last_start + self._min_delay

    def _free(self, name: str, now: float) -> float:
        record = self._hosts.get(name)
        if record is None:
            return now
        spent = record.budget_until if record.budget == 0 else 0.0
        return max(now, record.held_until, spent)

    def _spend(self, name: str) -> None:
        record = self._hosts.get(name)
        if record is not None and record.budget:
            record.budget -= 1

    def _hold(self, name: str, until: float) -> None:
        record = self._host(name)
        record.held_until = max(record.held_until, until)
        self._changed.add(name)

    def _sweep(self, now: float) -> None:
        oldest = now - self._min_delay
        self._hosts = {
            name: host
            for name, host in self._hosts.items()
            if max(host.last_start or 0.0, host.booked_until) > oldest
            or max(host.held_until, host.budget_until) > now
            or name in self._changed
        }
