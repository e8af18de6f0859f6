"""Alerts in a Slack channel: posted, edited as they grow, with news in the thread.

In: a delivery. Out: a message whose `ts` is the receipt, with its permalink. Built by the registry for channels of type
`slack`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from watcher.alert.blocks import blocks, escaped, message_text, news_blocks
from watcher.alert.card import card
from watcher.alert.digest import digest_card
from watcher.alert.digest_blocks import digest_blocks
from watcher.alert.render import digest_plain
from watcher.deliver.channels.http import utc_now
from watcher.deliver.channels.rendering import DIGEST_LIMIT, laid_out, plain_text
from watcher.deliver.channels.slackaccount import SlackAccounts
from watcher.deliver.channels.slackapi import SlackApi, SlackRefusedError
from watcher.deliver.channels.slackfind import SlackFinder, metadata
from watcher.errors import DeliveryError
from watcher.types import Delivery, DeliveryKind, Receipt

if TYPE_CHECKING:
    from watcher.config.channels import SlackSettings

_log = structlog.get_logger(__name__)

# The blocks are at fault, not the message: it is sent once more as text.
BLOCK_ERRORS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "too_many_blocks"}
)
# A person has deleted the first message, or the workspace no longer lets it be edited or answered.
GONE_ERRORS = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "is_inactive",
        "thread_not_found",
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
    }
)
_PERMALINK_TIME = (
    5.0  # seconds: a message without its permalink is better than one that seems not to have arrived
)
# Text is text: no names are looked up in it, no previews of its links are made.
_AS_WRITTEN: dict[str, Any] = {"parse": "none", "link_names": False}
_NO_PREVIEWS: dict[str, Any] = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


class SlackChannel:
    """Posts to one Slack channel with a bot token."""

    kind = "slack"
    # One message a second per channel: https://docs.slack.dev/apis/web-api/rate-limits
    spacing = timedelta(seconds=1)
    has_updates = True

    def __init__(
        self,
        name: str,
        settings: SlackSettings,
        *,
        accounts: SlackAccounts | None = None,
        timeout: timedelta = timedelta(seconds=20),
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.name = name
        self._settings = settings
        token = settings.token.get_secret_value()
        account = accounts.of(token) if accounts is not None else None
        self._api = SlackApi(name, token, settings.base_url, account=account, timeout=timeout, now=now)
        self._finder = SlackFinder(self._api, name, settings.channel)

    async def send(self, delivery: Delivery) -> Receipt:
        """Post the alert, edit its message, or tell news below it."""
        if delivery.kind is DeliveryKind.REPLY:
            return await self._reply(delivery)
        if delivery.kind is DeliveryKind.UPDATE and delivery.opened_as is not None:
            return await self._edit(delivery, delivery.opened_as)
        return await self._open(delivery)

    async def find(self, delivery: Delivery) -> Receipt | None:
        """Look for a delivery's message in the channel, or in the alert's thread."""
        if delivery.kind is DeliveryKind.UPDATE and delivery.opened_as is not None:
            return None  # the same edit once more changes nothing
        receipt = await self._finder.find(delivery)
        if receipt is None or delivery.kind is DeliveryKind.REPLY:
            return receipt
        return await self._with_permalink(receipt)

    def held_for(self) -> float:
        """Give the seconds in which Slack lets nothing be posted in the workspace, whichever channel was too fast."""
        return self._api.held_for()

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def _open(self, delivery: Delivery) -> Receipt:
        async def post(**content: Any) -> Receipt:
            return await self._post(delivery, **content)

        return await self._with_permalink(await self._shown(delivery, post))

    async def _edit(self, delivery: Delivery, first: Receipt) -> Receipt:
        async def edit(**content: Any) -> Receipt:
            # Blocks and metadata that are left out stay as they are: the message keeps the id that it is found by.
            place = {
                "channel": first.detail.get("channel") or self._settings.channel,
                "ts": first.receiver_id,
            }
            await self._do("chat.update", **place, **({"blocks": []} | content), **_AS_WRITTEN)
            return first

        return await self._shown(delivery, edit)

    async def _reply(self, delivery: Delivery) -> Receipt:
        first = delivery.opened_as
        if first is None:
            raise DeliveryError(
                "there is no first message to tell it below", channel=self.name, retryable=False, is_moot=True
            )
        news = delivery.news or ""
        content = {"text": escaped(news), "blocks": news_blocks(news), "thread_ts": first.receiver_id}
        return await self._post(delivery, **content)

    async def _shown(self, delivery: Delivery, show: Callable[..., Any]) -> Receipt:
        """Show an alert as blocks, or as plain text where they fail."""
        receipt: Receipt
        layout = laid_out(self._layout, delivery, channel=self.name)
        if layout is not None:
            try:
                receipt = await show(**layout)
                return receipt
            except SlackRefusedError as refusal:
                if refusal.code not in BLOCK_ERRORS:
                    raise
                _log.error("blocks_refused", channel=self.name, delivery=delivery.id, error=refusal.code)
        receipt = await show(text=escaped(plain_text(delivery, channel=self.name)))
        return receipt

    async def _post(self, delivery: Delivery, **content: Any) -> Receipt:
        answer = await self._do(
            "chat.postMessage",
            channel=self._settings.channel,
            **content,
            metadata=metadata(delivery),
            **_AS_WRITTEN,
            **_NO_PREVIEWS,
        )
        self._finder.know(answer.get("channel"))
        return Receipt(receiver_id=answer.get("ts"), detail={"channel": answer.get("channel")})

    async def _do(self, method: str, **arguments: Any) -> Any:
        try:
            return await self._api.do(method, **arguments)
        except SlackRefusedError as refusal:
            if refusal.code in GONE_ERRORS:
                raise SlackRefusedError(refusal.code, channel=self.name, is_moot=True) from refusal
            raise

    async def _with_permalink(self, receipt: Receipt) -> Receipt:
        """Add the message's permalink, if Slack gives it soon."""
        place = {"channel": receipt.detail.get("channel"), "message_ts": receipt.receiver_id}
        try:
            async with asyncio.timeout(_PERMALINK_TIME):
                answer = await self._api.ask("chat.getPermalink", **place)
        except (DeliveryError, TimeoutError) as error:
            _log.info("no_permalink", channel=self.name, error=str(error) or type(error).__name__)
            return receipt
        return Receipt(
            receiver_id=receipt.receiver_id, detail={**receipt.detail, "permalink": answer.get("permalink")}
        )

    def _layout(self, delivery: Delivery) -> dict[str, Any]:
        if delivery.digest is not None:
            digest = digest_card(delivery.digest, limit=DIGEST_LIMIT)
            return {"text": escaped(digest_plain(digest)), "blocks": digest_blocks(digest)}
        shown = card(delivery.alert)
        return {
            "text": message_text(shown),
            "blocks": blocks(shown, has_buttons=self._settings.hears_clicks),
        }
