"""Feeds added to and removed from the users' YAML, line by line: nothing else in the file changes.

Bytes in, bytes out; `replace_file` writes them. The lines are edited as text because a round trip through a YAML
library re-indents, re-wraps and moves comments. Each result is read back, and must hold exactly what was meant; a
file whose layout is too unusual for that (flow style) is left alone, and its owner told where to edit.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from watcher.config.scalar import plain
from watcher.config.source import Source, parse_source
from watcher.errors import WatcherError

_BARE = re.compile(r"[A-Za-z0-9/][A-Za-z0-9/_.:?&=%+~-]*")
_EMPTY = re.compile(r"feeds[ \t]*:[ \t]*(\[[ \t]*\]|~|null)?[ \t]*(#.*)?")


class EditError(WatcherError):
    """A file that cannot be edited by a program; the text says where to do it by hand."""


def with_feeds(path: Path, data: bytes, entries: Sequence[Mapping[str, Any]]) -> bytes:
    """Add entries at the end of a file of feeds.

    Args:
        path: for messages.
        data: the file as it is; empty for a new one.
        entries: each with `id` and `url`, then whatever else is given; values are texts or lists of texts.

    Returns:
        The file with them, comments and order as before.

    Raises:
        EditError: the file cannot be read, or its layout is not one that is known here.
    """
    source = _read(path, data)
    before = _entries(source)
    lines, newline = _lines(data)
    at, indent, head = _end_of_list(source, lines)
    added = [line for entry in entries for line in _written(entry, indent)]
    changed = [*lines[:at], *head, *added, *lines[at:]]
    return _checked(path, newline.join(changed) + newline, [*before, *map(dict, entries)])


def without_feed(path: Path, data: bytes, feed_id: str) -> bytes:
    """Take the entry of one id out of a file of feeds, with the comment lines right above it.

    Raises:
        EditError: as for `with_feeds`, or there is no such entry.
    """
    source = _read(path, data)
    before = _entries(source)
    index = next((n for n, entry in enumerate(before) if entry.get("id") == feed_id), None)
    if index is None:
        raise EditError(f'{path} has no feed "{feed_id}"')
    lines, newline = _lines(data)
    first = _dash_line(source, lines, index)
    indent = _indent(lines[first])
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or _indent(lines[last]) > indent):
        last += 1
    while not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#"):
        last -= 1  # what stands between two entries belongs to the one below
    while first > 0 and lines[first - 1].startswith(" " * indent + "#"):
        first -= 1
    changed = [*lines[:first], *lines[last:]]
    return _checked(path, newline.join(changed) + newline, before[:index] + before[index + 1 :])


def replace_file(path: Path, data: bytes) -> None:
    """Put new content in place of a file in one step: whoever reads it meanwhile sees the old or the new one.

    The file keeps its permissions; a link is followed, so that what it points to is replaced.
    """
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name, too, must survive a power cut
    finally:
        os.close(folder)


def _read(path: Path, data: bytes) -> Source:
    source = parse_source(path, data)
    if source.problems:
        raise EditError(str(source.problems[0]))
    return source


def _entries(source: Source) -> list[dict[str, Any]]:
    top = source.value if source.value is not None else {}
    inside = (top.get("feeds") or []) if isinstance(top, dict) else None
    if not isinstance(inside, list) or not all(isinstance(entry, dict) for entry in inside):
        raise EditError(f"{source.path} is not a file of feeds")
    return inside


def _lines(data: bytes) -> tuple[list[str], str]:
    text = data.decode("utf-8-sig")
    newline = "\r\n" if "\r\n" in text else "\n"
    return text.replace("\r\n", "\n").rstrip("\n").split("\n") if text.strip() else [], newline


def _end_of_list(source: Source, lines: list[str]) -> tuple[int, int, list[str]]:
    """Find where an entry goes: the line, the indentation of its dash, and lines to put before it."""
    entries = _entries(source)
    if entries:
        dash = _dash_line(source, lines, len(entries) - 1)
        indent = _indent(lines[dash])
        end = dash + 1
        for number in range(dash + 1, len(lines)):
            if lines[number].strip() and _indent(lines[number]) <= indent:
                break
            if lines[number].strip():
                end = number + 1
        return end, indent, []
    for number, line in enumerate(lines):
        if _EMPTY.fullmatch(line):
            lines[number] = re.sub(r":[ \t]*(\[[ \t]*\]|~|null)", ":", line).rstrip()
            return number + 1, 2, []
    if source.value is None or "feeds" not in source.value:
        return len(lines), 2, ["feeds:"]
    raise _by_hand(source, 1)


def _dash_line(source: Source, lines: list[str], index: int) -> int:
    line, _ = source.at(("feeds", index))
    for number in (line - 1, line - 2):  # `- id: x`, or a dash alone on the line before
        if 0 <= number < len(lines) and lines[number].lstrip().startswith("-"):
            return number
    raise _by_hand(source, line)


def _by_hand(source: Source, line: int) -> EditError:
    return EditError(f"the layout of {source.path} is too unusual to edit: change it by hand, at line {line}")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _written(entry: Mapping[str, Any], indent: int) -> list[str]:
    pairs = [f"{key}: {_value(value)}" for key, value in entry.items()]
    return [" " * indent + ("  " if number else "- ") + pair for number, pair in enumerate(pairs)]


def _value(value: str | bool | Sequence[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return f"[{', '.join(_quoted(one) if ',' in one else _value(one) for one in value)}]"
    is_bare = _BARE.fullmatch(value) and not value.endswith(":") and plain(value) == value
    return value if is_bare else _quoted(value)


def _quoted(text: str) -> str:
    escaped = (
        f"\\{one}" if one in '"\\' else one if one.isprintable() else f"\\U{ord(one):08x}" for one in text
    )
    return f'"{"".join(escaped)}"'


def _checked(path: Path, text: str, meant: list[dict[str, Any]]) -> bytes:
    data = text.encode()
    source = parse_source(path, data)
    if source.problems or _entries(source) != meant:
        raise _by_hand(source, 1)
    return data
