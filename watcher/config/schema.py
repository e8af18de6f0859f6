"""JSON Schemas of the configuration's files, for editors; made from the models and parsers that read the files.

The parsers are stricter: they also check what one value says of another.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class FileKind(StrEnum):
    """The kinds of file that make up a configuration."""

    MAIN = "main"
    FEEDS = "feeds"
    RULES = "rules"
    LISTS = "lists"
    PLACES = "places"


def file_schema(kind: FileKind) -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of one kind of file."""
    return {"$schema": _DIALECT, "title": f"watcher: {kind}", **_BODIES[kind]()}


def _main() -> dict[str, Any]:
    from watcher.config.models import Settings

    return _without_title(Settings.model_json_schema(by_alias=True))


def _feeds() -> dict[str, Any]:
    from watcher.config.entries import FeedsFile

    return _without_title(FeedsFile.model_json_schema(by_alias=True))


def _places() -> dict[str, Any]:
    from watcher.config.entries import PlacesFile

    return _without_title(PlacesFile.model_json_schema(by_alias=True))


def _rules() -> dict[str, Any]:
    from watcher.match.yaml import condition_schema, filter_schema, rule_schema

    rule = rule_schema()
    veto = {key: value for key, value in filter_schema().items() if key != "$defs"}
    definitions = rule.pop("$defs", {}) | condition_schema().get("$defs", {})
    condition = {key: value for key, value in condition_schema().items() if key != "$defs"}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "define": {
                "type": "object",
                "description": "Conditions by name, for `use` in this file.",
                "additionalProperties": condition,
            },
            "rules": {"type": "array", "items": rule},
            "filters": {"type": "array", "items": veto},
        },
        "$defs": definitions,
    }


def _lists() -> dict[str, Any]:
    from watcher.match.yaml import list_schema

    terms = list_schema()
    definitions = terms.pop("$defs", {})
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {"lists": {"type": "object", "additionalProperties": terms}},
        **({"$defs": definitions} if definitions else {}),
    }


def _without_title(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}


_BODIES = {
    FileKind.MAIN: _main,
    FileKind.FEEDS: _feeds,
    FileKind.RULES: _rules,
    FileKind.LISTS: _lists,
    FileKind.PLACES: _places,
}
