"""From libyaml's events to plain data with the line and column of each value; `source` drives it.

Events, never a tree of libyaml's making: composing nests C calls as deep as the document does, so that a line of
brackets would end the process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, cast

from yaml import CSafeLoader, events

from watcher.config.scalar import SubstitutionError, plain, substitute
from watcher.errors import Problem

MAX_DEPTH = 64
MAX_ALIASED_NODES = 1_000_000

_STRING_TAGS = ("!", "tag:yaml.org,2002:str")


class Mark(Protocol):
    """A place in a file; both count from 0."""

    line: int
    column: int


class UnreadableError(Exception):
    """The rest of the file is of no use; the problem is noted."""


class Composer:
    """Turns the events of one file into data, noting marks and problems; never recurses.

    Mapping keys are always texts. `marks` holds, by `id` of a list the marks of its members, by `id` of a mapping
    the pair of marks of each key and value. `top` is the document's value.
    """

    def __init__(self, path: Path, environ: Mapping[str, str] | None) -> None:
        self.path = path
        self.environ = environ
        self.problems: list[Problem] = []
        self.marks: dict[int, Any] = {}
        self.top: Any = None
        self.documents = 0
        self._stack: list[
            tuple[Any, Any, str | None, int]
        ] = []  # open collections: data, marks, anchor, count
        self._key: tuple[str, Mark] | None = None
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0
        self._aliased = 0

    def feed(self, data: bytes) -> None:
        """Take the whole file; raises `UnreadableError` or `yaml.YAMLError` where it cannot go on."""
        # By the type of the event; the ends of documents and of the stream say nothing.
        take: dict[type, Callable[[Any], None]] = {
            events.ScalarEvent: self._scalar,
            events.MappingStartEvent: lambda event: self._open(event, {}, {}),
            events.SequenceStartEvent: lambda event: self._open(event, [], []),
            events.MappingEndEvent: self._close,
            events.SequenceEndEvent: self._close,
            events.AliasEvent: self._alias,
            events.DocumentStartEvent: self._document,
        }
        get_event = CSafeLoader(data).get_event
        while (event := get_event()) is not None:
            if (taken := take.get(type(event))) is not None:
                taken(event)

    def note(self, mark: Mark, message: str, suggestion: str | None = None) -> None:
        self.problems.append(
            Problem(
                message=message,
                path=self.path,
                line=mark.line + 1,
                column=mark.column + 1,
                suggestion=suggestion,
            )
        )

    def _scalar(self, event: Any) -> None:
        mark, text, style = event.start_mark, event.value, event.style
        self._count += 1
        if event.tag is not None and event.tag not in _STRING_TAGS:
            self._refuse_tag(event)
        if self._wants_key():
            if not style and text == "<<":
                self.note(mark, "merge keys (<<) are not supported", "write the keys out")
            self._key = (text, mark)
            return
        if self.environ is not None and "${" in text:
            value: Any = self._filled(text, mark)
        else:
            value = text if style or event.tag is not None else plain(text)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1)
        self._add(value, mark)

    def _open(self, event: Any, value: Any, marks: Any) -> None:
        self._count += 1
        if event.tag is not None:
            self._refuse_tag(event)
        if self._wants_key():
            self.note(event.start_mark, "a key must be a text, not a list or a mapping")
            raise UnreadableError
        if len(self._stack) >= MAX_DEPTH:
            self.note(event.start_mark, f"nested more than {MAX_DEPTH} levels deep")
            raise UnreadableError
        self._add(value, event.start_mark)
        self.marks[id(value)] = marks
        self._stack.append((value, marks, event.anchor, self._count))
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)

    def _close(self, _: Any) -> None:
        value, _, anchor, start = self._stack.pop()
        if anchor is not None:
            self._anchors[anchor] = (value, self._count - start + 1)

    def _alias(self, event: Any) -> None:
        if self._wants_key():
            self.note(event.start_mark, "an alias cannot be a key")
            raise UnreadableError
        found = self._anchors.get(event.anchor)
        if found is None:
            hint = f'a wildcard needs quotes: "*{event.anchor}"'
            self.note(event.start_mark, f"the alias *{event.anchor} has no anchor before it", hint)
            found = (None, 1)
        value, nodes = found
        self._count += nodes
        self._aliased += nodes
        if self._aliased > MAX_ALIASED_NODES:
            self.note(event.start_mark, f"aliases unfold to more than {MAX_ALIASED_NODES:,} values")
            raise UnreadableError
        self._add(value, event.start_mark)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self.note(event.start_mark, "a second document begins here", "keep one document in a file")
            raise UnreadableError

    def _wants_key(self) -> bool:
        return self._key is None and bool(self._stack) and type(self._stack[-1][0]) is dict

    def _add(self, value: Any, mark: Mark) -> None:
        if not self._stack:
            self.top = value
            return
        container, marks, _, _ = self._stack[-1]
        if self._key is None:
            container.append(value)
            marks.append(mark)
            return
        (key, key_mark), self._key = self._key, None
        if key in container:
            self.note(
                key_mark, f'the key "{key}" was given before', f"first on line {marks[key][0].line + 1}"
            )
            return
        container[key] = value
        marks[key] = (key_mark, mark)

    def _filled(self, text: str, mark: Mark) -> str:
        try:
            return substitute(text, cast("Mapping[str, str]", self.environ))
        except SubstitutionError as error:
            self.note(mark, str(error))
            return ""

    def _refuse_tag(self, event: Any) -> None:
        self.note(
            event.start_mark, f"tags are not supported ({event.tag})", "quote the value to make it a text"
        )
