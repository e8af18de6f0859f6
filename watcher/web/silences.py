"""Silences by HTTP: list, make and end them under `/api/v1/silences`.

In go requests with the token of `web.api_token`, out comes what the `silence` commands print as JSON. Served by `app`,
only where that token is set.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import structlog
from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from watcher.alert.inert import inert
from watcher.alert.matchers import Matchers
from watcher.config.routes import AlertMatch
from watcher.ports import Clock, Runner
from watcher.silencing import AUTHOR_LIMIT, COMMENT_LIMIT, end_of, silence, silence_to_json
from watcher.storage.store import Store
from watcher.web.api import RefusedError, answer, guarded, read

log = structlog.get_logger(__name__)

PATH = "/api/v1/silences"
DESCRIPTION_PATH = "/api/v1/openapi.json"

_MOST_VALUES = 100
_LONGEST_VALUE = 200
MOST_LISTED = 10_000
LIMIT_DEFAULT = 50

Author = Annotated[str, AfterValidator(lambda text: inert(text).strip()), Field(max_length=AUTHOR_LIMIT)]


class SilenceMatchers(AlertMatch):
    """Which alerts: the matchers of a route, and `story`, ids of alerts or of their stories.

    Each is a list of at most 100 values of 200 characters.
    """

    story: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_bounded(self) -> SilenceMatchers:
        for name in type(self).model_fields:
            values = getattr(self, name)
            if len(values) > _MOST_VALUES or any(len(value) > _LONGEST_VALUE for value in values):
                raise ValueError(f"{name}: at most {_MOST_VALUES} values of {_LONGEST_VALUE} characters")
            if any(not value or inert(value) != value for value in values):
                raise ValueError(f"{name}: a value is empty, or holds control characters")
        return self

    def matchers(self) -> Matchers:
        """Give it as the alert core knows it."""
        own = super().matchers()
        given = {name: getattr(own, name) for name in AlertMatch.model_fields}
        return Matchers(**given, story=frozenset(self.story))


class SilenceWanted(BaseModel):
    """A silence as it is asked for: `for` or `until`, and `when` or `all`."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    when: SilenceMatchers = Field(default_factory=SilenceMatchers)
    all: bool = False
    for_: Annotated[str | None, Field(alias="for", max_length=40)] = None
    until: Annotated[str | None, Field(max_length=40)] = None
    author: Author
    comment: Annotated[str, Field(max_length=COMMENT_LIMIT)] = ""

    @model_validator(mode="after")
    def _is_whole(self) -> SilenceWanted:
        if bool(self.when.matchers()) == self.all:
            raise ValueError('say which alerts in "when", or "all": true for every one')
        if not self.author:
            raise ValueError('"author" must say who asks for it')
        return self


class SilenceShown(BaseModel):
    """A silence as it is shown; times are UTC."""

    id: str
    state: Literal["holds", "to come", "over"]
    when: dict[str, list[str]] = Field(description="The matchers; empty for every alert.")
    starts_at: datetime
    ends_at: datetime
    expired_at: datetime | None = Field(description="When somebody ended it early.")
    author: str
    comment: str
    created_at: datetime


class SilenceMade(SilenceShown):
    """A silence that was made."""

    held: int = Field(description="How many deliveries waited and are kept back by it.")


class SilenceEnded(BaseModel):
    """How many silences were ended."""

    expired: Literal[1]


class Misfit(BaseModel):
    """What is wrong with which key of a request."""

    path: str
    message: str


class Refusal(BaseModel):
    """Why a request is not done."""

    error: str
    problems: list[Misfit]


def add_silences(
    application: web.Application, *, store: Store, run: Runner, clock: Clock, token: str
) -> None:
    """Add the resource to an application.

    Args:
        application: of the web port.
        store: where silences are kept.
        run: runs its calls off the event loop.
        clock: where time comes from.
        token: asked for as a bearer token, before anything of a request is read.
    """

    async def listed(request: web.Request) -> web.Response:
        limit, now = _limit(request.query.get("limit", str(LIMIT_DEFAULT))), clock.now()
        not_over_at = None if request.query.get("all") == "true" else now

        def look_up() -> list[dict[str, Any]]:
            with store.read() as tx:
                found = tx.silences.newest(limit=limit, not_over_at=not_over_at)
            return [silence_to_json(one, now) for one in found]

        return answer(await run(look_up))

    async def make(request: web.Request) -> web.Response:
        wanted, now = await read(request, SilenceWanted), clock.now()
        try:
            ends_at = end_of(wanted.for_, wanted.until, now)
        except ValueError as error:
            raise RefusedError(400, str(error)) from None

        def keep() -> dict[str, Any]:
            with store.write(durable=True) as tx:
                made = silence(
                    tx,
                    wanted.when.matchers(),
                    ends_at=ends_at,
                    author=wanted.author,
                    comment=wanted.comment,
                    now=now,
                )
            return {**silence_to_json(made.silence, now), "held": made.held}

        made = await run(keep)
        log.info("silenced", silence=made["id"], by=wanted.author, until=made["ends_at"])
        return answer(made, status=201, headers={"Location": f"{PATH}/{made['id']}"})

    async def end(request: web.Request) -> web.Response:
        silence_id, now = request.match_info["id"], clock.now()

        def expire() -> int:
            with store.write(durable=True) as tx:
                return tx.silences.expire([silence_id], at=now)

        if not await run(expire):
            raise RefusedError(404, "there is no such silence, or it is over")
        log.info("silence_ended", silence=silence_id)
        return answer({"expired": 1})

    async def described(_request: web.Request) -> web.Response:
        from watcher.web.openapi import document

        return answer(document())

    application.router.add_get(DESCRIPTION_PATH, described)
    application.router.add_get(PATH, guarded(token, listed), allow_head=False)
    application.router.add_post(PATH, guarded(token, make))
    application.router.add_delete(PATH + "/{id:[A-Za-z0-9-]{1,40}}", guarded(token, end))


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST_LISTED):
        raise RefusedError(400, f"limit must be a number from 1 to {MOST_LISTED}")
    return int(text)
