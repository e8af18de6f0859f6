"""The callbacks of WebSub on the web port: hubs verify what was asked of them, and push.

In go requests under /websub/, whose last part is the secret of one subscription; what they mean is decided by the
subscriber. Served by `app`, only where `web.public_url` is set.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web

from watcher.websub import Answer, Push, Subscriber

_MAX_SECONDS = 60.0
_STATUS = {
    Answer.TAKEN: HTTPStatus.NO_CONTENT,
    Answer.UNKNOWN: HTTPStatus.NOT_FOUND,
    Answer.ENDED: HTTPStatus.GONE,  # which ends the subscription at the hub (section 7)
    Answer.FORGED: HTTPStatus.FORBIDDEN,
    Answer.WRONG_TOPIC: HTTPStatus.FORBIDDEN,
    Answer.NOT_A_FEED: HTTPStatus.BAD_REQUEST,
    Answer.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
}


def add_websub(application: web.Application, subscriber: Subscriber, *, max_body_bytes: int) -> None:
    """Add the callbacks to an application.

    Args:
        application: of the web port; no token is asked for, hubs have none.
        subscriber: decides.
        max_body_bytes: of a push; a larger one is refused before it is read whole.
    """

    async def verify(request: web.Request) -> web.Response:
        answer = await subscriber.verify(request.match_info["token"], dict(request.query))
        if answer is None:
            raise web.HTTPNotFound
        return web.Response(
            text=answer, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"}
        )

    async def push(request: web.Request) -> web.Response:
        if not await subscriber.knows(request.match_info["token"]):
            raise web.HTTPNotFound
        body = await _read(request, max_body_bytes)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if "link" in headers:
            headers["link"] = ", ".join(request.headers.getall("Link"))
        given = Push(token=request.match_info["token"], headers=headers, body=body)
        answer = await subscriber.receive(given)
        retry = {"Retry-After": "60"} if answer is Answer.BUSY else None
        return web.Response(status=_STATUS[answer], headers=retry)

    application.router.add_get("/websub/{token:[A-Za-z0-9_-]{20,100}}", verify, allow_head=False)
    application.router.add_post("/websub/{token:[A-Za-z0-9_-]{20,100}}", push)


async def _read(request: web.Request, limit: int) -> bytes:
    """Read a push, decompressed, up to the limit; one that does not come, or not whole, is refused."""
    body = bytearray()
    try:
        async with asyncio.timeout(_MAX_SECONDS):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > limit:
                    raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=len(body))
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except (ConnectionError, web.RequestPayloadError) as error:
        raise web.HTTPBadRequest from error
    return bytes(body)
