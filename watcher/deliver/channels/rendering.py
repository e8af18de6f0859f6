"""Keeps a bug in a channel's layout from swallowing an alert.

In: an alert and the layout that a channel prefers. Out: what it made, or None when it failed; the channel then sends
plain text. Called by channels before anything is sent, so that no retry can repeat a message.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TypeVar

import structlog

from watcher.alert.card import card
from watcher.alert.render import plain
from watcher.types import Alert

T = TypeVar("T")

_log = structlog.get_logger(__name__)


def laid_out(layout: Callable[[Alert], T], alert: Alert, *, channel: str) -> T | None:
    """Lay an alert out; a layout that fails is logged, and gives None."""
    try:
        return layout(alert)
    except Exception as error:
        _log.error(
            "layout_failed",
            channel=channel,
            alert=alert.id,
            error=type(error).__name__,
            trace="".join(traceback.format_tb(error.__traceback__)[-4:]),
        )
        return None


def plain_text(alert: Alert, *, channel: str) -> str:
    """Give an alert as plain text, whatever is wrong with it."""
    text = laid_out(lambda alert: plain(card(alert)), alert, channel=channel)
    return text if text is not None else f"{alert.severity.label.upper()} · {alert.rule} · alert {alert.id}\n"
