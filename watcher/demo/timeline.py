"""When the demo shows which entry: `seeds/timeline.yml` as values, and what it means at one moment.

In: the timeline file and the seed documents. Out: per feed, what is hidden and what is edited. Called by `server`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from watcher.demo.document import SUFFIXES, SeedDocument, read_document
from watcher.errors import WatcherError


class SeedError(WatcherError):
    """The sample feeds cannot be used; the text says which file and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """An entry that appears at `at` after the beginning."""

    at: timedelta
    feed: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """An entry whose text changes at `at`: `replace` are pairs of old and new text."""

    at: timedelta
    feed: str
    entry: str
    replace: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All that happens in the demo. `written_at` is the moment that the dates in the seed files are relative to."""

    written_at: datetime
    appear: tuple[Appearance, ...]
    edit: tuple[Edit, ...]

    @property
    def steps(self) -> tuple[Appearance | Edit, ...]:
        """All that happens, appearances before edits."""
        return (*self.appear, *self.edit)

    @property
    def end(self) -> timedelta:
        """When the last thing happens."""
        return max((step.at for step in self.steps), default=timedelta())

    def hidden(self, feed: str, elapsed: timedelta) -> frozenset[str]:
        """Give the ids of the entries of `feed` that have not appeared yet."""
        return frozenset(step.entry for step in self.appear if step.feed == feed and step.at > elapsed)

    def edited(self, document: SeedDocument, elapsed: timedelta) -> dict[str, str]:
        """Give the new text of the entries that have been edited by now, by id."""
        texts: dict[str, str] = {}
        for step in self.edit:
            if step.feed == document.feed and step.at <= elapsed:
                text = texts.get(step.entry, document.entries[step.entry])
                for old, new in step.replace:
                    text = text.replace(old, new)
                texts[step.entry] = text
        return texts

    def changed_at(self, feed: str, elapsed: timedelta) -> timedelta:
        """Give when `feed` last changed; zero when it never did."""
        steps = (step for step in self.steps if step.feed == feed and step.at <= elapsed)
        return max((step.at for step in steps), default=timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """The sample feeds of a folder, by feed id, and their timeline."""

    documents: Mapping[str, SeedDocument]
    timeline: Timeline


def read_seeds(folder: Path) -> Seeds:
    """Read `feeds/*` and `timeline.yml` of a seeds folder.

    Raises:
        SeedError: a file is missing, or the timeline names a feed, an entry or a text that does not exist.
    """
    try:
        files = sorted(path for path in (folder / "feeds").iterdir() if path.suffix in SUFFIXES)
        documents = {path.stem: read_document(path.name, path.read_text("utf-8")) for path in files}
        timeline = _timeline(yaml.safe_load((folder / "timeline.yml").read_text("utf-8")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise SeedError(f"cannot read the sample feeds in {folder}: {error!r}") from error
    for step in timeline.steps:
        _check(step, documents)
    return Seeds(documents=documents, timeline=timeline)


def _timeline(data: Mapping[str, Any]) -> Timeline:
    return Timeline(
        written_at=data["written_at"].astimezone(UTC),
        appear=tuple(
            Appearance(at=timedelta(seconds=step["at"]), feed=step["feed"], entry=step["entry"])
            for step in data["appear"]
        ),
        edit=tuple(
            Edit(
                at=timedelta(seconds=step["at"]),
                feed=step["feed"],
                entry=step["entry"],
                replace=tuple(step["replace"].items()),
            )
            for step in data["edit"]
        ),
    )


def _check(step: Appearance | Edit, documents: Mapping[str, SeedDocument]) -> None:
    document = documents.get(step.feed)
    if document is None:
        raise SeedError(f"timeline.yml names the feed {step.feed}, which is not in feeds/")
    text = document.entries.get(step.entry)
    if text is None:
        raise SeedError(f"timeline.yml names the entry {step.entry}, which is not in {step.feed}")
    for old, _ in step.replace if isinstance(step, Edit) else ():
        if old not in text:
            raise SeedError(f"timeline.yml edits {old!r}, which the entry {step.entry} does not contain")
