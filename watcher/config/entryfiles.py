"""Files of feeds and of places → frozen values, with the place of everything that is wrong in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from watcher.config.complaint import validate
from watcher.config.entries import FeedEntry, PlaceEntry
from watcher.config.opml import read_opml
from watcher.config.placed import Placed, members
from watcher.config.section import LoadContext, Section
from watcher.config.source import Source, read_source
from watcher.errors import Problem
from watcher.types import Feed

if TYPE_CHECKING:
    from watcher.text.gazetteer import ExtraPlace

T = TypeVar("T")
EntryT = TypeVar("EntryT", bound=Section)


def open_feeds(path: Path, environ: Mapping[str, str] | None) -> Source:
    """Read a file of feeds: OPML by its suffix, else YAML with environment variables."""
    return read_opml(path) if path.suffix.lower() == ".opml" else read_source(path, environ=environ)


def read_feeds(source: Source) -> Iterator[Placed[Feed] | Problem]:
    """Give the feeds of one file and what is wrong with it."""
    yield from _entries(source, "feeds", FeedEntry, FeedEntry.feed)


def read_places(source: Source) -> Iterator[Placed[ExtraPlace] | Problem]:
    """Give the extra places of one file and what is wrong with it."""
    yield from _entries(source, "places", PlaceEntry, PlaceEntry.place)


def _entries(
    source: Source, key: str, model: type[EntryT], convert: Callable[[EntryT], T]
) -> Iterator[Placed[T] | Problem]:
    context = LoadContext(folder=source.path.parent)
    for raw in members(source, key):
        if isinstance(raw, Problem):
            yield raw
            continue
        entry, problems = validate(model, source, raw.value, at=raw.path, context=context)
        yield from problems
        if entry is not None:
            yield Placed(convert(entry), source, raw.path)
