"""Conditions that count and weigh: `count … min`, `score … threshold`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from watcher.match.anchor import Anchor, quorum
from watcher.match.reader import Reader
from watcher.match.syntax import Condition, Hit

if TYPE_CHECKING:
    from watcher.match.view import View
    from watcher.match.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Condition):
    """`{count: …, min: 3}`: occurs at least so many times, in different stretches of the text."""

    condition: Condition
    least: int
    key: ClassVar[str] = "count"
    options: ClassVar[tuple[str, ...]] = ("min",)
    unplaced_because: ClassVar[str | None] = "several occurrences have no single place in the text"

    @property
    def children(self) -> tuple[Condition, ...]:
        return (self.condition,)

    @property
    def label(self) -> str:
        return f"at least {self.least} times"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        condition = reader.at(cls.key, path=f"{reader.path}.count").condition(value[cls.key])
        if "min" not in value:
            reader.fail("'count' needs the least number of times", suggestion="min: 3")
            return None
        least = reader.whole_number(value["min"], "min", "min")
        if condition is None or least is None or not reader.placed((condition,), cls.key):
            return None
        return cls(path=reader.path, condition=condition, least=least)

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: {"$ref": "#/$defs/condition"}, "min": {"type": "integer", "minimum": 1}}

    def holds(self, view: View) -> bool:
        stretches = {(one.field, one.start, one.end) for one in self.condition.occurrences(view)}
        return len(stretches) >= self.least

    def evidence(self, view: View) -> Iterable[Hit]:
        return self.condition.evidence(view)

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:
        return self.condition.anchor(vocabulary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(Condition):
    """`{score: [{term: …, weight: 4}, …], threshold: 10}`: the weights of the conditions that hold suffice.

    A condition counts once, however often it occurs. Negative weights speak against. The form is that of Europe
    Media Monitor's alerts (JRC63805).
    """

    conditions: tuple[Condition, ...]
    weights: tuple[float, ...]
    threshold: float
    key: ClassVar[str] = "score"
    options: ClassVar[tuple[str, ...]] = ("threshold",)
    denies: ClassVar[bool] = True  # weights may be negative
    unplaced_because: ClassVar[str | None] = "a sum of weights has no place in the text"

    @property
    def children(self) -> tuple[Condition, ...]:
        return self.conditions

    @property
    def label(self) -> str:
        return f"score of {self.threshold:g} or more"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        entries = value[cls.key]
        if not isinstance(entries, list) or not entries:
            reader.fail("'score' takes a list", cls.key, suggestion="score: [{term: …, weight: 4}, …]")
            return None
        read = [
            cls._entry(reader.at(cls.key, at, path=f"{reader.path}.score[{at}]"), e)
            for at, e in enumerate(entries)
        ]
        if "threshold" not in value:
            reader.fail("'score' needs a threshold", suggestion="threshold: 10")
            return None
        threshold = reader.number(value["threshold"], "threshold", "threshold")
        kept = [entry for entry in read if entry is not None]
        if threshold is None or len(kept) < len(read):
            return None
        return cls._checked(reader, kept, threshold)

    @classmethod
    def _entry(cls, reader: Reader, entry: object) -> tuple[Condition, float] | None:
        if not isinstance(entry, Mapping) or "term" not in entry or "weight" not in entry:
            reader.fail("an entry of 'score' needs a term and its weight", suggestion="{term: …, weight: 4}")
            return None
        reader.check_keys(entry, ("term", "weight"))
        condition = reader.at("term").condition(entry["term"])
        weight = reader.number(entry["weight"], "weight", "weight")
        return None if condition is None or weight is None else (condition, weight)

    @classmethod
    def _checked(
        cls, reader: Reader, entries: Sequence[tuple[Condition, float]], threshold: float
    ) -> Condition | None:
        reachable = sum(weight for _, weight in entries if weight > 0)
        if threshold <= 0:
            reader.fail("the threshold must be above 0, or the rule fires on everything", "threshold")
            return None
        if reachable < threshold:
            reader.fail(
                f"all weights together give {reachable:g}: {threshold:g} is never reached", "threshold"
            )
            return None
        conditions, weights = zip(*entries, strict=True)
        return cls(path=reader.path, conditions=conditions, weights=weights, threshold=threshold)

    @classmethod
    def schema(cls) -> dict[str, object]:
        entry = {
            "type": "object",
            "properties": {"term": {"$ref": "#/$defs/condition"}, "weight": {"type": "number"}},
            "required": ["term", "weight"],
            "additionalProperties": False,
        }
        return {
            cls.key: {"type": "array", "items": entry, "minItems": 1},
            "threshold": {"type": "number", "exclusiveMinimum": 0},
        }

    def score(self, view: View) -> float:
        """Add up the weights of the conditions that hold."""
        pairs = zip(self.conditions, self.weights, strict=True)
        return sum(weight for condition, weight in pairs if condition.holds(view))

    def holds(self, view: View) -> bool:
        return self.score(view) >= self.threshold

    def evidence(self, view: View) -> Iterable[Hit]:
        return (hit for one in self.conditions if one.holds(view) for hit in one.evidence(view))

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:
        anchors = [condition.anchor(vocabulary) for condition in self.conditions]
        return quorum(anchors, self.weights, self.threshold)
