"""The reference to a condition that the file defines by name: `{use: near-the-border}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from watcher.match.reader import Reader
from watcher.match.slips import did_you_mean
from watcher.match.syntax import Condition

_BROKEN = "the definition"
_CIRCLE = "the definition uses itself"


class Use:
    """`{use: name}`: stands for the condition of that name under `define:`. It is gone once the rule is read."""

    key: ClassVar[str] = "use"
    options: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        name = reader.string(value[cls.key], "the name of a definition", cls.key)
        if name is None:
            return None
        if name not in reader.definitions:
            hint = (
                did_you_mean(name, reader.definitions) or "definitions stand under define: in the same file"
            )
            reader.fail(f"nothing is defined as '{name}'", cls.key, suggestion=hint)
            return None
        if name in reader.using:
            circle = " → ".join((*reader.using[reader.using.index(name) :], name))
            reader.fail(f"{_CIRCLE}: {circle}", cls.key)
            return None
        return cls._expanded(reader, name)

    @staticmethod
    def _expanded(reader: Reader, name: str) -> Condition | None:
        """Read the definition as if it stood here; all its problems are told where it is defined."""
        there = reader.at("use", path=f"{reader.path}.use:{name}").expanding(name)
        inside = replace(there, problems=[])
        condition = inside.condition(reader.definitions[name])
        if condition is None:
            cause = inside.problems[0].message
            is_told = cause.startswith((_BROKEN, _CIRCLE))
            reader.fail(cause if is_told else f"{_BROKEN} of '{name}' cannot be used: {cause}", "use")
        return condition

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: {"type": "string", "minLength": 1}}
