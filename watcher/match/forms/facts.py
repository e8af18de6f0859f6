"""Conditions on facts of the item: its language, its feed, the feed's tags."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, ClassVar

from watcher.match.reader import Reader
from watcher.match.syntax import Condition

if TYPE_CHECKING:
    from watcher.match.view import View


_LANGUAGE: dict[str, object] = {"type": "string", "pattern": "^[a-z]{2,3}$"}
LANGUAGES_SCHEMA: dict[str, object] = {
    "anyOf": [_LANGUAGE, {"type": "array", "items": _LANGUAGE, "minItems": 1}]
}
"""A language code or several, as a JSON Schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Condition):
    """What facts share: one or several accepted values, and no place in the text."""

    accepted: tuple[str, ...]
    key: ClassVar[str]
    options: ClassVar[tuple[str, ...]] = ()
    unplaced_because: ClassVar[str | None] = "it is a fact of the whole item and stands nowhere in its text"

    @property
    def label(self) -> str:
        return f"{self.key}:{','.join(self.accepted)}"

    @classmethod
    def parse(cls, reader: Reader, value: Mapping[object, object]) -> Condition | None:
        accepted = cls.values(reader, value[cls.key])
        if accepted is None:
            return None
        return cls(path=f"{reader.path}.{cls.key}:{','.join(accepted)}", accepted=accepted)

    @classmethod
    def values(cls, reader: Reader, given: object) -> tuple[str, ...] | None:
        """Read what is accepted; None when a problem was noted."""
        return reader.strings(given, f"'{cls.key}'", cls.key)

    @classmethod
    def schema(cls) -> dict[str, object]:
        text: dict[str, object] = {"type": "string", "minLength": 1}
        return {cls.key: {"anyOf": [text, {"type": "array", "items": text, "minItems": 1}]}}

    @abstractmethod
    def holds(self, view: View) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageIs(Fact):
    """`{language: fr}`: the item is in the language, as an ISO 639-1 code."""

    key: ClassVar[str] = "language"

    @classmethod
    def schema(cls) -> dict[str, object]:
        return {cls.key: LANGUAGES_SCHEMA}

    @classmethod
    def values(cls, reader: Reader, given: object) -> tuple[str, ...] | None:
        return reader.languages(given, cls.key)

    def holds(self, view: View) -> bool:
        return view.document.language in self.accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedIs(Fact):
    """`{feed: tap-*}`: the item came from a feed whose id fits the glob."""

    key: ClassVar[str] = "feed"

    def holds(self, view: View) -> bool:
        return any(fnmatchcase(view.feed.id, glob) for glob in self.accepted)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTagIs(Fact):
    """`{feed_tag: north-africa}`: the item came from a feed with the tag."""

    key: ClassVar[str] = "feed_tag"

    def holds(self, view: View) -> bool:
        return not view.feed.tags.isdisjoint(self.accepted)
