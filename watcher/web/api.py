"""What is the same for everything under `/api/v1`: the token, bounded JSON in, JSON out, refusals that say why.

In: a handler that knows only its own matter. Out: one that may be served. Used by the resources beside it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from watcher.errors import StoreError
from watcher.web.token import ask_for

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.Response]]
Model = TypeVar("Model", bound=BaseModel)

_LARGEST_BODY = 16 * 1024
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class RefusedError(Exception):
    """A request that is not done: its status, why in words, and what exactly is wrong with which key."""

    def __init__(self, status: int, why: str, problems: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(why)
        self.status = status
        self.problems = tuple(problems)


def guarded(token: str, handler: Handler) -> Handler:
    """Give a handler that asks for the token before it looks at anything else, and refuses in JSON."""

    async def handle(request: web.Request) -> web.Response:
        ask_for(token, request)
        try:
            return await handler(request)
        except RefusedError as refused:
            body = {"error": str(refused), "problems": list(refused.problems)}
            return answer(body, status=refused.status)
        except StoreError as error:
            log.warning("api_without_store", path=request.path, error=type(error).__name__)
            return answer({"error": "the database does not answer", "problems": []}, status=503)

    return handle


def answer(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer in JSON that nobody keeps."""
    return web.json_response(body, status=status, headers={**_HEADERS, **(headers or {})})


async def read(request: web.Request, model: type[Model]) -> Model:
    """Read the body of a request, which is bounded before it is read whole.

    Raises:
        RefusedError: it is too large, no JSON, or not what the model takes.
    """
    if request.content_type != "application/json":
        raise RefusedError(415, "send application/json")
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > _LARGEST_BODY:
            raise RefusedError(413, f"send at most {_LARGEST_BODY} bytes")
    try:
        return model.model_validate(json.loads(body))
    except ValidationError as error:
        raise RefusedError(400, "the request is not right", _problems(error)) from None
    except (ValueError, RecursionError):  # no UTF-8, no JSON, or nested without end
        raise RefusedError(400, "the body is not JSON") from None


def _problems(error: ValidationError) -> list[dict[str, str]]:
    """Say what is wrong where; what was sent is not repeated."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [{"path": ".".join(str(step) for step in one["loc"]), "message": one["msg"]} for one in found[:20]]
