"""Values together with where they were written, so that problems found later can still name the place."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from watcher.config.complaint import closest
from watcher.config.source import Source, YamlPath
from watcher.errors import Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A value that was read from `source`, where it stands at `path`."""

    value: T
    source: Source
    path: YamlPath

    def problem(
        self, message: str, *, suggestion: str | None = None, is_warning: bool = False, at: YamlPath = ()
    ) -> Problem:
        """Say what is wrong with the value, or with the part of it at `at`."""
        is_unknown_key = message.startswith("unknown key")
        return self.source.problem(
            self.path + at, message, suggestion=suggestion, is_warning=is_warning, key=is_unknown_key
        )


def members(source: Source, key: str, *, may_have: tuple[str, ...] = ()) -> Iterator[Placed[Any] | Problem]:
    """Give the members of the one list or mapping that a file is about.

    Args:
        source: the file.
        key: the key at its top that holds the list or mapping.
        may_have: other keys that are right in it.

    Yields:
        Each member, still raw, with its place; and problems with the file's shape.
    """
    top = source.value
    if top is None:
        if not source.problems:
            yield source.problem((), "the file is empty", is_warning=True)
        return
    if not isinstance(top, dict):
        yield source.problem((), f"expected a mapping with the key {key}:")
        return
    for name in top:
        if name != key and name not in may_have:
            hint = closest(name, (key, *may_have))
            yield source.problem((name,), f'unknown key "{name}"', suggestion=hint, key=True)
    inside = top.get(key)
    if isinstance(inside, list):
        yield from (Placed(value, source, (key, index)) for index, value in enumerate(inside))
    elif isinstance(inside, dict) and key == "lists":
        yield from (Placed(value, source, (key, name)) for name, value in inside.items())
    elif inside is not None:
        kind = "a mapping of names to lists" if key == "lists" else "a list"
        yield source.problem((key,), f"expected {kind} under {key}:")


def first_of_each(
    placed: Iterable[Placed[T]], identity: Callable[[T], Hashable], what: str
) -> tuple[list[Placed[T]], list[Problem]]:
    """Keep the first of the values that share an identity; each other one is a problem that names both places."""
    first: dict[Hashable, Placed[T]] = {}
    problems = []
    for each in placed:
        before = first.setdefault(identity(each.value), each)
        if before is not each:
            line, _ = before.source.at((*before.path, "id"))
            problems.append(
                each.problem(
                    f'the {what} "{identity(each.value)}" is used twice',
                    suggestion=f"first in {before.source.path}:{line}",
                    at=("id",),
                )
            )
    return list(first.values()), problems
