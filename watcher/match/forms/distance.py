"""Conditions on how close others stand: `near`, `sequence`, `same_sentence`, `same_paragraph`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from watcher.match.anchor import Anchor, quorum
from watcher.match.forms.logic import PLACED_SCHEMA, cheapest_first
from watcher.match.reader import Reader
from watcher.match.syntax import Condition, Hit, Occurrence
from watcher.match.windows import covering, in_order

if TYPE_CHECKING:
    from watcher.match.view import View
    from watcher.match.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Together(Condition):
    """What these forms share: all conditions are needed, each occurs somewhere, the best window is the evidence."""

    conditions: tuple[Condition, ...]
    in_turn: tuple[Condition, ...] = field(init=False, compare=False, repr=False)
    key: ClassVar[str]
    options: ClassVar[tuple[str, ...]] = ()
    chooses: ClassVar[bool] = True
    own_effort: ClassVar[int] = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "in_turn", cheapest_first(self.conditions))

    @property
    def children(self) -> tuple[Condition, ...]:
        return self.conditions

    @property
    def label(self) -> str:
        return self.key.replace("_", " ")

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        conditions = cls.read_conditions(reader, value)
        return None if conditions is None else cls(path=reader.path, conditions=conditions)

    @classmethod
    def read_conditions(cls, reader: Reader, value: Mapping[object, object]) -> tuple[Condition, ...] | None:
        """Read the conditions that must stand together."""
        conditions = reader.conditions(value[cls.key], cls.key)
        if conditions is None or not reader.placed(conditions, cls.key):
            return None
        if len(conditions) == 1:
            reader.warn(f"'{cls.key}' with one condition says no more than that condition", cls.key)
        return conditions

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: PLACED_SCHEMA}

    def groups(self, view: View) -> list[Many[Occurrence]]:
        """Give each condition's occurrences; empty when one has none, without looking for the others'."""
        if not all(condition.holds(view) for condition in self.in_turn):
            return []
        return [condition.occurrences(view) for condition in self.conditions]

    def occurrences(self, view: View) -> Many[Occurrence]:
        return view.once(self, self.windows)

    @abstractmethod
    def windows(self, view: View) -> Many[Occurrence]:
        """Find the stretches of text in which all stand together as they must."""

    def evidence(self, view: View) -> Iterable[Hit]:
        found = self.occurrences(view)
        return min(found, key=lambda one: (one.end - one.start, one.start)).parts if found else ()

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:
        anchors = [condition.anchor(vocabulary) for condition in self.conditions]
        return quorum(anchors, [1.0] * len(anchors), len(anchors))

    def needs(self, vocabulary: Vocabulary) -> tuple[Anchor, ...]:
        return tuple(anchor for one in self.conditions for anchor in one.needs(vocabulary))


@dataclass(frozen=True, slots=True, kw_only=True)
class Near(Together):
    """`{near: […], within: 12}`: all occur within so many words, in any order."""

    within: int
    key: ClassVar[str] = "near"
    options: ClassVar[tuple[str, ...]] = ("within",)

    @property
    def label(self) -> str:
        return f"{self.key} within {self.within}"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        conditions = cls.read_conditions(reader, value)
        if "within" not in value:
            reader.fail(f"'{cls.key}' needs a distance in words", suggestion="within: 12")
            return None
        within = reader.whole_number(value["within"], "within", "within")
        if conditions is None or within is None:
            return None
        return cls(path=reader.path, conditions=conditions, within=within)

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: PLACED_SCHEMA, "within": {"type": "integer", "minimum": 1}}

    def windows(self, view: View) -> Many[Occurrence]:
        groups = self.groups(view)
        windows = covering(groups, len(self.conditions)) if groups else ()
        return [window for window in windows if view.is_within(window, self.within)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence(Near):
    """`{sequence: […], within: 6}`: all occur within so many words, in this order, without overlap."""

    key: ClassVar[str] = "sequence"
    options: ClassVar[tuple[str, ...]] = ("within",)

    def windows(self, view: View) -> Many[Occurrence]:
        groups = self.groups(view)
        windows = in_order(groups) if groups else ()
        return [window for window in windows if view.is_within(window, self.within)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SameSentence(Together):
    """`{same_sentence: […]}`: all occur in one sentence."""

    key: ClassVar[str] = "same_sentence"

    def windows(self, view: View) -> Many[Occurrence]:
        groups = self.groups(view)
        return covering(groups, len(self.conditions), view.sentence_of) if groups else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SameParagraph(Together):
    """`{same_paragraph: […]}`: all occur in one paragraph, that is, with no line break between them."""

    key: ClassVar[str] = "same_paragraph"

    def windows(self, view: View) -> Many[Occurrence]:
        groups = self.groups(view)
        return covering(groups, len(self.conditions), view.paragraph_of) if groups else ()
