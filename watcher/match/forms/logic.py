"""Conditions that combine others: `any`, `all`, `at_least … of`, `none`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from watcher.match.anchor import Anchor, quorum, union
from watcher.match.reader import Reader
from watcher.match.syntax import Condition, Hit, Occurrence
from watcher.match.windows import covering

if TYPE_CHECKING:
    from watcher.match.view import View
    from watcher.match.vocabulary import Vocabulary

CONDITIONS_SCHEMA: dict[str, object] = {
    "type": "array",
    "items": {"$ref": "#/$defs/condition"},
    "minItems": 1,
}
PLACED_SCHEMA: dict[str, object] = {**CONDITIONS_SCHEMA, "items": {"$ref": "#/$defs/placed"}}
"""Conditions that occur somewhere in the text."""

_MOST_WAYS = 200
"""A rule of more alternatives that need several things each is filed under the rarest of each alone."""


def cheapest_first(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """Order conditions so that those that need no places or words are asked first."""
    return tuple(sorted(conditions, key=Condition.effort))


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast(Condition):
    """`{at_least: 2, of: […]}`: so many of the conditions hold. Inside `near`, all of them count as one window."""

    conditions: tuple[Condition, ...]
    need: int
    in_turn: tuple[Condition, ...] = field(init=False, compare=False, repr=False)
    key: ClassVar[str] = "at_least"
    options: ClassVar[tuple[str, ...]] = ("of",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "in_turn", cheapest_first(self.conditions))

    @property
    def children(self) -> tuple[Condition, ...]:
        return self.conditions

    @property
    def label(self) -> str:
        return f"at least {self.need} of {len(self.conditions)}"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        need = reader.whole_number(value[cls.key], "at_least", cls.key)
        if "of" not in value:
            reader.fail("at_least needs the conditions to choose from", suggestion="at_least: 2, of: [ … ]")
            return None
        conditions = reader.conditions(value["of"], "of")
        if need is None or conditions is None:
            return None
        if need > len(conditions):
            reader.fail(f"at least {need} of {len(conditions)} conditions can never hold", cls.key)
            return None
        return cls(path=reader.path, conditions=conditions, need=need)

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: {"type": "integer", "minimum": 1}, "of": CONDITIONS_SCHEMA}

    def holds(self, view: View) -> bool:
        missing = len(self.conditions) - self.need
        for condition in self.in_turn:
            if not condition.holds(view):
                missing -= 1
                if missing < 0:
                    return False
        return True

    def occurrences(self, view: View) -> Sequence[Occurrence]:
        return covering([condition.occurrences(view) for condition in self.conditions], self.need)

    def evidence(self, view: View) -> Iterable[Hit]:
        all_hold = self.need == len(self.conditions)
        return [hit for one in self.conditions if all_hold or one.holds(view) for hit in one.evidence(view)]

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:
        anchors = [condition.anchor(vocabulary) for condition in self.conditions]
        return quorum(anchors, [1.0] * len(anchors), self.need)

    def needs(self, vocabulary: Vocabulary) -> tuple[Anchor, ...]:
        if self.need < len(self.conditions):
            return Condition.needs(self, vocabulary)
        return tuple(anchor for one in self.conditions for anchor in one.needs(vocabulary))


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(AtLeast):
    """`{all: […]}`: every condition holds, anywhere in the item; inside `near`, within its window."""

    key: ClassVar[str] = "all"
    options: ClassVar[tuple[str, ...]] = ()

    @property
    def label(self) -> str:
        return "all"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        conditions = reader.conditions(value[cls.key], cls.key)
        if conditions is None:
            return None
        return cls(path=reader.path, conditions=conditions, need=len(conditions))

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: CONDITIONS_SCHEMA}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(AtLeast):
    """`{any: […]}`: one or more of the conditions hold."""

    key: ClassVar[str] = "any"
    options: ClassVar[tuple[str, ...]] = ()

    @property
    def label(self) -> str:
        return "any"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        conditions = reader.conditions(value[cls.key], cls.key)
        return None if conditions is None else cls(path=reader.path, conditions=conditions, need=1)

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: CONDITIONS_SCHEMA}

    def holds(self, view: View) -> bool:
        return any(condition.holds(view) for condition in self.in_turn)

    def occurrences(self, view: View) -> Sequence[Occurrence]:
        return [one for condition in self.conditions for one in condition.occurrences(view)]

    def ways(self, vocabulary: Vocabulary) -> tuple[tuple[Anchor, ...], ...]:
        ways = [way for one in self.conditions for way in one.ways(vocabulary)]
        single = [way[0] for way in ways if len(way) == 1]
        several = [way for way in ways if len(way) > 1]
        if len(single) + len(several) < len(ways) or len(several) > _MOST_WAYS:
            return (self.needs(vocabulary),)
        # One of many words is one way.
        return (*([(union(single),)] if single else ()), *several)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneOf(Condition):
    """`{none: […]}`: no condition holds. It rests on no text, and so gives no evidence."""

    conditions: tuple[Condition, ...]
    key: ClassVar[str] = "none"
    options: ClassVar[tuple[str, ...]] = ()
    denies: ClassVar[bool] = True
    unplaced_because: ClassVar[str | None] = "what must be absent stands nowhere, so nothing can be near it"

    @property
    def children(self) -> tuple[Condition, ...]:
        return self.conditions

    @property
    def label(self) -> str:
        return "none"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        conditions = reader.conditions(value[cls.key], cls.key)
        return None if conditions is None else cls(path=reader.path, conditions=conditions)

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: CONDITIONS_SCHEMA}

    def holds(self, view: View) -> bool:
        return not any(condition.holds(view) for condition in self.conditions)
