"""Which files belong to the configuration: the patterns of `include:` → paths, in an order that does not change."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """The files of one kind; `unmatched` are the indexes of patterns that name no file.

    A glob that stands beside another in the same folder (`feeds/*.yml`, `feeds/*.opml`) is an alternative to it, and
    unmatched only when that one is.
    """

    paths: tuple[Path, ...]
    unmatched: tuple[int, ...]


def is_pattern(text: str) -> bool:
    """Tell a glob from the name of one file."""
    return any(character in text for character in "*?[")


def find(folder: Path, patterns: Sequence[str]) -> Included:
    """Resolve patterns to files.

    Args:
        folder: what relative patterns are relative to.
        patterns: paths and globs; `**` crosses folders. Files whose name begins with a dot match no wildcard.

    Returns:
        Each file once: in the order of the patterns, then by name.
    """
    found: dict[Path, None] = {}
    empty, served = [], set()
    for index, pattern in enumerate(patterns):
        matches = _matches(folder, pattern)
        found.update(dict.fromkeys(matches))
        if matches:
            served.add(Path(pattern).parent)
        else:
            empty.append(index)
    unmatched = tuple(
        index
        for index in empty
        if not (is_pattern(patterns[index]) and Path(patterns[index]).parent in served)
    )
    return Included(paths=tuple(found), unmatched=unmatched)


def _matches(folder: Path, pattern: str) -> list[Path]:
    pattern = os.path.expanduser(pattern)
    if "\0" in pattern:  # no file system has such a name, and glob would raise
        return []
    if not is_pattern(pattern):
        path = folder / pattern
        return [path] if path.exists() else []
    paths = (folder / name for name in glob.glob(pattern, root_dir=folder, recursive=True))
    return sorted(path for path in paths if not path.is_dir())
