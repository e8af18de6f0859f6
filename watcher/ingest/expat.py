"""The standard library's XML parser, made to hold each entry back until it is known who can read it.

In: bytes of a document. Out: calls of feedparser's handlers for all of it, but for entries that `plainentries` can read.
Called by `feedxml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.parsers.expat import errors
from xml.sax.expatreader import ExpatParser

from watcher.ingest.plainentries import Event, PlainEntries

_ENTRIES = frozenset({"item", "http://www.w3.org/2005/Atom entry"})
"""As expat names them. Those of other formats, RSS 1.0 among them, are left to feedparser."""
_AFTER_ROOT = errors.codes[errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]


class Expat(ExpatParser):
    """Drives feedparser's handlers, with a text in one piece instead of line by line.

    Args:
        handler: feedparser's strict parser, within the bounds of `feedxml`.
    """

    _parser: Any
    _cont_handler: Any

    def __init__(self, handler: Any) -> None:
        super().__init__()
        self._entries = PlainEntries(handler)
        self._entry = ""
        self._held: list[Event] | None = None
        self._declared: dict[int, list[tuple[str | None, str]]] = {}
        self._within = 0
        self.setContentHandler(handler)

    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = True
        self._parser.buffer_size = 65_536

    def _reset_cont_handler(self) -> None:
        # The library hands these straight to the handlers.
        self._parser.ProcessingInstructionHandler = self.processing_instruction
        self._parser.CharacterDataHandler = self.character_data

    def end_of_root(self) -> int | None:
        """Give the offset of what stopped the parser after a whole root; None where it stopped elsewhere."""
        # Where only the end of the document told the library so, it has put a parser in place that remembers less.
        stopped_by = getattr(self._parser, "ErrorCode", None)
        return self._parser.ErrorByteIndex if stopped_by == _AFTER_ROOT else None

    def start_element_ns(self, name: str, attrs: Mapping[str, str]) -> None:
        if self._held is not None:
            self._held.append((name, attrs))
            self._within += 1
        elif name in _ENTRIES and not attrs and self._entries.can_begin():
            self._held, self._declared = [], {}
            self._entry = name
        else:
            super().start_element_ns(name, attrs)

    def end_element_ns(self, name: str) -> None:
        if self._held is None:
            super().end_element_ns(name)
        elif self._within:
            self._held.append(None)
            self._within -= 1
        else:
            self._end_entry(name, self._held)

    def _end_entry(self, name: str, held: list[Event]) -> None:
        inside = held.count(None)
        elements, texts = 1 + inside, len(held) - 2 * inside
        if self._cont_handler.has_room(elements, texts) and self._entries.read(held):
            self._cont_handler.count(elements, texts)
            self._held = None
        else:
            self._let_go(held)
            super().end_element_ns(name)

    def character_data(self, data: str) -> None:
        if self._held is not None:
            self._held.append(data)
        else:
            super().character_data(data)

    def processing_instruction(self, target: str, data: str) -> None:
        if self._held is not None:
            self._let_go(self._held)
        super().processing_instruction(target, data)

    def start_namespace_decl(self, prefix: str | None, uri: str) -> None:
        if self._held is None:
            super().start_namespace_decl(prefix, uri)
        elif self._entries.may_declare(prefix, uri):
            self._declared.setdefault(len(self._held), []).append((prefix, uri))
        else:
            self._let_go(self._held)
            super().start_namespace_decl(prefix, uri)

    def end_namespace_decl(self, prefix: str | None) -> None:
        if self._held is None:
            super().end_namespace_decl(prefix)

    def _let_go(self, held: list[Event]) -> None:
        """Hand over what was held back of an entry, and hold back no more of it."""
        self._held, self._within = None, 0
        super().start_element_ns(self._entry, {})
        opened: list[tuple[str, int]] = []
        for place, event in enumerate(held):
            if event is None:
                name, begun_at = opened.pop()
                super().end_element_ns(name)
                for prefix, _ in reversed(self._declared.get(begun_at, [])):
                    super().end_namespace_decl(prefix)
            elif isinstance(event, str):
                super().character_data(event)
            else:
                self._declare(place)
                opened.append((event[0], place))
                super().start_element_ns(*event)
        self._declare(len(held))

    def _declare(self, place: int) -> None:
        for declared in self._declared.get(place, []):
            super().start_namespace_decl(*declared)
