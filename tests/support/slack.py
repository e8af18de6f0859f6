"""A double of Slack that is as strict as the documentation says the real one is.

In: calls of the Web API. Out: Slack's answers, and `messages` as the channel would show them, edits and threads included.
What it refuses in a message is in `blockkit`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from aiohttp import web
from slack_sdk.socket_mode.request import SocketModeRequest

from tests.support.blockkit import elements, message_error
from tests.support.receiver import Behaviour, Receiver, answer

CHANNEL_IDS = {"#security": "C0SECURITY", "#desk": "C0DESK0000"}
_WRITES = frozenset({"chat.postMessage", "chat.update", "chat.postEphemeral", "apps.connections.open"})
_LONGEST_PAGE = 999


def refused(error: str, *, retry_after: str | None = None) -> Behaviour:
    """Answer 200 with `ok: false`, as Slack does."""
    return answer(200, retry_after=retry_after, body={"ok": False, "error": error})


def limited(seconds: int) -> Behaviour:
    """Answer 429 with Retry-After."""
    return answer(429, retry_after=str(seconds), body={"ok": False, "error": "ratelimited"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it stands; `request` is all that came with it, `edits` how often it was edited."""

    ts: str
    channel: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any]
    request: dict[str, Any]
    thread_ts: str | None = None
    edits: int = 0

    @property
    def delivery_id(self) -> str | None:
        """The delivery that the message tells of."""
        payload = self.metadata.get("event_payload", {})
        return str(payload["delivery_id"]) if "delivery_id" in payload else None

    @property
    def shown(self) -> str:
        """All text in the blocks, as a reader sees it."""
        return "".join(
            element["text"] for element in elements(self.blocks) if isinstance(element.get("text"), str)
        )

    @property
    def bold(self) -> list[str]:
        """The stretches in bold."""
        return [e["text"] for e in elements(self.blocks) if (e.get("style") or {}) == {"bold": True}]

    def told(self) -> dict[str, Any]:
        """Give it as conversations.history does, with all metadata."""
        thread = {"thread_ts": self.thread_ts} if self.thread_ts else {}
        return {
            "type": "message",
            "ts": self.ts,
            "text": self.text,
            "blocks": self.blocks,
            "metadata": self.metadata,
            **thread,
        }


class ThreadedSlack(Receiver):
    """`base_url` is for the channel's settings; `messages` is what stands in the channel and its threads, in order.

    `scopes` None means all of them; `calls` are the methods that were called; `page` is the most that one page of a list
    holds.
    """

    def __init__(
        self,
        *,
        token: str = "xoxb-test-token",
        app_token: str = "xapp-test-token",
        channels: frozenset[str] = frozenset({"#security"}),
    ) -> None:
        super().__init__()
        self._token = token
        self._channels = channels
        self.messages: list[Message] = []
        self.calls: list[str] = []
        self.missing_scopes: frozenset[str] = frozenset()
        self.page = _LONGEST_PAGE
        self._last_ts = 0.0
        self._app_token = app_token
        self.sockets: list[web.WebSocketResponse] = []
        self.acks: dict[str, dict[str, Any]] = {}
        self.whispers: list[dict[str, Any]] = []
        self._clicks = count(1)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def threads(self) -> list[Message]:
        """The messages in threads."""
        return [message for message in self.messages if message.thread_ts]

    def delete(self, ts: str) -> None:
        """Delete a message, as a person does."""
        self.messages = [message for message in self.messages if message.ts != ts]

    def posted(self, message: Message) -> None:
        """Take note of a message that was posted; for subclasses."""

    def click(
        self, message: Message, action_id: str, *, user: str = "ann", option: int = 0
    ) -> dict[str, Any]:
        """Give what Slack reports of a click on a message's button, or of a choice from its list."""
        (action,) = (e for e in elements(message.blocks) if e.get("action_id") == action_id)
        chosen = {"selected_option": action["options"][option]} if "options" in action else {}
        return {
            "type": "block_actions",
            "user": {"id": f"U{user.upper()}", "username": user, "name": user},
            "channel": {"id": CHANNEL_IDS["#security"], "name": "security"},
            "container": {"type": "message", "message_ts": message.ts},
            "actions": [
                {
                    "type": action["type"],
                    "action_id": action_id,
                    "value": action.get("value"),
                    "action_ts": f"{time.time():.0f}.{next(self._clicks):06d}",
                    **chosen,
                }
            ],
        }

    def say(self, kind: str, payload: dict[str, Any], *, envelope_id: str) -> None:
        """Report something by the newest socket."""
        envelope = {
            "type": kind,
            "envelope_id": envelope_id,
            "payload": payload,
            "accepts_response_payload": kind == "slash_commands",
        }
        # slack-sdk's own client would take it for a request.
        assert SocketModeRequest.from_dict(envelope) is not None
        self._tell(envelope)

    def ask_to_reconnect(self) -> None:
        """Say that the connection will be closed soon, as Slack does every few hours."""
        self._tell({"type": "disconnect", "reason": "refresh_requested"})

    def drop_sockets(self) -> None:
        """Break all connections off without a word."""

        def drop() -> None:
            for socket in self.sockets:
                transport = socket._req.transport if socket._req is not None else None
                if transport is not None:
                    transport.abort()

        self._loop.call_soon_threadsafe(drop)

    def _tell(self, message: dict[str, Any]) -> None:
        asyncio.run_coroutine_threadsafe(self.sockets[-1].send_json(message), self._loop).result(10)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path != "/link":
            return await super()._handle(request)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.sockets.append(socket)
        async for message in socket:
            ack = json.loads(message.data)
            self.acks[ack["envelope_id"]] = ack
        self.sockets.remove(socket)
        return socket

    async def refusal(self, request: web.Request, body: bytes) -> Behaviour | None:
        error = self._error(request, body)
        if error == "missing_scope":
            needed = _NEEDED_SCOPES[_method(request)]
            return answer(200, body={"ok": False, "error": error, "needed": needed, "provided": "commands"})
        return refused(error) if error else None

    async def accepted(self, request: web.Request, body: bytes) -> Any:
        method = _method(request)
        self.calls.append(method)
        answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.getPermalink": self._permalink,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "users.conversations": self._conversations,
            "chat.postEphemeral": self._whisper,
            "apps.connections.open": lambda _: {
                "url": f"ws://127.0.0.1:{self.port}/link?ticket=secret-ticket"
            },
        }
        return {"ok": True, **answers[method](_content(request, body))}

    def _post(self, content: dict[str, Any]) -> dict[str, Any]:
        message = Message(
            ts=self._next_ts(),
            channel=content["channel"],
            text=content.get("text", ""),
            blocks=content.get("blocks", []),
            metadata=content.get("metadata", {}),
            request=content,
            thread_ts=content.get("thread_ts"),
        )
        self.messages.append(message)
        self.posted(message)
        return {"channel": self._id(content), "ts": message.ts, "message": {"text": message.text}}

    def _update(self, content: dict[str, Any]) -> dict[str, Any]:
        for index, message in enumerate(self.messages):
            if message.ts == content["ts"]:
                # What is left out stays: https://docs.slack.dev/reference/methods/chat.update
                self.messages[index] = replace(
                    message,
                    text=content.get("text", message.text),
                    blocks=content.get("blocks", message.blocks),
                    metadata=content.get("metadata", message.metadata),
                    edits=message.edits + 1,
                )
        return {"channel": content["channel"], "ts": content["ts"], "text": content.get("text", "")}

    def _whisper(self, content: dict[str, Any]) -> dict[str, Any]:
        self.whispers.append(content)
        return {"message_ts": self._next_ts()}

    def _permalink(self, content: dict[str, Any]) -> dict[str, Any]:
        ts = str(content["message_ts"]).replace(".", "")
        return {
            "channel": content["channel"],
            "permalink": f"https://desk.slack.example/archives/{content['channel']}/p{ts}",
        }

    def _history(self, content: dict[str, Any]) -> dict[str, Any]:
        return self._listed(content, [one for one in reversed(self.messages) if one.thread_ts is None])

    def _replies(self, content: dict[str, Any]) -> dict[str, Any]:
        return self._listed(content, [m for m in self.messages if content["ts"] in (m.ts, m.thread_ts)])

    def _listed(self, content: dict[str, Any], found: list[Message]) -> dict[str, Any]:
        found = [one for one in found if float(one.ts) >= float(content.get("oldest", 0))]
        told = [message.told() for message in found]
        if str(content.get("include_all_metadata", "")).lower() not in ("1", "true"):
            told = [{key: value for key, value in one.items() if key != "metadata"} for one in told]
        return self._paged("messages", told, content)

    def _conversations(self, content: dict[str, Any]) -> dict[str, Any]:
        known = [{"id": CHANNEL_IDS[name], "name": name.removeprefix("#")} for name in sorted(self._channels)]
        return self._paged("channels", known, content)

    def _paged(self, key: str, found: list[Any], content: dict[str, Any]) -> dict[str, Any]:
        start = int(content.get("cursor") or 0)
        end = start + min(int(content.get("limit", 100)), self.page)
        cursor = str(end) if end < len(found) else ""
        return {key: found[start:end], "response_metadata": {"next_cursor": cursor}}

    def _id(self, content: dict[str, Any]) -> str:
        return CHANNEL_IDS.get(content["channel"], content["channel"])

    def _next_ts(self) -> str:
        self._last_ts = max(time.time(), self._last_ts + 0.000_002)
        return f"{self._last_ts:.6f}"

    def _error(self, request: web.Request, body: bytes) -> str | None:
        method = _method(request)
        if method not in _NEEDED_SCOPES:
            return "unknown_method"
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return "not_authed"
        token = self._app_token if method == "apps.connections.open" else self._token
        if request.headers["Authorization"] != f"Bearer {token}":
            return "invalid_auth"
        if method in _WRITES and request.content_type != "application/json":
            return "invalid_post_type"
        if _NEEDED_SCOPES[method] in self.missing_scopes:
            return "missing_scope"
        return self._content_error(method, _content(request, body))

    def _content_error(self, method: str, content: dict[str, Any]) -> str | None:
        if method in ("users.conversations", "apps.connections.open"):
            return None
        ids = {CHANNEL_IDS[name] for name in self._channels}
        # Only chat.postMessage knows channels by their names.
        known = ids | self._channels if method == "chat.postMessage" else ids
        if content.get("channel") not in known:
            return "channel_not_found"
        if method == "chat.postMessage":
            return self._post_error(content)
        if method == "chat.postEphemeral":
            return message_error(content) if content.get("user") else "user_not_in_channel"
        if method == "conversations.history":
            return None
        ts = content.get("message_ts" if method == "chat.getPermalink" else "ts")
        if all(message.ts != ts for message in self.messages):
            return "thread_not_found" if method == "conversations.replies" else "message_not_found"
        return message_error(content) if method == "chat.update" else None

    def _post_error(self, content: dict[str, Any]) -> str | None:
        thread = content.get("thread_ts")
        if thread is not None and all(message.ts != thread for message in self.messages):
            return "thread_not_found"
        return message_error(content)


_NEEDED_SCOPES = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.postEphemeral": "chat:write",
    "apps.connections.open": "connections:write",
    "chat.getPermalink": "",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "users.conversations": "channels:read",
}


def _method(request: web.Request) -> str:
    return request.path.removeprefix("/api/")


def _content(request: web.Request, body: bytes) -> dict[str, Any]:
    if request.content_type == "application/json":
        content: dict[str, Any] = json.loads(body)
        return content
    return dict(request.query)
