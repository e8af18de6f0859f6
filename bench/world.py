"""A made world of feeds for `bench.week`: how often items come, how servers behave, and who checks the manners.

Everything follows from one seed. The mix is that of a news desk: many quiet feeds, some busy ones, most on sites of their
own, some on sites with hundreds of feeds, and one site that has more of them than it has turns for.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from yarl import URL

from watcher.ingest.domain import registrable_domain
from watcher.types import Feed, FetchProblem

RATE_LIMIT_PER_MINUTE = 20
"""Of the sites that answer 429."""
RETRY_AFTER = 120
_DAY = 86_400.0


@dataclass(slots=True, kw_only=True)
class Source:
    """One feed with its server: `rate` is items an hour on average, `outages` are times (seconds) at which it is down."""

    feed: Feed
    url: URL
    host: str
    rate: float
    peak_hour: int
    max_age: int | None
    is_limiting: bool
    outages: tuple[tuple[float, float], ...]
    problem: FetchProblem

    def is_down(self, at: float) -> bool:
        return any(begin <= at < end for begin, end in self.outages)

    def arrivals(self, after: float, until: float, rng: random.Random) -> int:
        """Draw how many items were published between two polls: Poisson, four times as many at the peak as at night."""
        hour = ((after + until) / 2 % _DAY) / 3600
        shape = 1 + 0.6 * math.cos((hour - self.peak_hour) / 24 * math.tau)
        mean = min(self.rate * shape * (until - after) / 3600, 50.0)
        count, product, limit = 0, rng.random(), math.exp(-mean)
        while product > limit:
            count += 1
            product *= rng.random()
        return count


@dataclass(slots=True)
class Auditor:
    """Watches the requests from the servers' side; knows nothing of how they were scheduled."""

    min_delay: float
    concurrency: int
    running: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    last_start: dict[str, float] = field(default_factory=dict)
    held_until: dict[str, float] = field(default_factory=dict)
    recent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    most_at_once: int = 0
    too_close: int = 0
    too_many: int = 0
    while_held: int = 0
    refused: int = 0

    def begin(self, source: Source, at: float) -> int | None:
        """Take in the start of a request; gives Retry-After where the server refuses it."""
        domain = registrable_domain(source.host)
        self.too_close += at - self.last_start.get(domain, -math.inf) < self.min_delay - 1e-5
        self.last_start[domain] = at
        self.running[domain] += 1
        self.too_many += self.running[domain] > self.concurrency
        self.most_at_once = max(self.most_at_once, self.running[domain])
        self.while_held += at < self.held_until.get(source.host, 0.0) - 1e-5
        if not source.is_limiting:
            return None
        recent = self.recent[source.host] = [one for one in self.recent[source.host] if one > at - 60]
        if len(recent) >= RATE_LIMIT_PER_MINUTE:
            self.refused += 1
            self.held_until[source.host] = at + RETRY_AFTER
            return RETRY_AFTER
        recent.append(at)
        return None

    def end(self, source: Source) -> None:
        self.running[registrable_domain(source.host)] -= 1


def make_world(count: int, *, days: float, seed: int) -> tuple[Source, ...]:
    """Make so many feeds; the same for the same arguments."""
    rng = random.Random(seed)
    hosts = _hosts(count, rng)
    sizes = Counter(hosts)
    return tuple(_source(number, host, sizes[host], rng, days) for number, host in enumerate(hosts))


def latencies(sources: tuple[Source, ...], rng: random.Random) -> Mapping[str, timedelta]:
    """Let rules want some feeds within five minutes: one in fifty."""
    return {source.feed.id: timedelta(minutes=5) for source in sources if rng.random() < 0.02}


def _hosts(count: int, rng: random.Random) -> list[str]:
    """Name each feed's host: a sixth on one site, a quarter on sites with a hundred, the others two by two or alone."""
    names = []
    for number in range(count):
        draw = rng.random()
        if draw < 1 / 6:
            names.append(f"blog{number % 40}.overfull.example")
        elif draw < 5 / 12:
            names.append(f"www.big{rng.randrange(max(1, count // 400))}.example")
        elif draw < 7 / 12:
            names.append(f"feeds{number % 2}.pair{rng.randrange(max(1, count // 12))}.example")
        else:
            names.append(f"site{number}.example")
    return names


def _source(number: int, host: str, size: int, rng: random.Random, days: float) -> Source:
    interval = timedelta(minutes=rng.choice([5, 30])) if rng.random() < 0.03 else None
    outages = []
    if rng.random() < 0.1:
        begin = rng.random() * days * _DAY
        outages.append((begin, begin + rng.expovariate(1 / 10_800)))
    if rng.random() < 0.01:
        outages.append((0.0, math.inf))  # dead
    address = f"https://{host}/{number}.xml"
    return Source(
        feed=Feed(id=f"f{number}", url=address, interval=interval),
        url=URL(address),
        host=host,
        rate=10 ** rng.uniform(-2.5, 0.5),
        peak_hour=rng.randrange(24),
        max_age=rng.choice([300, 3_600]) if rng.random() < 0.2 else None,
        is_limiting=size > 20 and number % 2 == 0 and host.startswith("www.big"),
        outages=tuple(outages),
        problem=rng.choice([FetchProblem.TIMEOUT, FetchProblem.HTTP_5XX, FetchProblem.NOT_FOUND]),
    )
