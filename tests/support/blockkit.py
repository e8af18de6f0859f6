"""Block Kit as its documentation has it: what Slack refuses in a message, checked with slack-sdk's own models.

Limits: the Block Kit reference (docs.slack.dev/reference/block-kit), chat.postMessage's page, and for the sum of all
blocks bolt-js#2509.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

BLOCKS_LIMIT = 50
BLOCKS_CHARS_LIMIT = 13_200
TEXT_LIMIT = 40_000
ACTIONS_LIMIT = 25
BLOCK_ID_LIMIT = ACTION_ID_LIMIT = 255
BUTTON_TEXT_LIMIT = 75
BUTTON_VALUE_LIMIT = 2_000
OPTION_VALUE_LIMIT = 150
OPTIONS_LIMIT = 100
OVERFLOW_LIMIT = 5

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
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(ids)) < len(ids) or any(len(one) > BLOCK_ID_LIMIT for one in ids):
        return "invalid_blocks"
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
    if not all(1 <= len(element["text"]) <= 3000 for element in texts):
        return False
    return block["type"] != "actions" or _are_valid_actions(block["elements"])


def _are_valid_actions(found: list[dict[str, Any]]) -> bool:
    ids = [element.get("action_id") for element in found]
    if len(found) > ACTIONS_LIMIT or len(set(ids)) < len(ids):
        return False
    return all(_is_valid_action(element) for element in found)


def _is_valid_action(element: dict[str, Any]) -> bool:
    if not 1 <= len(element.get("action_id", "")) <= ACTION_ID_LIMIT:
        return False
    if element["type"] == "button":
        is_short = len(element["text"]["text"]) <= BUTTON_TEXT_LIMIT
        return is_short and len(element.get("value", "")) <= BUTTON_VALUE_LIMIT
    options = element.get("options", [])
    most = OVERFLOW_LIMIT if element["type"] == "overflow" else OPTIONS_LIMIT
    return 1 <= len(options) <= most and all(
        len(one["value"]) <= OPTION_VALUE_LIMIT and len(one["text"]["text"]) <= BUTTON_TEXT_LIMIT
        for one in options
    )


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
