"""A feed as it is configured, what the store remembers of it between polls, and the answer of its server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.types.troubles import TroubleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One source as the configuration names it.

    `interval` None means the configured default. `headers` are sent with every request of this feed and may
    hold secrets: they are never logged. `ca_file` is the path of certificates that vouch for its server beside those
    of the system.
    """

    id: str
    url: str
    title: str | None = None
    tags: frozenset[str] = frozenset()
    language: str | None = None
    interval: timedelta | None = None
    full_text: bool = False
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca_file: str | None = None
    alert_on_first_poll: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave for conditional requests, byte for byte; None where it gave none."""

    etag: str | None = None
    last_modified: str | None = None


class FetchProblem(StrEnum):
    """The class of a failed poll, as recorded in the feed's state, logged and counted."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    FORBIDDEN_ADDRESS = "forbidden_address"
    REDIRECT_LOOP = "redirect_loop"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    BAD_RESPONSE = "bad_response"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    BLOCKED = "blocked"
    NOT_FOUND = "not_found"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    NOT_A_FEED = "not_a_feed"
    EMPTY = "empty"
    MALFORMED = "malformed"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """What a feed says of the times at which it changes (see `ingest.timetable`).

    `update_every` counts from `update_base`, where that is given. `skip_hours` (0 to 23) and `skip_days` (Monday is 0)
    are in UTC. All of it is a hint.
    """

    ttl: timedelta | None = None
    update_every: timedelta | None = None
    update_base: datetime | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the store remembers of a feed between polls.

    `url` is the address in use: the configured one, or the one that permanent redirects have led to more than once;
    `moved_to` is where they led last time. `validators` and `body_hash` belong to the last answer that was stored.
    `filled` says that a first poll has succeeded, so that new items are news and not the archive.
    `repeats_guids` is set for good once one document carried a guid on several entries: guids of this feed
    then no longer identify anything. `timetable` is what the last parsed document said; `rhythm` is what was learnt
    of the feed's own (see `ingest.rhythm`), packed. `troubles` are those that last. From `silent_after` on, a feed that has brought
    nothing new is silent beyond its habit; None while no habit is known. `turnover` is the time in which the whole
    document was once replaced between two polls, None when that is not known to happen.
    """

    feed_id: str
    url: str
    due_at: datetime
    validators: Validators = Validators()
    body_hash: str | None = None
    moved_to: str | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_item_at: datetime | None = None
    filled: bool = False
    repeats_guids: bool = False
    failures: int = 0
    problem: FetchProblem | None = None
    problem_detail: str | None = None
    problem_since: datetime | None = None
    timetable: Timetable = Timetable()
    rhythm: bytes = b""
    troubles: frozenset[TroubleKind] = frozenset()
    silent_after: datetime | None = None
    turnover: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer of a server to one poll.

    `status` 304 carries an empty body. `headers` have lower-case names, last one wins. `body` is decompressed.
    `url` is the address that answered after redirects; `permanent_url` is set when an unbroken chain of 301 and
    308 led there. `validators` are those of this answer.
    """

    feed_id: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    elapsed: timedelta
    validators: Validators = Validators()
    permanent_url: str | None = None

    @property
    def is_not_modified(self) -> bool:
        return self.status == 304


class SubscriptionState(StrEnum):
    """Where a feed's subscription at its hub stands; `ended` is one whose feed names that hub no longer."""

    WANTED = "wanted"
    ASKED = "asked"
    ACTIVE = "active"
    DENIED = "denied"
    FAILED = "failed"
    ENDED = "ended"
