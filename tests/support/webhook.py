"""A receiver of webhooks that keeps what it was sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.support.receiver import Receiver


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
        self.posts.append(Posted(path=request.path_qs, headers=headers, body=body, json=json.loads(body)))
        return {}
