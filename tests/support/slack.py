"""A double of Slack's Web API that is as strict as the documentation says the real one is.

In: requests to chat.postMessage. Out: Slack's answers, `messages` as a channel would show them. Limits: the Block Kit
reference (docs.slack.dev/reference/block-kit), chat.postMessage's page, and for the sum of all blocks bolt-js#2509.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from tests.support.receiver import Behaviour, Receiver, answer

BLOCKS_LIMIT = 50
BLOCKS_CHARS_LIMIT = 13_200
TEXT_LIMIT = 40_000

_RICH_TEXT_CONTAINERS = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
_RICH_TEXT_ELEMENTS = {
    "broadcast": {"range"},
    "channel": {"channel_id"},
    "color": {"value"},
    "date": {"timestamp", "format"},
    "emoji": {"name"},
    "link": {"url"},
    "text": {"text"},
    "user": {"user_id"},
    "usergroup": {"usergroup_id"},
}
_BLOCK_TYPES = {"header", "section", "context", "divider", "rich_text", "actions", "image"}


def refused(error: str, *, retry_after: str | None = None) -> Behaviour:
    """Answer 200 with `ok: false`, as Slack does."""
    return answer(200, retry_after=retry_after, body={"ok": False, "error": error})


def limited(seconds: int) -> Behaviour:
    """Answer 429 with Retry-After."""
    return answer(429, retry_after=str(seconds), body={"ok": False, "error": "ratelimited"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as posted; `request` is all that came with it."""

    ts: str
    channel: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any]
    request: dict[str, Any]

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


class ThreadedSlack(Receiver):
    """`base_url` is for the channel's settings; `messages` is what was posted, in order."""

    def __init__(
        self, *, token: str = "xoxb-test-token", channels: frozenset[str] = frozenset({"#security"})
    ) -> None:
        super().__init__()
        self._token = token
        self._channels = channels
        self.messages: list[Message] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    async def refusal(self, request: web.Request, body: bytes) -> Behaviour | None:
        error = self._error(request, body)
        return refused(error) if error else None

    async def accepted(self, request: web.Request, body: bytes) -> Any:
        content = json.loads(body)
        ts = f"1700000000.{len(self.messages) + 1:06d}"
        self.messages.append(
            Message(
                ts=ts,
                channel=content["channel"],
                text=content.get("text", ""),
                blocks=content.get("blocks", []),
                metadata=content.get("metadata", {}),
                request=content,
            )
        )
        return {"ok": True, "channel": "C0SECURITY", "ts": ts, "message": {"text": content.get("text", "")}}

    def _error(self, request: web.Request, body: bytes) -> str | None:
        if request.path != "/api/chat.postMessage":
            return "unknown_method"
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return "not_authed"
        if request.headers["Authorization"] != f"Bearer {self._token}":
            return "invalid_auth"
        if request.content_type != "application/json":
            return "invalid_post_type"
        content = json.loads(body)
        if content.get("channel") not in self._channels:
            return "channel_not_found"
        return message_error(content)


def message_error(content: dict[str, Any]) -> str | None:
    """Give the error that Slack answers to this message; None when it takes it."""
    text, blocks = content.get("text", ""), content.get("blocks", [])
    if not text and not blocks:
        return "no_text"
    if len(text) > TEXT_LIMIT:
        return "msg_too_long"
    if metadata := content.get("metadata"):
        payload = metadata.get("event_payload")
        if not isinstance(metadata.get("event_type"), str) or not isinstance(payload, dict):
            return "invalid_metadata_format"
    if len(json.dumps(blocks)) > BLOCKS_CHARS_LIMIT:
        return "msg_blocks_too_long"
    if len(blocks) > BLOCKS_LIMIT or not all(_is_valid_block(block) for block in blocks):
        return "invalid_blocks"
    return None


def elements(value: Any) -> Iterator[dict[str, Any]]:
    """Walk all objects in blocks, outer ones first."""
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from elements(child)
    elif isinstance(value, list):
        for child in value:
            yield from elements(child)


def _is_valid_block(block: dict[str, Any]) -> bool:
    if block.get("type") not in _BLOCK_TYPES:
        return False
    try:
        # slack-sdk's own models know the limits of each kind of block, and refuse what breaks them.
        model = Block.parse(block)
        assert model is not None
        model.to_dict()
    except (SlackObjectFormationError, TypeError):  # TypeError: a key that must be there is not
        return False
    if block["type"] == "rich_text":
        return bool(block["elements"]) and all(_is_valid_rich_text(element) for element in block["elements"])
    texts = [element for element in elements(block) if element.get("type") in ("plain_text", "mrkdwn")]
    return all(1 <= len(element["text"]) <= 3000 for element in texts)


def _is_valid_rich_text(element: dict[str, Any]) -> bool:
    kind = element.get("type")
    if kind in _RICH_TEXT_CONTAINERS:
        return all(_is_valid_rich_text(child) for child in element["elements"])
    required = _RICH_TEXT_ELEMENTS.get(str(kind))
    if required is None or not required <= set(element):
        return False
    if kind == "text":
        return len(element["text"]) > 0
    if kind == "link":
        return urlsplit(element["url"]).scheme in ("http", "https", "mailto") and element.get("text") != ""
    return kind != "date" or (isinstance(element["timestamp"], int) and element["timestamp"] > 0)
