"""The condition that another holds in one part of the item: `{field: title, match: …}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, cast, get_args

from watcher.match.anchor import Anchor
from watcher.match.reader import Reader
from watcher.match.slips import did_you_mean
from watcher.match.syntax import Condition, Hit, Occurrence
from watcher.match.view import ScopeName

if TYPE_CHECKING:
    from watcher.match.view import View
    from watcher.match.vocabulary import Vocabulary

_NAMES: tuple[str, ...] = get_args(ScopeName)


def _wide(fields: tuple[ScopeName, ...]) -> tuple[ScopeName, ...]:
    return (*fields, "title", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class InField(Condition):
    """`{field: title, match: …}`: holds when only these fields are looked at. `lead` is title and two sentences."""

    fields: tuple[ScopeName, ...]
    condition: Condition
    is_tried_wide: bool = field(compare=False, default=False)
    key: ClassVar[str] = "field"
    options: ClassVar[tuple[str, ...]] = ("match",)

    @property
    def children(self) -> tuple[Condition, ...]:
        return (self.condition,)

    @property
    def label(self) -> str:
        return f"field:{','.join(self.fields)}"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        names = reader.strings(value[cls.key], "'field'", cls.key)
        if "match" not in value:
            reader.fail("'field' needs the condition that must hold there", suggestion="match: …")
            return None
        shown = ",".join(names) if names else "?"
        condition = reader.at("match", path=f"{reader.path}.field:{shown}").condition(value["match"])
        if names is None or condition is None or not cls._known(reader, names):
            return None
        return cls.over(cast("tuple[ScopeName, ...]", names), condition, path=reader.path)

    @classmethod
    def over(cls, fields: tuple[ScopeName, ...], condition: Condition, *, path: str) -> InField:
        """Make it of its parts."""
        can_grow = not any(one.denies for one in condition.subtree())
        is_tried_wide = "lead" in fields and can_grow
        return cls(path=path, fields=fields, condition=condition, is_tried_wide=is_tried_wide)

    @classmethod
    def _known(cls, reader: Reader, names: tuple[str, ...]) -> bool:
        unknown = [name for name in names if name not in _NAMES]
        for name in unknown:
            hint = did_you_mean(name, _NAMES) or f"one of {', '.join(_NAMES)}"
            reader.fail(f"items have no field '{name}'", cls.key, suggestion=hint)
        return not unknown

    @classmethod
    def schema(cls) -> dict[str, object]:
        name = {"enum": list(_NAMES)}
        return {
            cls.key: {"anyOf": [name, {"type": "array", "items": name, "minItems": 1}]},
            "match": {"$ref": "#/$defs/condition"},
        }

    def holds(self, view: View) -> bool:
        # Finding the lead takes the words of the whole text: not for a condition that does not even hold on all of it.
        if self.is_tried_wide and not self.condition.holds(view.inside(_wide(self.fields))):
            return False
        return self.condition.holds(view.inside(self.fields))

    def occurrences(self, view: View) -> Sequence[Occurrence]:
        return self.condition.occurrences(view.inside(self.fields))

    def evidence(self, view: View) -> Iterable[Hit]:
        return self.condition.evidence(view.inside(self.fields))

    def parts(self, view: View) -> Iterable[tuple[Condition, View]]:
        return ((self.condition, view.inside(self.fields)),)

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:
        return self.condition.anchor(vocabulary)

    def needs(self, vocabulary: Vocabulary) -> tuple[Anchor, ...]:
        return self.condition.needs(vocabulary)

    def ways(self, vocabulary: Vocabulary) -> tuple[tuple[Anchor, ...], ...]:
        return self.condition.ways(vocabulary)
