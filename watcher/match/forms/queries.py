"""The condition that is written as a boolean query: `{query: '"islamic state" AND (cross* OR flee*)'}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from watcher.match.query import QueryError, parse_query
from watcher.match.reader import Reader
from watcher.match.syntax import Condition


class Query:
    """`{query: …}`: stands for the conditions that the query says. It is gone once the rule is read."""

    key: ClassVar[str] = "query"
    options: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        text = value[cls.key]
        if reader.string(text, "the query", cls.key) is None or not isinstance(text, str):
            return None
        try:
            return parse_query(reader, text)
        except QueryError as error:
            message = f"{error} (character {error.at + 1} of the query)"
            reader.fail(message, cls.key, suggestion=error.suggestion, offset=error.at)
            return None

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: {"type": "string", "minLength": 1}}
