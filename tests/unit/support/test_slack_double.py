"""The double of Slack refuses what Slack would refuse; a test that passes on it means something."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.blockkit import message_error


def rich(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}]


def header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def context(count: int) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "plain_text", "text": "x"}] * count}


def button(action_id: str = "a", **changes: Any) -> dict[str, Any]:
    label = {"type": "plain_text", "text": "Go"}
    return {"type": "button", "action_id": action_id, "text": label, "value": "v", **changes}


def choice(value: str, count: int = 1) -> dict[str, Any]:
    label = {"type": "plain_text", "text": "One"}
    options = [{"text": label, "value": value}] * count
    return {"type": "static_select", "action_id": "c", "placeholder": label, "options": options}


def actions(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "elements": list(elements)}]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"blocks": actions(button(), choice("x"))}, None),
        ({"blocks": actions(button(), button())}, "invalid_blocks"),
        ({"blocks": actions(*(button(str(n)) for n in range(26)))}, "invalid_blocks"),
        ({"blocks": actions(button(value="v" * 2_001))}, "invalid_blocks"),
        ({"blocks": actions(button(text={"type": "plain_text", "text": "x" * 76}))}, "invalid_blocks"),
        ({"blocks": actions(button("x" * 256))}, "invalid_blocks"),
        ({"blocks": actions(choice("x" * 151))}, "invalid_blocks"),
        ({"blocks": actions(choice("x", 101))}, "invalid_blocks"),
        ({"blocks": [{"type": "divider", "block_id": "b"}] * 2}, "invalid_blocks"),
        ({"text": "hello"}, None),
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [header("x" * 150)]}, None),
        ({"blocks": [header("x" * 151)]}, "invalid_blocks"),
        ({"blocks": [header("")]}, "invalid_blocks"),
        ({"blocks": [section("x" * 3_000)]}, None),
        ({"blocks": [section("x" * 3_001)]}, "invalid_blocks"),
        ({"blocks": [context(10)]}, None),
        ({"blocks": [context(11)]}, "invalid_blocks"),
        ({"blocks": [{"type": "divider"}] * 50}, None),
        ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"blocks": [section("x" * 2_900)] * 5}, "msg_blocks_too_long"),
        ({"blocks": [{"type": "marquee"}]}, "invalid_blocks"),
        ({"blocks": rich({"type": "text", "text": "x"})}, None),
        ({"blocks": rich({"type": "text", "text": ""})}, "invalid_blocks"),
        ({"blocks": rich({"type": "blink", "text": "x"})}, "invalid_blocks"),
        ({"blocks": rich({"type": "link", "url": "https://example.org/"})}, None),
        ({"blocks": rich({"type": "link", "url": "javascript:alert(1)"})}, "invalid_blocks"),
        ({"blocks": rich({"type": "link"})}, "invalid_blocks"),
        ({"blocks": rich({"type": "date", "timestamp": 1, "format": "{time}"})}, None),
        ({"blocks": rich({"type": "date", "timestamp": -1, "format": "{time}"})}, "invalid_blocks"),
        ({"blocks": [{"type": "rich_text", "elements": []}]}, "invalid_blocks"),
        ({"text": "x", "metadata": {"event_type": "e", "event_payload": {}}}, None),
        ({"text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_format"),
    ],
)
def test_messages_are_judged_by_the_documented_limits(content: dict[str, Any], error: str | None) -> None:
    assert message_error(content) == error
