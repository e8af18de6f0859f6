"""Who may ask: a bearer token, compared in constant time.

In: a request and the token of the configuration. Called by everything on the web port that is not for anybody.
"""

from __future__ import annotations

import hmac

from aiohttp import web


def ask_for(token: str, request: web.Request) -> None:
    """Let a request pass that has the token.

    Raises:
        HTTPUnauthorized: it has none, or another one.
    """
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode()):
        raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
