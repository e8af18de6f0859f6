"""The condition on named entities: `{entity: ORG}`, `{entity: PERSON, match: …}`, by a trained pipeline."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from watcher.match.anchor import Anchor
from watcher.match.forms.words import leaf
from watcher.match.reader import Reader
from watcher.match.syntax import Condition, Occurrence

if TYPE_CHECKING:
    from watcher.match.view import View
    from watcher.match.vocabulary import Vocabulary

_LABEL = re.compile(r"[A-Z][A-Z0-9_-]*")
_PERSONS = frozenset({"PERSON", "PER"})
"""English pipelines say PERSON, most others PER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityIs(Condition):
    """`{entity: ORG}`: the text names an entity of the kind; with `match`, one whose name the condition occurs in."""

    labels: frozenset[str]
    condition: Condition | None = None
    key: ClassVar[str] = "entity"
    options: ClassVar[tuple[str, ...]] = ("match",)
    optional: ClassVar[tuple[str, ...]] = ("match",)
    own_effort: ClassVar[int] = 3
    chooses: ClassVar[bool] = True

    @property
    def children(self) -> tuple[Condition, ...]:
        return () if self.condition is None else (self.condition,)

    @property
    def label(self) -> str:
        return f"entity:{','.join(sorted(self.labels))}"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        labels = reader.strings(value[cls.key], "the kind of an entity", cls.key)
        condition = None
        if "match" in value:
            shown = ",".join(labels) if labels else "?"
            condition = reader.at("match", path=f"{reader.path}.entity:{shown}").condition(value["match"])
            if condition is None or not reader.placed((condition,), "match"):
                return None
        if labels is None or not cls._are_labels(reader, labels):
            return None
        wanted = {label for one in labels for label in (_PERSONS if one in _PERSONS else {one})}
        path = f"{reader.path}.entity:{','.join(labels)}"
        return cls(path=path, labels=frozenset(wanted), condition=condition)

    @classmethod
    def _are_labels(cls, reader: Reader, labels: Sequence[str]) -> bool:
        wrong = [one for one in labels if not _LABEL.fullmatch(one)]
        for one in wrong:
            hint = one.upper() if _LABEL.fullmatch(one.upper()) else "for example PERSON, ORG, GPE"
            reader.fail(
                f"'{one}' is no kind of entity: pipelines name them in capitals", cls.key, suggestion=hint
            )
        return not wrong

    @classmethod
    def schema(cls) -> dict[str, object]:
        text: dict[str, object] = {"type": "string", "pattern": f"^{_LABEL.pattern}$"}
        return {
            cls.key: {"anyOf": [text, {"type": "array", "items": text, "minItems": 1}]},
            "match": {"$ref": "#/$defs/condition"},
        }

    def occurrences(self, view: View) -> Sequence[Occurrence]:
        inside = None if self.condition is None else self.condition.occurrences(view)
        if inside is not None and not inside:
            return ()  # finding entities is the dearest thing there is
        return [
            leaf(field, one.start, one.end, self.path)
            for field, one in view.entities()
            if one.label in self.labels
            and (
                inside is None
                or any(hit.field == field and one.start <= hit.start and hit.end <= one.end for hit in inside)
            )
        ]

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:
        return None if self.condition is None else self.condition.anchor(vocabulary)
