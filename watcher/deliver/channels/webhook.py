"""Alerts as signed JSON by HTTP POST.

In: a delivery. Out: a request whose body `alert.payload` documents. Built by the registry for channels of type
`webhook`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from watcher.alert.payload import notice_payload, payload, text_payload
from watcher.deliver.channels.http import NETWORK_ERRORS, connector, network_error, status_error, utc_now
from watcher.deliver.channels.rendering import laid_out, plain_text
from watcher.types import Delivery, Receipt

if TYPE_CHECKING:
    from watcher.config.channels import WebhookSettings


class WebhookChannel:
    """Posts JSON to one address.

    `Idempotency-Key` is the delivery id, the same on every attempt. With a secret, `X-Watcher-Signature` is `v1=` and
    the hex HMAC-SHA256, under that secret, of the text of `X-Watcher-Timestamp`, a dot, and the body. A receiver
    that also checks the timestamp (seconds since 1970) cannot be fed old requests.
    """

    kind = "webhook"
    spacing = timedelta(milliseconds=100)
    has_updates = False

    def __init__(
        self, name: str, settings: WebhookSettings, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.name = name
        self._settings = settings
        self._now = now
        self._peer = urlsplit(settings.url).hostname or "the receiver"
        self._session: aiohttp.ClientSession | None = None

    async def send(self, delivery: Delivery) -> Receipt:
        """Post the alert; any 2xx accepts it. Redirects are not followed: they could lead the secret astray."""
        body = self._body(delivery)
        timeout = aiohttp.ClientTimeout(total=self._settings.timeout.total_seconds())
        try:
            async with self._opened().post(
                self._settings.url,
                data=body,
                headers=self._headers(delivery, body),
                allow_redirects=False,
                timeout=timeout,
            ) as answer:
                if not 200 <= answer.status < 300:
                    raise status_error(
                        answer.status, answer.headers, channel=self.name, peer=self._peer, now=self._now()
                    )
                return Receipt(detail={"status": answer.status})
        except NETWORK_ERRORS as error:
            raise network_error(error, channel=self.name, peer=self._peer) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=connector())
        return self._session

    def _body(self, delivery: Delivery) -> bytes:
        content = (
            notice_payload(delivery)
            if delivery.alert.notice is not None
            else laid_out(payload, delivery, channel=self.name)
        )
        if content is None:
            content = text_payload(delivery, plain_text(delivery, channel=self.name))
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()

    def _headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._now().timestamp()))
        headers = {
            **self._settings.headers,
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "watcher",
            "Idempotency-Key": delivery.id,
            "X-Watcher-Timestamp": timestamp,
        }
        if self._settings.secret is not None:
            secret = self._settings.secret.get_secret_value().encode()
            headers["X-Watcher-Signature"] = signature(secret, timestamp, body)
        return headers


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Sign a request; a receiver computes the same and compares in constant time."""
    digest = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"v1={digest}"
