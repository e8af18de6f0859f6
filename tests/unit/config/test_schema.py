"""The JSON Schemas: they know every key that the loader knows, and no reference in them hangs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from watcher.config.complaint import keys
from watcher.config.entries import FeedEntry, PlaceEntry
from watcher.config.models import EmailSettings, Settings, SlackSettings
from watcher.config.schema import FileKind, file_schema


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Give every mapping in a schema."""
    if isinstance(schema, dict):
        yield schema
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from nodes(inner)


@pytest.mark.parametrize("kind", FileKind)
def test_a_schema_is_json_and_its_references_are_there(kind: FileKind) -> None:
    schema = json.loads(json.dumps(file_schema(kind)))
    references = {node["$ref"] for node in nodes(schema) if isinstance(node.get("$ref"), str)}
    assert references <= {f"#/$defs/{name}" for name in schema.get("$defs", {})}
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("kind", "name", "model"),
    [
        (FileKind.MAIN, None, Settings),
        (FileKind.MAIN, "SlackSettings", SlackSettings),
        (FileKind.MAIN, "EmailSettings", EmailSettings),
        (FileKind.FEEDS, "FeedEntry", FeedEntry),
        (FileKind.PLACES, "PlaceEntry", PlaceEntry),
    ],
)
def test_a_schema_has_the_keys_of_the_model_and_no_others(
    kind: FileKind, name: str | None, model: Any
) -> None:
    schema = file_schema(kind)
    section = schema["$defs"][name] if name else schema
    assert set(section["properties"]) == set(keys(model))
    assert section["additionalProperties"] is False


def test_a_secret_or_its_file_is_required() -> None:
    slack = file_schema(FileKind.MAIN)["$defs"]["SlackSettings"]
    assert slack["required"] == ["channel"]
    assert slack["allOf"] == [{"oneOf": [{"required": ["token"]}, {"required": ["token_file"]}]}]


def test_rules_and_lists_come_from_the_rule_language() -> None:
    rules, lists = file_schema(FileKind.RULES), file_schema(FileKind.LISTS)
    assert {"id", "match", "unless", "tests"} <= set(rules["properties"]["rules"]["items"]["properties"])
    assert "lists" in lists["properties"]
