"""Alerts as JSON for programs: the body that webhooks are sent.

In: a `Delivery`. Out: plain data. The shape is part of the contract with receivers: keys are added, never changed, and
described in `payload_schema`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from watcher.alert.card import safe_url
from watcher.alert.inert import cut, inert
from watcher.alert.life import Standing
from watcher.alert.marks import Marked, excerpt
from watcher.alert.news import said
from watcher.types import Alert, Delivery, DeliveryKind, Digest, LifeEvent, Source

VERSION = 1

_TEXT_LIMIT = 1_000
_SOURCES_LIMIT = 50
_PLACES_LIMIT = 50
_DIGEST_LIMIT = 100
_EVENTS_LIMIT = 50


def payload(delivery: Delivery) -> dict[str, Any]:
    """Give the JSON object of one delivery.

    Returns:
        `version`, `delivery` (`id`, `kind`, `created`) and `alert`. Times are RFC 3339 in UTC. `headline` and `quote` are
        `{text, highlights}` with highlights as [start, end) in code points. `source_count` counts all reports, of
        which `sources` lists the first ones. A delivery of kind `digest` has no `alert` but `digest`: its `total`, its
        `reason`, and the gravest of its `alerts`. One of kind `reply` also has `news`: what has changed, in a line. An
        alert's `events` are its life so far, oldest first; `is_withdrawn` says that nobody stands by it any more.
    """
    told = (
        {"alert": _alert(delivery.alert)} if delivery.digest is None else {"digest": _digest(delivery.digest)}
    )
    if delivery.kind is DeliveryKind.REPLY:
        return {**_envelope(delivery), **told, "news": _line(delivery.news or "")}
    return {**_envelope(delivery), **told}


def notice_payload(delivery: Delivery) -> dict[str, Any]:
    """Give the JSON object of a delivery that carries a notice: `notice` in the place of `alert`.

    Returns:
        `version`, `delivery` (whose `kind` is `notice`) and `notice`: `id`, `kind` (a trouble's), `is_recovery`,
        `title`, `lines` and `created`.
    """
    notice = delivery.alert.notice
    assert notice is not None, "not a notice"
    return {
        **_envelope(delivery),
        "notice": {
            "id": notice.id,
            "kind": notice.kind.value,
            "is_recovery": notice.is_recovery,
            "title": _line(notice.title),
            "lines": [_line(line) for line in notice.lines],
            "created": _time(notice.created_at),
        },
    }


def text_payload(delivery: Delivery, text: str) -> dict[str, Any]:
    """Give the JSON object of a delivery that could not be laid out: `text` in the place of `alert`."""
    return {**_envelope(delivery), "text": text}


def _envelope(delivery: Delivery) -> dict[str, Any]:
    return {
        "version": VERSION,
        "delivery": {
            "id": delivery.id,
            "kind": delivery.kind.value,
            "created": _time(delivery.created_at),
        },
    }


def _digest(digest: Digest) -> dict[str, Any]:
    return {
        "total": digest.total,
        "reason": digest.reason,
        "alerts": [_alert(alert) for alert in digest.alerts[:_DIGEST_LIMIT]],
    }


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "story": alert.story_id,
        "rule": alert.rule,
        "rule_title": _line(alert.rule_title),
        "severity": alert.severity.label,
        "tags": list(alert.tags),
        "tlp": alert.tlp.label if alert.tlp is not None else None,
        "headline": _marked(excerpt(alert.headline, alert.title_highlights, limit=_TEXT_LIMIT)),
        "quote": _marked(excerpt(alert.quote, alert.highlights, limit=_TEXT_LIMIT)),
        "url": safe_url(alert.url),
        "language": _line(alert.language or "") or None,
        "places": [
            {"name": _line(name), "country": _line(country)} for name, country in alert.places[:_PLACES_LIMIT]
        ],
        "sources": [_source(source) for source in alert.sources[:_SOURCES_LIMIT]],
        "source_count": len(alert.sources),
        "is_edit": alert.is_edit,
        "is_full_text": alert.is_full_text,
        "is_withdrawn": Standing.of(alert.events).is_withdrawn,
        "events": [_event(event) for event in alert.events[-_EVENTS_LIMIT:]],
        "merged_into": alert.merged_into,
        "created": _time(alert.created_at),
        "updated": _time(alert.updated_at),
    }


def _event(event: LifeEvent) -> dict[str, Any]:
    return {
        "kind": event.kind.value,
        "reason": event.reason.value,
        "at": _time(event.at),
        "said": _line(said(event)),
        "number": event.number,
        "is_told": event.is_told,
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "feed": source.feed_id,
        "outlet": _line(source.feed_title),
        "title": _line(source.title),
        "url": safe_url(source.url),
        "published": _time(source.published) if source.published else None,
        "seen": _time(source.seen_at),
        "language": _line(source.language or "") or None,
        "publisher": _line(source.publisher) or None,
        "agency": source.agency,
        "withdrawn": _time(source.withdrawn_at) if source.withdrawn_at else None,
    }


def _marked(marked: Marked) -> dict[str, Any]:
    return {"text": marked.text, "highlights": [list(mark) for mark in marked.marks]}


def _line(text: str) -> str:
    return cut(inert(text).strip(), _TEXT_LIMIT)


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
