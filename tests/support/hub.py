"""A WebSub hub on loopback: takes subscriptions, verifies them with the subscriber, and pushes what a test publishes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """A subscription as the hub keeps it once the subscriber has echoed its challenge."""

    topic: str
    callback: str
    secret: str
    lease_seconds: int


class HubDouble:
    """The hub, in threads of its own; `lease_seconds` is what it grants, whatever it is asked for."""

    def __init__(self, *, lease_seconds: int = 3600) -> None:
        self.lease_seconds = lease_seconds
        self.requests: list[dict[str, str]] = []
        self.subscriptions: dict[str, Subscribed] = {}
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
                hub.requests.append(form)
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                threading.Thread(target=hub._verify, args=(form,), daemon=True).start()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hub"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _verify(self, form: Mapping[str, str]) -> None:
        challenge = secrets.token_hex(16)
        status, body = self.ask(
            form["hub.callback"],
            {
                "hub.mode": form["hub.mode"],
                "hub.topic": form["hub.topic"],
                "hub.challenge": challenge,
                "hub.lease_seconds": str(self.lease_seconds),
            },
        )
        if status == 200 and body == challenge:
            self.subscriptions[form["hub.topic"]] = Subscribed(
                topic=form["hub.topic"],
                callback=form["hub.callback"],
                secret=form["hub.secret"],
                lease_seconds=self.lease_seconds,
            )

    def ask(self, callback: str, query: Mapping[str, str]) -> tuple[int, str]:
        """Send a GET to a callback, as a hub does to verify or to deny; gives status and body."""
        return _send(urllib.request.Request(f"{callback}?{urllib.parse.urlencode(query)}"))

    def publish(
        self, topic: str, body: bytes, *, secret: str | None = None, method: str = "sha256", **headers: str
    ) -> int:
        """Push a body to the subscriber of a topic; gives the status that it answers.

        Args:
            topic: that was subscribed.
            body: of the feed, or of what is new in it.
            secret: signed with it instead of the right one.
            method: of the signature; empty for no signature.
            headers: further headers, with underscores for hyphens.
        """
        one = self.subscriptions[topic]
        sent = {
            "Content-Type": "application/rss+xml",
            "Link": f'<{self.url}>; rel="hub", <{topic}>; rel="self"',
        }
        if method:
            key = (secret or one.secret).encode()
            digest: Any = getattr(hashlib, method)
            sent["X-Hub-Signature"] = f"{method}={hmac.new(key, body, digest).hexdigest()}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return _send(urllib.request.Request(one.callback, data=body, headers=sent))[0]


def _send(request: urllib.request.Request) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
