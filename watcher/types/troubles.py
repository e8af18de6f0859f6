"""What keeps people from hearing, and what they are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
