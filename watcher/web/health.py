"""Health and metrics: `/healthz` (is it alive), `/readyz` (does it do its work), `/metrics` (Prometheus).

In go checks and metrics, out comes an aiohttp application. Served by `app`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from watcher import __version__
from watcher.metrics import Metrics
from watcher.web.token import ask_for

Check = Callable[[], Awaitable[str | None]]
"""Gives None when all is well, else what is wrong in words for a person."""


def make_application(
    *, alive: Mapping[str, Check], ready: Mapping[str, Check], metrics: Metrics, token: str | None
) -> web.Application:
    """Build the application.

    Args:
        alive: checks whose failure means that a restart would help.
        ready: further checks whose failure means that the service cannot do its work now.
        metrics: what `/metrics` shows.
        token: asked for as a bearer token by `/metrics`; None for no guard. Health never asks: orchestrators have none.
    """
    application = web.Application()
    application.router.add_get("/healthz", _health(alive))
    application.router.add_get("/readyz", _health({**alive, **ready}))
    application.router.add_get("/metrics", _metrics(metrics, token))
    return application


def _health(checks: Mapping[str, Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_request: web.Request) -> web.Response:
        problems = {name: problem for name, check in checks.items() if (problem := await check()) is not None}
        body = {"status": "failing" if problems else "ok", "version": __version__, "problems": problems}
        return web.json_response(body, status=503 if problems else 200, headers={"Cache-Control": "no-store"})

    return answer


def _metrics(metrics: Metrics, token: str | None) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        if token is not None:
            ask_for(token, request)
        return web.Response(
            body=metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    return answer
