"""The JSON Schemas that editors use: the shipped files are valid by them, and broken ones are not."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from watcher.config.schema import FileKind, file_schema

CONFIG = Path(__file__).resolve().parents[3] / "config"
FOLDERS = {kind: CONFIG / kind.value for kind in FileKind if kind is not FileKind.MAIN}
SHIPPED = [(FileKind.MAIN, CONFIG / "watcher.yml")] + [
    (kind, path) for kind, folder in FOLDERS.items() for path in sorted(folder.glob("*.yml"))
]


@cache
def validator(kind: FileKind) -> Draft202012Validator:
    return Draft202012Validator(file_schema(kind))


def errors(kind: FileKind, value: Any) -> list[str]:
    return [error.message for error in validator(kind).iter_errors(value)]


@pytest.mark.parametrize("kind", FileKind)
def test_a_schema_is_one(kind: FileKind) -> None:
    Draft202012Validator.check_schema(file_schema(kind))


@pytest.mark.parametrize(
    ("kind", "path"), SHIPPED, ids=[f"{path.parent.name}/{path.name}" for _, path in SHIPPED]
)
def test_a_shipped_file_is_valid(kind: FileKind, path: Path) -> None:
    assert errors(kind, yaml.safe_load(path.read_text("utf-8"))) == []


def test_every_kind_of_file_is_shipped() -> None:
    assert {kind for kind, _ in SHIPPED} == set(FileKind)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FileKind.MAIN, "databse: sqlite:///x.db"),
        (FileKind.MAIN, "channels: {one: {type: pigeon}}"),
        (FileKind.MAIN, "channels: {one: {type: slack, channel: '#x'}}"),
        (FileKind.MAIN, "routes: [{to: console, whn: {}}]"),
        (FileKind.FEEDS, "feeds: [{id: a}]"),
        (FileKind.FEEDS, "feeds: [{id: a, url: https://a.example, intervall: 5m}]"),
        (FileKind.FEEDS, "feeds: {a: https://a.example}"),
        (FileKind.RULES, "rules: [{match: raid}]"),
        (FileKind.RULES, "rules: [{id: Not Kebab, match: raid}]"),
        (FileKind.RULES, "rules: [{id: a}]"),
        (FileKind.RULES, "rules: [{id: a, match: 'a*'}]"),
        (FileKind.RULES, "rules: [{id: a, match: {any: ['ab*']}}]"),
        (FileKind.RULES, "rules: [{id: a, match: ' '}]"),
        (FileKind.RULES, "rules: [{id: a, match: {lemma: cross over}}]"),
        (FileKind.RULES, "rules: [{id: a, match: {language: french}}]"),
        (FileKind.RULES, "rules: [{id: a, match: raid, from: {}}]"),
        (FileKind.RULES, "rules: [{id: a, match: raid, from: {languages: [french]}}]"),
        (FileKind.RULES, "rules: [{id: a, match: {near: [raid, {none: [film]}], within: 5}}]"),
        (FileKind.RULES, "rules: [{id: a, match: {same_sentence: [raid, {language: fr}]}}]"),
        (FileKind.LISTS, "lists: {a: {en: ['a*']}}"),
        (FileKind.RULES, "rules: [{id: a, match: raid, severity: urgent}]"),
        (FileKind.RULES, "rules: [{id: a, match: {near: [raid, attack]}}]"),
        (FileKind.RULES, "rules: [{id: a, match: {nera: [raid, attack], within: 5}}]"),
        (FileKind.RULES, "rules: [{id: a, match: {any: []}}]"),
        (FileKind.RULES, "rules: [{id: a, match: raid, tests: [{title: x, expect: maybe}]}]"),
        (FileKind.RULES, "rules: [{id: a, match: raid, max_age: 2 days}]"),
        (FileKind.LISTS, "lists: {arms: {english: [rifle]}}"),
        (FileKind.LISTS, "lists: {arms: []}"),
        (FileKind.LISTS, "lists: [rifle]"),
        (FileKind.PLACES, "places: [{name: Ras Jedir}]"),
        (FileKind.PLACES, "places: [{name: Ras Jedir, country: TN, lat: north, lon: 11}]"),
    ],
)
def test_a_broken_file_is_refused(kind: FileKind, text: str) -> None:
    assert errors(kind, yaml.safe_load(text))
