"""The condition on a named list: any of its terms occurs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from watcher.match.anchor import Anchor
from watcher.match.forms.words import leaf
from watcher.match.reader import Reader
from watcher.match.syntax import Condition, Hit, Occurrence
from watcher.match.term import Term

if TYPE_CHECKING:
    from watcher.match.view import View
    from watcher.match.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOfList(Condition):
    """`{list: armed-groups}`: a term of the list that applies to the item's language occurs."""

    name: str
    key: ClassVar[str] = "list"
    options: ClassVar[tuple[str, ...]] = ()

    @property
    def label(self) -> str:
        return f"list:{self.name}"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        given = value[cls.key]
        if isinstance(given, list) and given:
            several = ", ".join(f"{{list: {one}}}" for one in given[:3])
            reader.fail("'list' takes one name", cls.key, suggestion=f"any: [{several}]")
            return None
        name = reader.string(given, "the name of a list", cls.key)
        return None if name is None else cls(path=f"{reader.path}.list:{name}", name=name)

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: {"type": "string", "minLength": 1}}

    def holds(self, view: View) -> bool:
        return view.has_list(self.name)

    def occurrences(self, view: View) -> Sequence[Occurrence]:
        return [leaf(*span, self.path) for span in view.list_spans(self.name)]

    def evidence(self, view: View) -> Iterable[Hit]:
        return [Hit(*span, self.path) for span in view.list_spans(self.name)]

    def terms(self, vocabulary: Vocabulary) -> Iterable[Term]:
        return vocabulary.lists[self.name].definition.terms

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:
        return vocabulary.lists[self.name].anchor
