"""Alerts in a Slack channel, by chat.postMessage of the Web API.

In: a delivery. Out: a message whose `ts` is the receipt. Built by the registry for channels of type `slack`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from watcher.alert.blocks import blocks, escaped, message_text
from watcher.alert.card import card
from watcher.alert.digest import digest_card
from watcher.alert.digest_blocks import digest_blocks
from watcher.alert.render import digest_plain
from watcher.deliver.channels.http import (
    NETWORK_ERRORS,
    connector,
    network_error,
    retry_after,
    status_error,
    utc_now,
)
from watcher.deliver.channels.rendering import DIGEST_LIMIT, laid_out, plain_text
from watcher.errors import DeliveryError
from watcher.types import Delivery, Receipt

if TYPE_CHECKING:
    from watcher.config.channels import SlackSettings

_log = structlog.get_logger(__name__)

# `error` of an answer with `ok: false` (https://docs.slack.dev/reference/methods/chat.postMessage#errors): a later
# attempt may succeed. Every other code means that this message, token or channel will not do until a person acts.
RETRYABLE_ERRORS = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "org_login_required",
        "accesslimited",
    }
)
# Slack may have posted the message before it failed.
_AMBIGUOUS_ERRORS = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
# The blocks are at fault, not the message: it is sent once more as text.
BLOCK_ERRORS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "too_many_blocks"}
)
_RATE_LIMIT_PAUSE = timedelta(seconds=30)


class SlackChannel:
    """Posts to one Slack channel with a bot token."""

    kind = "slack"
    # One message a second per channel: https://docs.slack.dev/apis/web-api/rate-limits
    spacing = timedelta(seconds=1)
    has_updates = False

    def __init__(
        self,
        name: str,
        settings: SlackSettings,
        *,
        timeout: timedelta = timedelta(seconds=20),
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.name = name
        self._settings = settings
        self._timeout = aiohttp.ClientTimeout(total=timeout.total_seconds())
        self._now = now
        self._peer = urlsplit(settings.base_url).hostname or "Slack"
        self._session: aiohttp.ClientSession | None = None

    async def send(self, delivery: Delivery) -> Receipt:
        """Post the alert; the delivery id goes with it as metadata, for finding it again."""
        layout = laid_out(_layout, delivery, channel=self.name)
        if layout is not None:
            try:
                return await self._post(delivery, **layout)
            except BlocksRefusedError as refusal:
                _log.error("blocks_refused", channel=self.name, delivery=delivery.id, error=refusal.code)
        return await self._post(delivery, text=escaped(plain_text(delivery, channel=self.name)))

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, delivery: Delivery, **content: Any) -> Receipt:
        try:
            answer = await self._client().chat_postMessage(
                channel=self._settings.channel,
                **content,
                metadata=_metadata(delivery),
                mrkdwn=False,
                parse="none",
                link_names=False,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackApiError as error:
            raise self._refused(error, has_blocks="blocks" in content) from error
        except NETWORK_ERRORS as error:
            raise network_error(error, channel=self.name, peer=self._peer) from error
        except (SlackClientError, AttributeError) as error:
            # The client trips over bodies that are no JSON object: some proxy's page, so Slack may not have seen it.
            raise self._not_slack() from error
        return Receipt(receiver_id=answer.get("ts"), detail={"channel": answer.get("channel")})

    def _refused(self, error: SlackApiError, *, has_blocks: bool) -> DeliveryError:
        """Read what Slack said: the HTTP status first, then `error` in the body."""
        # Of a body that is no JSON the client hands over aiohttp's response, whose status is named differently.
        response: Any = error.response
        status = int(getattr(response, "status_code", None) or response.status)
        data = getattr(response, "data", None)
        code = data.get("error") if isinstance(data, dict) else None
        if status != 200:
            return status_error(status, response.headers, channel=self.name, peer=self._peer, now=self._now())
        if not isinstance(code, str):
            return self._not_slack()
        if has_blocks and code in BLOCK_ERRORS:
            return BlocksRefusedError(code, channel=self.name)
        asked = retry_after(response.headers, self._now())
        if asked is None and code in ("ratelimited", "rate_limited"):
            asked = _RATE_LIMIT_PAUSE
        return DeliveryError(
            f"Slack refused: {code[:80]}",
            channel=self.name,
            retryable=code in RETRYABLE_ERRORS,
            retry_after=asked,
            is_ambiguous=code in _AMBIGUOUS_ERRORS,
        )

    def _not_slack(self) -> DeliveryError:
        return DeliveryError(
            f"{self._peer} gave an answer that is not Slack's", channel=self.name, is_ambiguous=True
        )

    def _client(self) -> AsyncWebClient:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, connector=connector())
        return AsyncWebClient(
            token=self._settings.token.get_secret_value(),
            base_url=self._settings.base_url,
            session=self._session,
            # By default the client repeats a request whose connection broke, which can post a message twice.
            retry_handlers=[],
            # A logger without a level of its own passes for one that wants debug lines with every message in them.
            logger=_quiet_logger(),
        )


class BlocksRefusedError(DeliveryError):
    """Slack does not take the blocks; the text alone may do."""

    def __init__(self, code: str, *, channel: str) -> None:
        super().__init__(f"Slack refused: {code}", channel=channel, retryable=False)
        self.code = code


def _layout(delivery: Delivery) -> dict[str, Any]:
    if delivery.digest is not None:
        digest = digest_card(delivery.digest, limit=DIGEST_LIMIT)
        return {"text": escaped(digest_plain(digest)), "blocks": digest_blocks(digest)}
    shown = card(delivery.alert)
    return {"text": message_text(shown), "blocks": blocks(shown)}


def _metadata(delivery: Delivery) -> dict[str, Any]:
    return {
        "event_type": "watcher_alert",
        "event_payload": {
            "delivery_id": delivery.id,
            "alert_id": delivery.alert.id,
            "story_id": delivery.alert.story_id,
            "rule": delivery.alert.rule,
        },
    }


def _quiet_logger() -> logging.Logger:
    logger = logging.getLogger("watcher.slack_sdk")
    logger.setLevel(logging.WARNING)
    return logger
