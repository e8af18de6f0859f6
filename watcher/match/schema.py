"""JSON Schemas of conditions, rules and lists, put together from what each form says of itself.

For editors and documentation. The parser is stricter: it also refuses what a schema cannot express.
"""

from __future__ import annotations

from typing import Any

from watcher.match.forms import FORMS
from watcher.match.forms.facts import LANGUAGES_SCHEMA
from watcher.match.rate_reader import when_schema
from watcher.match.rule_reader import DURATION, EXPECTATIONS, GROUPS
from watcher.match.syntax import Status
from watcher.types import Severity, Tlp

_TEXT = {"type": "string", "minLength": 1, "pattern": r"\S"}
_TERM = {
    **_TEXT,
    # A wildcard on fewer than three letters, as far as the regular expressions of all editors know letters.
    "not": {"pattern": r"(^|\s)(\*|\w{1,2}\*|\*\w{1,2})(\s|$)"},
}
_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_CONDITION = {"$ref": "#/$defs/condition"}
_ID = "^[a-z0-9]+(-[a-z0-9]+)*$"
_LANGUAGE = "^[a-z]{2,3}$"
_DURATION = {"type": "string", "minLength": 2, "pattern": f"^{DURATION.pattern}$"}


def condition_schema() -> dict[str, Any]:
    """Give the schema of a condition; it refers to itself as `#/$defs/condition`."""
    return {"$ref": "#/$defs/condition", "$defs": _definitions()}


def rule_schema() -> dict[str, Any]:
    """Give the schema of an entry of `rules:`."""
    return {
        **_mapping(
            {
                "id": {"type": "string", "pattern": _ID},
                "title": _TEXT,
                "description": _TEXT,
                "false_positives": _TEXTS,
                "severity": {"enum": [severity.label for severity in Severity]},
                "status": {"enum": [status.value for status in Status]},
                "tags": _TEXTS,
                "tlp": {"enum": [tlp.label for tlp in Tlp]},
                "from": {
                    **_mapping({"feeds": _TEXTS, "tags": _TEXTS, "languages": LANGUAGES_SCHEMA}),
                    "minProperties": 1,
                },
                "match": _CONDITION,
                "when": when_schema(_CONDITION, _DURATION),
                "unless": _CONDITION,
                "max_age": _DURATION,
                "latency": _DURATION,
                "alert": _mapping({"group": {"enum": list(GROUPS)}, "remind": _DURATION}),
                "tests": {"type": "array", "items": _test_schema()},
            },
            required=["id"],
        ),
        "oneOf": [{"required": ["match"]}, {"required": ["when"]}],
        "$defs": _definitions(),
    }


def filter_schema() -> dict[str, Any]:
    """Give the schema of an entry of `filters:`."""
    properties = {
        "id": {"type": "string", "pattern": _ID},
        "description": _TEXT,
        "applies_to": _TEXTS,
        "unless": _CONDITION,
    }
    required = ["id", "applies_to", "unless"]
    return {**_mapping(properties, required=required), "$defs": _definitions()}


def list_schema() -> dict[str, Any]:
    """Give the schema of an entry of `lists:`."""
    terms = {"type": "array", "items": _TERM, "minItems": 1}
    exact = {"type": "array", "items": _TEXT, "minItems": 1}
    groups = {
        "type": "object",
        "properties": {"any": terms, "exact": exact},
        "patternProperties": {_LANGUAGE: terms},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [terms, groups]}


def _definitions() -> dict[str, Any]:
    forms, placed = [], []
    for form in FORMS.values():
        keys = form.schema()
        schema = _mapping(keys, required=[key for key in keys if key not in form.optional])
        forms.append(schema)
        # A definition that is used may be anything: the reader knows it.
        if getattr(form, "unplaced_because", None) is None:
            placed.append(schema)
    return {"condition": {"anyOf": [_TERM, *forms]}, "placed": {"anyOf": [_TERM, *placed]}}


def _test_schema() -> dict[str, Any]:
    properties = {
        "title": _TEXT,
        "body": _TEXT,
        "language": {"type": "string", "pattern": _LANGUAGE},
        "expect": {"enum": list(EXPECTATIONS)},
    }
    return _mapping(properties, required=["title", "expect"])


def _mapping(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema
