"""Finds a message again in Slack by the delivery id in its metadata: asked when it may have been posted already.

In: a delivery in doubt. Out: how Slack took it, or None. Used by the Slack channel.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import structlog

from watcher.deliver.channels.slackapi import SlackApi, SlackRefusedError
from watcher.types import Delivery, DeliveryKind, Receipt

_log = structlog.get_logger(__name__)

EVENT_TYPE = "watcher_alert"

_CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{7,}")
# Slack stamps messages with its own clock.
_CLOCK_MARGIN = timedelta(minutes=10)
_PAGE = 200
_MOST_PAGES = 10
# Without the scopes, or where the bot may post and not read, Slack cannot be asked.
_CANNOT_ASK = frozenset(
    {
        "missing_scope",
        "no_permission",
        "not_in_channel",
        "channel_not_found",
        "thread_not_found",
        "access_denied",
        "not_allowed_token_type",
        "method_not_supported_for_channel_type",
        "enterprise_is_restricted",
    }
)


class SlackFinder:
    """Searches one Slack channel, newest messages first."""

    def __init__(self, api: SlackApi, name: str, channel: str) -> None:
        self._api = api
        self._name = name
        self._channel = channel
        self._channel_id = channel if _CHANNEL_ID.fullmatch(channel) else None
        self._has_warned = False

    def know(self, channel_id: object) -> None:
        """Remember the channel's id, which Slack gives with every message: messages are found by it alone."""
        if isinstance(channel_id, str):
            self._channel_id = channel_id

    async def find(self, delivery: Delivery) -> Receipt | None:
        """Give how Slack took a delivery; None when it has none, or may not be asked.

        Raises:
            DeliveryError: Slack could not be asked now.
        """
        try:
            channel_id = await self._find_channel()
            if channel_id is not None:
                async for message in self._messages(delivery, channel_id):
                    if _delivery_id(message) == delivery.id:
                        return Receipt(receiver_id=message.get("ts"), detail={"channel": channel_id})
        except SlackRefusedError as refusal:
            if refusal.code not in _CANNOT_ASK:
                raise
            self._warn(refusal.code)
        return None

    async def _find_channel(self) -> str | None:
        if self._channel_id is None:
            wanted = self._channel.removeprefix("#")
            arguments = {"types": "public_channel,private_channel", "exclude_archived": True}
            async for channel in self._pages("users.conversations", "channels", **arguments):
                if channel.get("name") == wanted:
                    self.know(channel.get("id"))
                    break
            else:
                self._warn("channel_not_found")
        return self._channel_id

    def _messages(self, delivery: Delivery, channel_id: str) -> AsyncIterator[Mapping[str, Any]]:
        since = delivery.created_at - _CLOCK_MARGIN
        arguments = {
            "channel": channel_id,
            "oldest": f"{since.timestamp():.6f}",
            "include_all_metadata": True,
        }
        if delivery.kind is DeliveryKind.REPLY and delivery.opened_as is not None:
            arguments["ts"] = delivery.opened_as.receiver_id
            return self._pages("conversations.replies", "messages", **arguments)
        return self._pages("conversations.history", "messages", **arguments)

    async def _pages(self, method: str, key: str, **arguments: Any) -> AsyncIterator[Mapping[str, Any]]:
        cursor = ""
        for _ in range(_MOST_PAGES):
            more = {"cursor": cursor} if cursor else {}
            answer = await self._api.ask(method, **arguments, limit=_PAGE, **more)
            for one in answer.get(key) or ():
                if isinstance(one, dict):
                    yield one
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
        _log.warning("search_ended_early", channel=self._name, method=method, pages=_MOST_PAGES)

    def _warn(self, code: str) -> None:
        """Say once that messages are not looked for: one that is in doubt is then sent again, and may be seen twice."""
        if not self._has_warned:
            self._has_warned = True
            _log.warning("cannot_look_for_messages", channel=self._name, error=code)


def metadata(delivery: Delivery) -> dict[str, Any]:
    """Give what a message carries unseen, for it to be found again."""
    return {
        "event_type": EVENT_TYPE,
        "event_payload": {
            "delivery_id": delivery.id,
            "alert_id": delivery.alert.id,
            "story_id": delivery.alert.story_id,
            "rule": delivery.alert.rule,
        },
    }


def _delivery_id(message: Mapping[str, Any]) -> object:
    carried = message.get("metadata")
    payload = carried.get("event_payload") if isinstance(carried, dict) else None
    return payload.get("delivery_id") if isinstance(payload, dict) else None
