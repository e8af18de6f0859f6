"""How long a report took to reach people: from its publication, and from when it was first seen here.

Pure. In: a delivery and when it was accepted. Out: both delays. Called for metrics and by the `deliveries` command.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.types import Delivery, DeliveryKind, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """None where it was not accepted, tells of no one report, or, for `published`, where the report has no date."""

    published: timedelta | None = None
    seen: timedelta | None = None


def delays(delivery: Delivery, *, accepted_at: datetime | None) -> Delays:
    """Give how long the report that a delivery tells of took to its receiver.

    That is the first report of an alert, also in a digest, and of an update or a reply the newest one when it was
    written. Digests themselves and notices tell of no one report.
    """
    report = _report(delivery)
    if report is None or accepted_at is None:
        return Delays()
    return Delays(
        published=_between(report.published, accepted_at) if report.published is not None else None,
        seen=_between(report.seen_at, accepted_at),
    )


def _report(delivery: Delivery) -> Source | None:
    sources = delivery.alert.sources
    if delivery.kind in (DeliveryKind.DIGEST, DeliveryKind.NOTICE) or not sources:
        return None
    if delivery.kind is DeliveryKind.ALERT:
        return sources[0]
    known = [source for source in sources if source.seen_at <= delivery.created_at]
    return max(known, key=lambda source: source.seen_at, default=sources[0])


def _between(begin: datetime, end: datetime) -> timedelta:
    # Clocks are set back now and then: nothing arrives before it happened.
    return max(timedelta(), end - begin)
