"""The part of `watcher feeds` that changes files: which one, whether it may, and the edit itself."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from watcher.config.edit import EditError, replace_file, with_feeds, without_feed
from watcher.config.entryfiles import open_feeds, read_feeds
from watcher.config.include import find, is_pattern
from watcher.config.load import Config, load
from watcher.config.opml import read_opml, slug
from watcher.config.source import parse_source, read_bytes
from watcher.errors import ConfigError, Problem
from watcher.ingest.mask import masked
from watcher.types import Feed

_PATIENCE_SECONDS = 10.0


@contextmanager
def editing(config: Path) -> Iterator[None]:
    """Keep other commands from changing files of the configuration until the block ends.

    Two that add a feed at the same time would otherwise both read the old file, and one would lose its entry.

    Raises:
        EditError: another command has been changing them for longer than anyone should wait.
    """
    folder = config.resolve().parent
    if not folder.is_dir():
        yield  # loading the configuration says what is wrong
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not _is_locked(handle):
            if time.monotonic() > deadline:
                raise EditError("another command is changing the configuration: try again when it is done")
            time.sleep(0.05)
        yield
    finally:
        os.close(handle)  # and the lock with it


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def new_id(config: Path, title: str | None, url: str) -> str:
    """Make an id for a feed from its title or address that no other feed has."""
    return _free(slug(title, url), {feed.id for feed in load(config).feeds})


def add(config: Path, entries: Sequence[Mapping[str, Any]], file: Path | None) -> Path:
    """Write entries to a YAML file of feeds.

    Args:
        config: the main file.
        entries: what `feeds:` is to hold, each with id and url.
        file: where to; None means `added.yml` beside the first included files of feeds.

    Returns:
        The file that was changed or made.

    Raises:
        ConfigError: the configuration is not right.
        ValueError: an entry is not right.
        EditError: the file cannot be edited, or does not belong to the configuration.
    """
    loaded = load(config)
    path = file or _default_file(loaded)
    if not _belongs(loaded, path):
        raise EditError(
            f"{path} does not belong to the configuration: include.feeds in {config} does not name it"
        )
    _refuse_known(loaded.feeds, entries)
    data = b""
    if path.exists():
        read = read_bytes(path)
        if not isinstance(read, bytes):
            raise ConfigError(read.problems)
        data = read
    changed = with_feeds(path, data, entries)
    problems = [found for found in read_feeds(parse_source(path, changed)) if isinstance(found, Problem)]
    if problems:
        raise ValueError("; ".join(problem.message for problem in problems))
    replace_file(path, changed)
    return path


def remove(config: Path, feed_id: str) -> Path:
    """Take a feed out of the YAML file that names it, and give that file.

    Raises:
        EditError: no file has it, or the file is OPML or laid out in a way that a program cannot edit.
    """
    loaded = load(config)
    for path in find(config.parent, loaded.settings.include.feeds).paths:
        source = open_feeds(path, None)
        if not any(entry.get("id") == feed_id for entry in (source.value or {}).get("feeds") or []):
            continue
        if path.suffix.lower() == ".opml":
            raise EditError(f"{feed_id} stands in {path}: remove it there, or import that file first")
        replace_file(path, without_feed(path, path.read_bytes(), feed_id))
        return path
    raise EditError(f'no feed is called "{feed_id}"')


def from_opml(config: Path, opml: Path) -> tuple[list[dict[str, Any]], int, list[Problem]]:
    """Read entries from an OPML file.

    Returns:
        Those that can be added, with ids that are free; how many the configuration has already, by address; and
        what is wrong with the others.

    Raises:
        ConfigError: the file is not OPML, or the configuration is not right.
    """
    feeds = load(config).feeds
    source = read_opml(opml)
    if source.value is None:
        raise ConfigError(source.problems)
    urls, ids = {feed.url for feed in feeds}, {feed.id for feed in feeds}
    entries, known, problems = [], 0, []
    for found in read_feeds(source):
        if isinstance(found, Problem):
            problems.append(found)
        elif found.value.url in urls:
            known += 1
        else:
            raw = source.value["feeds"][found.path[-1]]
            entry = {key: value for key, value in raw.items() if value} | {"id": _free(raw["id"], ids)}
            ids.add(entry["id"])
            entries.append(entry)
    return entries, known, problems


def _default_file(loaded: Config) -> Path:
    for pattern in loaded.settings.include.feeds:
        path = loaded.path.parent / pattern
        if path.suffix.lower() in (".yml", ".yaml"):
            return path.parent / "added.yml" if is_pattern(path.name) else path
    raise EditError(f"include.feeds in {loaded.path} names no YAML file: say which with --file")


def _refuse_known(feeds: Sequence[Feed], entries: Sequence[Mapping[str, Any]]) -> None:
    by_url = {feed.url: feed.id for feed in feeds}
    ids = {feed.id for feed in feeds}
    for entry in entries:
        if entry["url"] in by_url:
            raise EditError(f'{masked(entry["url"])} is there already, as "{by_url[entry["url"]]}"')
        if entry["id"] in ids:
            raise EditError(f'the id "{entry["id"]}" is taken: give another with --id')


def _belongs(loaded: Config, path: Path) -> bool:
    """Tell whether a file, that need not exist yet, is among the included files of feeds."""
    folder, patterns = loaded.path.parent.resolve(), loaded.settings.include.feeds
    target = path.resolve()
    if target in {one.resolve() for one in find(folder, patterns).paths}:
        return True
    return not path.exists() and any(target.match(str(folder / pattern)) for pattern in patterns)


def _free(wanted: str, taken: set[str]) -> str:
    candidate, number = wanted, 2
    while candidate in taken:
        candidate, number = f"{wanted}-{number}", number + 1
    return candidate
