"""Keeps a bug in a channel's layout from swallowing an alert.

In: a delivery and the layout that a channel prefers. Out: what it made, or None when it failed; the channel then sends
plain text. Called by channels before anything is sent, so that no retry can repeat a message.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TypeVar

import structlog

from watcher.alert.card import card
from watcher.alert.digest import digest_card
from watcher.alert.inert import cut
from watcher.alert.notice import text as text_of
from watcher.alert.render import digest_plain, news_line, plain, summary
from watcher.types import Delivery

T = TypeVar("T")

DIGEST_LIMIT = 100
"""How many alerts of a digest are listed where there is room."""

_log = structlog.get_logger(__name__)


def laid_out(layout: Callable[[Delivery], T], delivery: Delivery, *, channel: str) -> T | None:
    """Lay a delivery out; a layout that fails is logged, and gives None, as a notice does: it is told in plain text."""
    if delivery.alert.notice is not None:
        return None
    try:
        return layout(delivery)
    except Exception as error:
        _log.error(
            "layout_failed",
            channel=channel,
            delivery=delivery.id,
            alert=delivery.alert.id,
            error=type(error).__name__,
            trace="".join(traceback.format_tb(error.__traceback__)[-4:]),
        )
        return None


def plain_text(delivery: Delivery, *, channel: str) -> str:
    """Give a delivery as plain text, whatever is wrong with it, or the notice that it carries."""
    alert = delivery.alert
    if alert.notice is not None:
        return text_of(alert.notice)
    text = laid_out(_plain, delivery, channel=channel)
    return text if text is not None else f"{alert.severity.label.upper()} · {alert.rule} · alert {alert.id}\n"


def summary_line(delivery: Delivery, *, limit: int) -> str:
    """Give a delivery in one line: for subjects and notifications."""
    if delivery.digest is not None:
        return cut(digest_card(delivery.digest, limit=1).title, limit)
    if delivery.news:
        return news_line(card(delivery.alert), delivery.news, limit=limit)
    return summary(card(delivery.alert), limit=limit)


def _plain(delivery: Delivery) -> str:
    if delivery.digest is not None:
        return digest_plain(digest_card(delivery.digest, limit=DIGEST_LIMIT))
    text = plain(card(delivery.alert))
    return f"{delivery.news}\n\n{text}" if delivery.news else text
