"""A rule that held on an item: where, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from watcher.types.levels import Severity, Tlp
from watcher.types.text import Span


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
    the item, as (key, text found). `remind` is after how long people are told again while its story goes on, None for never.
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
    remind: timedelta | None = None


class MatchOutcome(StrEnum):
    """What becomes of a match: `told` may alert; the others are recorded and shown, and say why they are not told."""

    TOLD = "told"
    FIRST_POLL = "first_poll"
    TEST = "test"
    LATE = "late"
    COUNTED = "counted"
