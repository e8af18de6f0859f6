"""What flows from a feed to a person: one frozen type for each stage of the way.

Every folder takes the types of the folder on its left and gives its own. Nothing here does work: no I/O, no
clock, no imports from the rest of the package. All datetimes are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Literal

FieldName = Literal["title", "body", "author", "categories", "url"]
FIELDS: tuple[FieldName, ...] = ("title", "body", "author", "categories", "url")


class Severity(IntEnum):
    """How bad it is, ordered so that `max` and `>=` mean what they say."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The word used in rules, JSON and messages: `critical`, `high`, …"""
        return self.name.lower()

    @classmethod
    def parse(cls, label: str) -> Severity:
        """Give the severity of a word; raises KeyError on another word."""
        return cls[label.upper()]


class Tlp(IntEnum):
    """How far a message may travel: the Traffic Light Protocol 2.0 (FIRST, 2022), ordered by strictness."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def label(self) -> str:
        """The word used in rules, JSON and messages: `amber`, `amber+strict`, …"""
        return self.name.lower().replace("_", "+")

    @classmethod
    def parse(cls, label: str) -> Tlp:
        """Give the mark of a word; raises KeyError on another word."""
        return cls[label.upper().replace("+", "_")]


# --- feeds -----------------------------------------------------------------------------------------------


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


class TroubleKind(StrEnum):
    """What keeps people from hearing: of one feed (its id is the subject), or of the service itself.

    docs/operations.md says what each means and what to do.
    """

    FAILING = "failing"
    BLOCKED = "blocked"
    RETIRED = "retired"
    SILENT = "silent"
    OVERFLOW = "overflow"
    EMPTIED = "emptied"
    STORM = "storm"
    SKEWED = "skewed"
    NETWORK = "network"
    CHANNEL = "channel"
    CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A time in which something kept people from hearing.

    `subject` is a feed's id, a channel's name, or empty for the whole service. `ended_at` None means that it lasts.
    `told_at` is when people were told that it began, None when they were not.
    """

    kind: TroubleKind
    subject: str
    started_at: datetime
    reason: str
    ended_at: datetime | None = None
    told_at: datetime | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed, cleaned: plain text, absolute link, aware dates.

    `key` identifies the entry inside its feed (from guid, else link, else text). `guid` is the publisher's id as
    written. `published` is clamped to `seen_at` when it lies in the future; `published_raw` keeps what the feed
    said. `content_hash` changes when title, summary or content change; `text_hash` is over the folded title and
    body only and is equal for equal texts of different feeds. `is_url_shared` says that `url` is not this entry's
    own: several entries of the document have it, or it is the site's front page. `is_guid_shared` says that this
    feed gives one guid to several entries. Neither then proves that two items are one report. `article` is the text
    of the page that `url` leads to, empty where it was not fetched.
    """

    feed_id: str
    key: str
    guid: str | None
    url: str | None
    title: str
    summary: str
    content: str
    seen_at: datetime
    author: str | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    published_raw: str | None = None
    content_hash: str = ""
    text_hash: str = ""
    is_url_shared: bool = False
    is_guid_shared: bool = False
    article: str = ""

    @property
    def body(self) -> str:
        """What rules call `body`: the longer of content and summary, and the article where that is longer still.

        What the feed itself said stays in it: an article that does not hold the summary stands behind it.
        """
        own = self.content if len(self.content) >= len(self.summary) else self.summary
        if len(self.article) <= len(own):
            return own
        return self.article if own.rstrip(" .…[]") in self.article else f"{own}\n\n{self.article}"

    @property
    def dated(self) -> datetime | None:
        """When it was published; where a feed says only when it was changed (Atom, RSS 1.0), that."""
        return self.published or self.updated


class FullParse(StrEnum):
    """Why a document was parsed whole, though entries of it may have been seen before."""

    FIRST = "first"
    NO_ENTRIES = "no_entries"
    SCATTERED = "scattered"
    TOO_LONG = "too_long"
    DAMAGED = "damaged"
    INSEPARABLE = "inseparable"
    DEPENDENT = "dependent"
    SETTING_CHANGED = "setting_changed"
    IDENTITY_SHARED = "identity_shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A parsed document: what it says of itself, and its items.

    After a poll, `items` are those of entries that were not seen at the last one; `kept` are the short keys (see
    `ingest.identity.short_key`) of the items of the others, one after another, `memory` is what the next poll must be
    given, to be stored with the items, and `full_parse` says why all entries were parsed, None when they were not.

    `problem` is set when the document was damaged but items were still read (`MALFORMED`); a document from which
    nothing can be read raises `FetchError` instead. `timetable` is what the feed says of the times at which it changes.
    `ahead` are the keys of items that are dated well after they were seen. `older_page` is where the feed says that
    its older entries are (RFC 5005), unchecked. `is_partial` says that the end of the document was missing: there may
    be more.
    """

    title: str | None
    url: str | None
    language: str | None
    items: tuple[Item, ...]
    format: str
    repeats_guids: bool = False
    timetable: Timetable = Timetable()
    problem: FetchProblem | None = None
    problem_detail: str | None = None
    kept: bytes = b""
    memory: bytes = b""
    full_parse: FullParse | None = None
    ahead: frozenset[str] = frozenset()
    older_page: str | None = None
    is_partial: bool = False


# --- text ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a field's original text; `start` and `end` are offsets in code points, end exclusive."""

    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place of the gazetteer. `country` is ISO 3166-1 alpha-2; `id` is stable across builds."""

    id: str
    name: str
    country: str
    kind: str
    lat: float | None = None
    lon: float | None = None
    population: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMention:
    """A stretch of text that names a place (or a people), resolved; `confidence` is in 0..1."""

    span: Span
    text: str
    place: Place
    confidence: float


# --- rules -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One condition of a rule that held, and where: the path reads `match.all[1].list:armed-groups`."""

    span: Span
    text: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule that held on an item.

    `rule_version` is a hash of the rule's content. `sentence` is the sentence of the item that carries most of the
    evidence, None for a match without any in title and body. `is_test` marks rules of status `test`: recorded and
    shown, never delivered. `is_late` marks items published longer ago than the rule's `max_age`. `is_counted` marks
    a match that is told nobody by itself: a rule over time counts it. `terms` are what such a rule tells apart in
    the item, as (key, text found).
    """

    rule: str
    rule_title: str
    rule_version: str
    severity: Severity
    tags: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    sentence: Span | None = None
    is_test: bool = False
    is_late: bool = False
    is_counted: bool = False
    terms: tuple[tuple[str, str], ...] = ()
    tlp: Tlp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shingles:
    """Hashed folded word pairs of an item's title, of its lead (title and first words) and of its whole text.

    Each is 64-bit; empty where there are too few words to compare.
    """

    title: frozenset[int] = frozenset()
    lead: frozenset[int] = frozenset()
    full: frozenset[int] = frozenset()


class TraitKind(StrEnum):
    """What a trait is; short, because every stored trait begins with it."""

    WORD = "w"
    CONCEPT = "c"
    PLACE = "p"
    COUNTRY = "k"
    NUMBER = "n"
    LANGUAGE = "l"
    RULE = "r"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One thing that an item speaks of; `weight` (0..1) says how prominently."""

    kind: TraitKind
    name: str
    weight: float

    @property
    def key(self) -> str:
        """The name under which stories are found by it."""
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What makes two items comparable.

    `exact` are keys that alone prove the same report (publisher's id, cleaned link, text hash). `sketch` are
    sampled hashes of word pairs (signed 64-bit): two items that share one are worth comparing. `shingles` are what is
    compared to find copies of one text, `traits` what is compared to find reports of one event.
    """

    exact: tuple[str, ...]
    sketch: tuple[int, ...]
    shingles: Shingles
    traits: tuple[Trait, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """An item with everything that the processor-bound part of the way found out about it.

    `places` and `fingerprint` are worked out for matched items alone: only what may be told is shown and compared.
    `problem` says why nothing could be found out about it.
    """

    item: Item
    language: str
    matches: tuple[Match, ...] = ()
    places: tuple[PlaceMention, ...] = ()
    fingerprint: Fingerprint | None = None
    problem: str | None = None


class SubscriptionState(StrEnum):
    """Where a feed's subscription at its hub stands; `ended` is one whose feed names that hub no longer."""

    WANTED = "wanted"
    ASKED = "asked"
    ACTIVE = "active"
    DENIED = "denied"
    FAILED = "failed"
    ENDED = "ended"


class ArticleState(StrEnum):
    """Where the article of an item stands: `short` says that its page holds no more than the feed gave."""

    WAITING = "waiting"
    FETCHED = "fetched"
    SHORT = "short"
    FAILED = "failed"


class MatchOutcome(StrEnum):
    """What becomes of a match: `told` may alert; the others are recorded and shown, and say why they are not told."""

    TOLD = "told"
    FIRST_POLL = "first_poll"
    TEST = "test"
    LATE = "late"
    COUNTED = "counted"


# --- stories, alerts, deliveries ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Reports of one event. `sources` counts distinct publishers; wire copies of one text count once each."""

    id: str
    first_seen_at: datetime
    last_seen_at: datetime
    title: str
    items: int
    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One report as an alert lists it."""

    feed_id: str
    feed_title: str
    title: str
    url: str | None
    published: datetime | None
    seen_at: datetime
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the service tells of itself: that troubles of one kind began, or, with `is_recovery`, that they are over.

    `title` says it in one line; `lines` are what it is about, in words that may come from outside.
    """

    id: str
    kind: TroubleKind
    is_recovery: bool
    title: str
    lines: tuple[str, ...]
    created_at: datetime


class AnswerWord(StrEnum):
    """What a person says to an alert."""

    ACKNOWLEDGED = "acknowledged"
    RELEVANT = "relevant"
    NOT_RELEVANT = "not_relevant"
    WRONG_STORY = "wrong_story"
    SNOOZED = "snoozed"

    @property
    def label(self) -> str:
        """The word as people read it."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one person said to an alert, and when.

    `id` is the same whenever the same click is reported again. `by` is the person's name as shown, `by_id` what
    identifies them where they said it (`via`: `slack`, `command`). `detail` says for how long and of what, for a snooze.
    """

    id: str
    alert_id: str
    word: AnswerWord
    by: str
    by_id: str
    via: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a person is told: one rule on one story.

    `sources` are all reports that joined, first one first. `quote` is the sentence with the evidence (plain text);
    `highlights` are (start, end) offsets of the evidence inside `quote`; `title_highlights` the same inside
    `headline`. `places` are the mentions' names and countries for display, most telling first. `is_edit` says that the
    first report came to match only when its publisher edited it, `is_full_text` that only its article did: what the feed
    itself said of it did not match. `tlp` is the rule's mark, None for none; `feed_tags` are those of the feed that
    reported first.
    `notice` is set where it carries a notice, which every channel shows as plain text; it is then in no story.
    """

    id: str
    story_id: str
    rule: str
    rule_title: str
    severity: Severity
    tags: tuple[str, ...]
    headline: str
    url: str | None
    quote: str
    highlights: tuple[tuple[int, int], ...]
    title_highlights: tuple[tuple[int, int], ...]
    language: str | None
    sources: tuple[Source, ...]
    places: tuple[tuple[str, str], ...]
    created_at: datetime
    updated_at: datetime
    item_id: int | None = None
    evidence: tuple[Evidence, ...] = ()
    is_edit: bool = False
    notice: Notice | None = None
    tlp: Tlp | None = None
    feed_tags: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    is_full_text: bool = False


class DeliveryState(StrEnum):
    """Where a row of the outbox stands.

    `gathered` waits for the digest that it goes out with; `held` is not sent (the reason says why); `dead` was given
    up on.
    """

    PENDING = "pending"
    GATHERED = "gathered"
    SENDING = "sending"
    DELIVERED = "delivered"
    DEAD = "dead"
    HELD = "held"


class DeliveryKind(StrEnum):
    """`alert` opens a conversation; `update` tells a channel that can edit that it has grown; `reply` tells news of it
    below the first message; `digest` tells many; `notice` carries what the service tells of itself.
    """

    ALERT = "alert"
    UPDATE = "update"
    REPLY = "reply"
    DIGEST = "digest"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Alerts that are told together: `total` of them, of which `alerts` are the gravest and newest."""

    alerts: tuple[Alert, ...]
    total: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert to one channel: a row of the outbox, leased to whoever sends it.

    `id` is stable across attempts and restarts: it is the idempotency key that receivers are given. `receiver_id`
    is what the receiver answered (a Slack `ts`, a Message-ID). `notes` are what the channel noted at its last attempt,
    plain JSON: who of several recipients has it, a permalink. Of a digest, `alert` is the first
    that was gathered. `stands_in_for` is the delivery that another channel failed to take. `news` is what
    a reply tells. `opened_as` is how the receiver took the alert's first message on this channel: what an update edits
    and a reply stands below; None when there was none. `is_in_doubt` says that the receiver may have it already: an
    earlier attempt ended without an answer, or with its process.
    """

    id: str
    alert: Alert
    channel: str
    kind: DeliveryKind
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    receiver_id: str | None = None
    reason: str | None = None
    delivered_at: datetime | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)
    digest: Digest | None = None
    stands_in_for: str | None = None
    news: str | None = None
    opened_as: Receipt | None = None
    is_in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receiver's acceptance. `receiver_id` finds the message again; None where the receiver gives none.

    `detail` is kept as the delivery's notes.
    """

    receiver_id: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
