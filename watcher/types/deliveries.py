"""One alert to one channel: the rows of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from watcher.types.alerts import Alert


class DeliveryState(StrEnum):
    """Where a row of the outbox stands.

    `gathered` waits for the digest that it goes out with; `parked` waits until a person has mended what the reason says,
    and is tried again now and then; `held` is not sent (the reason says why); `dead` was given up on.
    """

    PENDING = "pending"
    GATHERED = "gathered"
    SENDING = "sending"
    PARKED = "parked"
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
