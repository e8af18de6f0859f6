"""One call of Slack's Web API, and what its answer means for a delivery.

In: a method and its arguments. Out: the answer, or a `DeliveryError` that says whether a later attempt may do. Used by
everything here that speaks to Slack.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from watcher.clock import SystemClock
from watcher.deliver.channels import slackcodes
from watcher.deliver.channels.http import (
    NETWORK_ERRORS,
    connector,
    network_error,
    retry_after,
    status_error,
    utc_now,
)
from watcher.deliver.channels.slackaccount import SlackAccount
from watcher.errors import DeliveryError

_RATE_LIMIT_PAUSE = timedelta(seconds=30)


class SlackRefusedError(DeliveryError):
    """Slack answered `ok: false`; `code` is its word for why, of at most 80 characters."""

    def __init__(
        self,
        code: str,
        *,
        channel: str,
        detail: str | None = None,
        retry_after: timedelta | None = None,
        is_moot: bool = False,
    ) -> None:
        code = code[:80]
        super().__init__(
            detail or f"Slack refused: {code}",
            channel=channel,
            retryable=code in slackcodes.PASSING,
            retry_after=retry_after,
            is_ambiguous=code in slackcodes.AMBIGUOUS,
            is_moot=is_moot,
            needs_person=slackcodes.needs_person(code),
        )
        self.code = code


class SlackApi:
    """Calls methods with one token, on connections of its own.

    Args:
        channel: the name of the watcher's channel, for errors.
        token: a bot's or an app's token.
        base_url: where the methods are.
        account: what the token may do, where others have it too; None for one of its own.
        timeout: for one call.
        now: the present, for dates in headers.
    """

    def __init__(
        self,
        channel: str,
        token: str,
        base_url: str,
        *,
        account: SlackAccount | None = None,
        timeout: timedelta = timedelta(seconds=20),
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._channel = channel
        self._token = token
        self._base_url = base_url
        self._account = account or SlackAccount(SystemClock())
        self._timeout = aiohttp.ClientTimeout(total=timeout.total_seconds())
        self._now = now
        self._peer = urlsplit(base_url).hostname or "Slack"
        self._session: aiohttp.ClientSession | None = None

    async def do(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call a method that writes, with a JSON body."""
        return await self._call(method, arguments, http_verb="POST", json=arguments)

    async def ask(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call a method that reads, with arguments in the address."""
        return await self._call(method, arguments, http_verb="GET", params=arguments)

    def held_for(self) -> float:
        """Give the seconds in which Slack lets nothing be posted in the workspace."""
        return self._account.held_for()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _call(self, method: str, arguments: Mapping[str, Any], **request: Any) -> Mapping[str, Any]:
        await self._account.admit(method, arguments.get("channel"), name=self._channel)
        try:
            answer = await self._client().api_call(method, **request)
        except SlackApiError as error:
            refusal = self._refused(error, method, str(arguments.get("channel") or ""))
            if refusal.retry_after is not None:
                self._account.hold(method, refusal.retry_after)
            raise refusal from error
        except NETWORK_ERRORS as error:
            raise network_error(error, channel=self._channel, peer=self._peer) from error
        except (SlackClientError, AttributeError) as error:
            # The client trips over bodies that are no JSON object: some proxy's page, so Slack may not have seen it.
            raise self._not_slack() from error
        data = answer.data
        if not isinstance(data, dict):
            raise self._not_slack()
        return data

    def _refused(self, error: SlackApiError, method: str, place: str) -> DeliveryError:
        """Read what Slack said: the HTTP status first, then `error` in the body."""
        # Of a body that is no JSON the client hands over aiohttp's response, whose status is named differently.
        response: Any = error.response
        status = int(getattr(response, "status_code", None) or response.status)
        data = getattr(response, "data", None)
        code = data.get("error") if isinstance(data, dict) else None
        if status != 200:
            return status_error(
                status, response.headers, channel=self._channel, peer=self._peer, now=self._now()
            )
        if not isinstance(code, str):
            return self._not_slack()
        asked = retry_after(response.headers, self._now())
        if asked is None and code in ("ratelimited", "rate_limited"):
            asked = _RATE_LIMIT_PAUSE
        detail = slackcodes.said(code[:80], method=method, answer=data or {}, channel=place)
        return SlackRefusedError(code, channel=self._channel, detail=detail, retry_after=asked)

    def _not_slack(self) -> DeliveryError:
        return DeliveryError(
            f"{self._peer} gave an answer that is not Slack's", channel=self._channel, is_ambiguous=True
        )

    def _client(self) -> AsyncWebClient:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, connector=connector())
        return AsyncWebClient(
            token=self._token,
            base_url=self._base_url,
            session=self._session,
            # By default the client repeats a request whose connection broke, which can post a message twice.
            retry_handlers=[],
            # A logger without a level of its own passes for one that wants debug lines with every message in them.
            logger=_quiet_logger(),
        )


def _quiet_logger() -> logging.Logger:
    logger = logging.getLogger("watcher.slack_sdk")
    logger.setLevel(logging.WARNING)
    return logger
