"""Alerts and deliveries for tests, with sensible values where a test does not care."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from watcher.types import Alert, Delivery, DeliveryKind, DeliveryState, Severity, Source

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

_TITLE = "Militants fleeing Sirte may head for Tunisia"
_QUOTE = "Militants fleeing Sirte may try to slip into Tunisia, the minister warned."


def a_source(**changes: Any) -> Source:
    """Make a source of an invented outlet."""
    source = Source(
        feed_id="coast-wire",
        feed_title="Coast Wire",
        title=_TITLE,
        url="https://coast-wire.example/2026/03/sirte",
        published=NOON - timedelta(minutes=12),
        seen_at=NOON - timedelta(minutes=2),
        language="en",
    )
    return replace(source, **changes)


def an_alert(**changes: Any) -> Alert:
    """Make an alert of the rule that names the product."""
    alert = Alert(
        id="alert-1",
        story_id="story-1",
        rule="tunisia-border-threat",
        rule_title="Armed group crossing into Tunisia",
        severity=Severity.HIGH,
        tags=("tunisia", "border"),
        headline=_TITLE,
        url="https://coast-wire.example/2026/03/sirte",
        quote=_QUOTE,
        highlights=_marks(_QUOTE, "Militants", "fleeing", "Tunisia"),
        title_highlights=_marks(_TITLE, "Militants", "Tunisia"),
        language="en",
        sources=(a_source(),),
        places=(("Tunisia", "TN"), ("Sirte", "LY")),
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(alert, **changes)


def a_delivery(alert: Alert | None = None, **changes: Any) -> Delivery:
    """Make a delivery that is due."""
    delivery = Delivery(
        id="delivery-1",
        alert=alert or an_alert(),
        channel="console",
        kind=DeliveryKind.ALERT,
        state=DeliveryState.SENDING,
        attempts=0,
        created_at=NOON,
        next_attempt_at=NOON,
    )
    return replace(delivery, **changes)


def _marks(text: str, *words: str) -> tuple[tuple[int, int], ...]:
    return tuple((text.index(word), text.index(word) + len(word)) for word in words)
