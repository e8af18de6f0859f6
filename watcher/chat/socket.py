"""Hears clicks and slash commands by Socket Mode: a connection that we open, so that no public address is needed.

In: an app token. Out: calls of the desk, each acknowledged once its work is committed. A task of `app`; it connects again
for as long as it lives. https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog

from watcher.chat.desk import Desk, Whisper
from watcher.deliver.channels.slackapi import SlackApi
from watcher.errors import DeliveryError
from watcher.ports import Clock

log = structlog.get_logger(__name__)

_LARGEST_MESSAGE = 1024 * 1024
_HEARTBEAT = 20.0
_CONNECT_TIME = 20.0
_PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
_PAUSE_AFTER_REFUSAL = timedelta(minutes=5)


class SocketMode:
    """One connection of one app.

    Args:
        name: the channel whose app it is, for logs.
        api: calls with the app token.
        desk: who answers.
        whisper: says something to one person.
        clock: for the pauses between connections.
        is_plain: the service behind `base_url` is spoken to without TLS, and so is its socket.
    """

    def __init__(
        self, name: str, api: SlackApi, desk: Desk, whisper: Whisper, clock: Clock, *, is_plain: bool = False
    ) -> None:
        self._name = name
        self._api = api
        self._desk = desk
        self._whisper = whisper
        self._clock = clock
        self._scheme = "ws" if is_plain else "wss"
        self._log = log.bind(channel=name)
        self._failures = 0

    async def run(self) -> None:
        """Hear until cancelled; a connection that fails is opened again, at growing distances."""
        async with aiohttp.ClientSession() as session:
            while True:
                pause = await self._hear_once(session)
                self._desk.metrics.chat_connected.labels(self._name).set(0)
                if pause:
                    await self._clock.sleep(pause)

    async def _hear_once(self, session: aiohttp.ClientSession) -> float:
        """Hear until the connection ends; gives the seconds to wait before the next."""
        try:
            await self._hear(session)
        except DeliveryError as error:
            self._log.warning("socket_refused", error=error.detail)
            if error.retryable and not error.needs_person:
                asked = error.retry_after.total_seconds() if error.retry_after is not None else 0.0
                return max(asked, self._next_pause())
            return _PAUSE_AFTER_REFUSAL.total_seconds()
        except Exception as error:
            # Whatever a broken connection raises: a line that gave up would hear nothing more, and nobody would know.
            # The error's text may quote the address, which holds a ticket.
            self._log.warning("socket_broken", error=type(error).__name__)
            return self._next_pause()
        self._log.info("socket_ended")
        return 0.0 if self._failures == 0 else self._next_pause()

    async def _hear(self, session: aiohttp.ClientSession) -> None:
        async with asyncio.timeout(_CONNECT_TIME):
            answer = await self._api.do("apps.connections.open")
            url = answer.get("url")
            if not isinstance(url, str) or urlsplit(url).scheme != self._scheme:
                raise DeliveryError("Slack gave no address of a socket", channel=self._name)
            socket = await session.ws_connect(url, heartbeat=_HEARTBEAT, max_msg_size=_LARGEST_MESSAGE)
        self._failures += 1  # until it says hello
        async with socket:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT and not await self._take(socket, message.data):
                    return

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, text: str) -> bool:
        """Take one message; gives False when Slack asks for another connection."""
        try:
            envelope = json.loads(text)
        except ValueError:
            return True
        if not isinstance(envelope, dict):
            return True
        kind, envelope_id = envelope.get("type"), envelope.get("envelope_id")
        if kind == "hello":
            self._failures = 0
            self._desk.metrics.chat_connected.labels(self._name).set(1)
            self._log.info("socket_open")
        elif isinstance(envelope_id, str):
            await self._answer(socket, str(kind), envelope_id, envelope.get("payload"))
        return kind != "disconnect"

    async def _answer(
        self, socket: aiohttp.ClientWebSocketResponse, kind: str, envelope_id: str, payload: object
    ) -> None:
        reply: Mapping[str, Any] = {}
        content = payload if isinstance(payload, dict) else {}
        try:
            if kind == "slash_commands":
                reply = {"payload": await self._desk.command(content)}
            elif kind == "interactive":
                await self._desk.click(content, self._whisper)
        except Exception as error:
            # Not acknowledged: Slack tells the person, and reports it again.
            self._log.error("answer_failed", error=type(error).__name__)
            self._desk.metrics.errors.labels("chat").inc()
            return
        await socket.send_json({"envelope_id": envelope_id, **reply})

    def _next_pause(self) -> float:
        self._failures += 1
        return _PAUSES[min(self._failures, len(_PAUSES)) - 1]
