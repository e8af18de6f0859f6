"""What a person is told, and what people say to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.types.levels import Severity, Tlp
from watcher.types.matches import Evidence
from watcher.types.troubles import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One report as an alert lists it.

    `publisher` is who answers for it: the registrable domain of its link, else its feed; empty for reports that a rule over
    time counts. `agency` is the one that it says it is from; `copy_of` is the place, in the alert's list, of a report
    whose text it repeats. `withdrawn_at` is when its publisher took it back. `item_id` is None where the item is not known.
    """

    feed_id: str
    feed_title: str
    title: str
    url: str | None
    published: datetime | None
    seen_at: datetime
    language: str | None
    publisher: str = ""
    agency: str | None = None
    copy_of: int | None = None
    item_id: int | None = None
    withdrawn_at: datetime | None = None


class LifeKind(StrEnum):
    """What happens to an alert while its story goes on."""

    REPORTED = "reported"
    JOINED = "joined"
    CORROBORATED = "corroborated"
    ESCALATED = "escalated"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    REMINDED = "reminded"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"
    SPLIT = "split"


class LifeReason(StrEnum):
    """Why it happened."""

    FIRST_REPORT = "first_report"
    ANOTHER_SOURCE = "another_source"
    INDEPENDENT_PUBLISHERS = "independent_publishers"
    MORE_SEVERE_RULE = "more_severe_rule"
    RATE_RULE = "rate_rule"
    CASUALTIES = "casualties"
    MARKED_CORRECTED = "marked_corrected"
    MARKED_WITHDRAWN = "marked_withdrawn"
    NO_LONGER_MATCHES = "no_longer_matches"
    TAKEN_DOWN = "taken_down"
    MATCHES_AGAIN = "matches_again"
    STILL_REPORTED = "still_reported"
    QUIET = "quiet"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeEvent:
    """One thing that happened to an alert.

    `detail` names what or who it came from, in words that may be a feed's. `number` counts what the reason is about:
    independent publishers, people killed, reports that moved. `is_told` says that people were told of it; all else only
    changes what the alert's messages show.
    """

    kind: LifeKind
    reason: LifeReason
    at: datetime
    detail: str = ""
    number: int | None = None
    is_told: bool = False


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
    `events` is its life so far, oldest first; `closed_at` is when its story was closed after quiet, None while it is open.
    `merged_into` is the alert that a person merged it into.
    `is_late` says that it was made for a report that was too old to be told when it came: it is in no one's story but its own.
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
    events: tuple[LifeEvent, ...] = ()
    closed_at: datetime | None = None
    merged_into: str | None = None
    is_late: bool = False
