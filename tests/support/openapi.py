"""Holds what the HTTP API does against its OpenAPI document."""

from __future__ import annotations

import re
from typing import Any

from jsonschema import Draft202012Validator

from watcher.web.openapi import document


def errors_in(schema: dict[str, Any], value: Any) -> list[str]:
    """Say what in a value the schema of a part of the document does not allow."""
    whole = {"components": document()["components"], **schema}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def operation(method: str, path: str) -> dict[str, Any] | None:
    """Find the operation that a request is of; None where the document knows none."""
    for template, operations in document()["paths"].items():
        pattern = re.sub(r"\\{[^}]+\\}", "[A-Za-z0-9-]{1,40}", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in operations:
            found: dict[str, Any] = operations[method.lower()]
            return found
    return None


def check_answer(method: str, path: str, *, asked: Any, status: int, told: Any) -> None:
    """Fail where an answer, or a request that was done, is not as the document says."""
    known = operation(method, path)
    if known is None:
        assert status == 404, "what the document does not know, the service does not either"
        return
    assert str(status) in known["responses"], f"{method} {path} answers {status}, which is not documented"
    if "content" in known["responses"][str(status)]:
        schema = known["responses"][str(status)]["content"]["application/json"]["schema"]
        assert errors_in(schema, told) == []
    if "requestBody" in known and status == 201:
        schema = known["requestBody"]["content"]["application/json"]["schema"]
        assert errors_in(schema, asked) == []
