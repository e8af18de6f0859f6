"""A receiver of webhooks that keeps what it was sent, and refuses what is not as the schema says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from aiohttp import web
from jsonschema import Draft202012Validator

from tests.support.receiver import Receiver
from watcher.alert.payload_schema import webhook_schema


@cache
def _schema() -> Draft202012Validator:
    """The schema that is shipped, strict on top: what it does not describe must not be sent."""
    return Draft202012Validator(_closed(webhook_schema()))


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    is_object = schema.get("type") == "object"
    closed = {key: _closed(value) for key, value in schema.items()}
    return closed | ({"additionalProperties": False} if is_object else {})


def violations(content: Any) -> list[str]:
    """Say what of a request's body is not as the schema promises."""
    return [f"{error.json_path}: {error.message}"[:300] for error in _schema().iter_errors(content)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One accepted request: its path, headers, raw body, and the body as JSON."""

    path: str
    headers: dict[str, str]
    body: bytes
    json: Any


class WebhookReceiver(Receiver):
    """`url` is where to post; `posts` is what was accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[Posted] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def accepted(self, request: web.Request, body: bytes) -> Any:
        headers = dict(request.headers)
        if "Idempotency-Key" in headers and (
            wrong := violations(json.loads(body))
        ):  # ours, and not Apprise's
            raise web.HTTPUnprocessableEntity(text="; ".join(wrong))
        self.posts.append(Posted(path=request.path_qs, headers=headers, body=body, json=json.loads(body)))
        return {}
