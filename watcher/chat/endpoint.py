"""Hears clicks and slash commands by HTTP, from Slack alone: each request is signed.

In: requests to `/slack` of the web port. Out: calls of the desk. Served by `app`.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import structlog
from aiohttp import web

from watcher.chat.desk import Desk, Whisper

log = structlog.get_logger(__name__)

_LARGEST_BODY = 1024 * 1024
_WINDOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One Slack app whose requests are heard: its signing secret, and how it speaks to one person."""

    secret: str
    whisper: Whisper


def is_signed(body: bytes, timestamp: str, signature: str, *, secret: str, now: datetime) -> bool:
    """Say whether Slack has signed this body within the last minutes (the scheme `v0`)."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > _WINDOW.total_seconds():
        return False
    digest = hmac.new(secret.encode(), b"v0:%s:%s" % (timestamp.encode(), body), hashlib.sha256)
    return hmac.compare_digest(f"v0={digest.hexdigest()}".encode(), signature.encode("utf-8", "replace"))


def make_handler(apps: Sequence[App], desk: Desk) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Give the handler of `POST /slack` for these apps."""

    async def handle(request: web.Request) -> web.Response:
        body = await request.content.read(_LARGEST_BODY + 1)
        while len(body) <= _LARGEST_BODY and (more := await request.content.read(_LARGEST_BODY)):
            body += more
        if len(body) > _LARGEST_BODY:
            raise web.HTTPRequestEntityTooLarge(max_size=_LARGEST_BODY, actual_size=len(body))
        app = _signer(request, body, apps, desk.clock.now())
        if app is None:
            desk.metrics.answers.labels("unsigned").inc()
            raise web.HTTPUnauthorized
        return await _answer(body, app, desk)

    return handle


def _signer(request: web.Request, body: bytes, apps: Sequence[App], now: datetime) -> App | None:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    signers = [app for app in apps if is_signed(body, timestamp, signature, secret=app.secret, now=now)]
    return signers[0] if signers else None


async def _answer(body: bytes, app: App, desk: Desk) -> web.Response:
    fields = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    if "payload" not in fields:
        return web.json_response(await desk.command(fields))
    try:
        payload = json.loads(fields["payload"])
    except ValueError:
        raise web.HTTPBadRequest from None
    await desk.click(payload if isinstance(payload, dict) else {}, app.whisper)
    return web.Response()
