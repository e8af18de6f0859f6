"""Which files belong to the configuration: the patterns of `include:` → paths, in an order that does not change."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """The files of one kind; `unmatched` are the indexes of patterns that name no file."""

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
    unmatched = []
    for index, pattern in enumerate(patterns):
        full = str(Path(pattern).expanduser()) if pattern.startswith("~") else pattern
        matches = sorted(
            path
            for name in glob.glob(full, root_dir=folder, recursive=True)
            if not (path := folder / name).is_dir() or not is_pattern(pattern)
        )
        if not matches:
            unmatched.append(index)
        found.update(dict.fromkeys(matches))
    return Included(paths=tuple(found), unmatched=tuple(unmatched))
