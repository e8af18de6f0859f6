"""What `/api/v1` takes and answers, as an OpenAPI 3.1 document made from the models that read and answer requests.

In: nothing. Out: the document. Served by the resources themselves, printed by `watcher schema api`, kept in `docs`.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from watcher.web.silences import (
    LIMIT_DEFAULT,
    MOST_LISTED,
    PATH,
    Refusal,
    SilenceEnded,
    SilenceMade,
    SilenceShown,
    SilenceWanted,
)

_REFERENCE = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """Give the document: OpenAPI 3.1.0, whose schemas are JSON Schema 2020-12."""
    _, schemas = models_json_schema(
        [
            (SilenceWanted, "validation"),
            *((one, "serialization") for one in (SilenceShown, SilenceMade, SilenceEnded, Refusal)),
        ],
        ref_template=_REFERENCE,
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "watcher",
            "version": "1",
            "description": "What scripts and bots can ask a running service. Keys may be added to answers.",
        },
        "security": [{"token": []}],
        "paths": {PATH: {"get": _list(), "post": _make()}, f"{PATH}/{{id}}": {"delete": _end()}},
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "web.api_token of the configuration",
                }
            },
            "schemas": schemas["$defs"],
        },
    }


def _list() -> dict[str, Any]:
    listed = {"type": "array", "items": _reference(SilenceShown)}
    return {
        "operationId": "listSilences",
        "summary": "List the silences that hold or are to come, newest first",
        "parameters": [
            {
                "name": "all",
                "in": "query",
                "description": "those that are over, too",
                "schema": {"type": "boolean", "default": False},
            },
            {
                "name": "limit",
                "in": "query",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MOST_LISTED,
                    "default": LIMIT_DEFAULT,
                },
            },
        ],
        "responses": {"200": _answer("The silences", listed), **_refusals(400, 401, 503)},
    }


def _make() -> dict[str, Any]:
    made = _answer("The silence, and how many waiting deliveries it keeps back", _reference(SilenceMade))
    made["headers"] = {"Location": {"description": "where it is ended", "schema": {"type": "string"}}}
    return {
        "operationId": "makeSilence",
        "summary": "Keep alerts from being told for a while",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _reference(SilenceWanted)}},
        },
        "responses": {"201": made, **_refusals(400, 401, 413, 415, 503)},
    }


def _end() -> dict[str, Any]:
    return {
        "operationId": "endSilence",
        "summary": "End a silence now",
        "parameters": [
            {
                "name": "id",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,40}$"},
            }
        ],
        "responses": {"200": _answer("It is over", _reference(SilenceEnded)), **_refusals(401, 404, 503)},
    }


_WHY = {
    400: "The request is not right; `problems` says where",
    404: "There is no such silence, or it is over",
    413: "The body is too large",
    415: "The body is not application/json",
    503: "The database does not answer",
}


def _refusals(*statuses: int) -> dict[str, Any]:
    refusals = {str(one): _answer(_WHY[one], _reference(Refusal)) for one in statuses if one in _WHY}
    if 401 in statuses:
        refusals["401"] = {"description": "The token is missing or wrong"}
    return dict(sorted(refusals.items()))


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _reference(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}
