"""One YAML file: bytes in, plain Python data out, with the line and column of every value in it.

`load` reads every file of the configuration through here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import yaml

from watcher.config.composer import Composer, Mark, UnreadableError
from watcher.errors import Problem

MAX_FILE_BYTES = 64 * 1024 * 1024

MISSING = "there is no such file"
_SYNTAX_HINTS = {
    "mapping values are not allowed in this context": (
        "put a text that holds a colon in quotes, and check the indentation"
    ),
    "found character that cannot start any token": "put a text that begins with this character in quotes",
    "did not find expected '-' indicator": "the entries of a list begin in one column, each with a dash",
    "did not find expected key": "the keys of one entry begin in one column; check the quotes before this",
}
"""By libyaml's words, what an editor of rules can do about it."""

_OPENED = {
    "while parsing a flow sequence": "[",
    "while parsing a flow mapping": "{",
    "while scanning a quoted scalar": "quotation mark",
}

_BROKEN_OFF = re.compile(r"""(?<=[\s\[{,])'[^']*'\w""")
"""A quoted text that its own apostrophe ends."""

_COMMENTED = re.compile(rb":\s+#\w")
"""A value that YAML takes for a comment: `channel: #security`."""

YamlPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that was read: `value` is None when it is empty or cannot be parsed; `problems` says what is wrong."""

    path: Path
    value: Any
    problems: tuple[Problem, ...]
    digest: bytes
    marks: Mapping[int, Any] = field(repr=False)
    """For each list the marks of its members, for each mapping those of its keys and values; by `id`."""

    def at(self, path: YamlPath, *, key: bool = False) -> tuple[int, int]:
        """Find where a value stands.

        Args:
            path: keys and indexes from the top; whatever does not exist is left off at the end.
            key: ask for the last key rather than for its value.

        Returns:
            Line and column, counted from 1.
        """
        value, mark = self.value, None
        for depth, step in enumerate(path, start=1):
            found = self._mark(value, step, key=key and depth == len(path))
            if found is None:
                break
            mark, value = found, value[step]
        return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)

    def problem(
        self,
        path: YamlPath,
        message: str,
        *,
        suggestion: str | None = None,
        is_warning: bool = False,
        key: bool = False,
    ) -> Problem:
        """Say what is wrong with the value at `path`."""
        line, column = self.at(path, key=key)
        return Problem(
            message=message,
            path=self.path,
            line=line,
            column=column,
            suggestion=suggestion,
            is_warning=is_warning,
        )

    def _mark(self, value: Any, step: str | int, *, key: bool) -> Mark | None:
        marks = self.marks.get(id(value))
        if isinstance(marks, dict):
            pair = marks.get(step)
            return None if pair is None else cast("Mark", pair[0 if key else 1])
        if isinstance(marks, list) and isinstance(step, int) and 0 <= step < len(marks):
            return cast("Mark", marks[step])
        return None


def read_source(path: Path, *, environ: Mapping[str, str] | None = None) -> Source:
    """Read one YAML file; whatever is wrong with it is in the `problems` of what is returned.

    Args:
        path: the file.
        environ: where `${NAME}` in values comes from; None leaves them as they are.
    """
    data = read_bytes(path)
    return parse_source(path, data, environ=environ) if isinstance(data, bytes) else data


def read_bytes(path: Path) -> bytes | Source:
    """Read a file of bounded size; a `Source` that holds nothing but the problem where that cannot be done."""
    try:
        if path.is_dir():
            return _unusable(path, "this is a folder, not a file")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return _unusable(path, MISSING)
    except (OSError, ValueError) as error:
        return _unusable(path, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    return (
        data if len(data) <= MAX_FILE_BYTES else _unusable(path, f"larger than {MAX_FILE_BYTES // 2**20}MiB")
    )


def parse_source(path: Path, data: bytes, *, environ: Mapping[str, str] | None = None) -> Source:
    """Parse the bytes of a YAML file (see `read_source`); `path` is for messages."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return _unusable(path, "not UTF-8 text", *_place(data, error.start), suggestion="save it as UTF-8")
    composer = Composer(path, environ)
    try:
        composer.feed(data)
    except UnreadableError:
        composer.top = None
    except yaml.YAMLError as error:
        composer.top = None
        composer.problems.append(_syntax_problem(path, data, error))
    return Source(
        path=path,
        value=composer.top,
        problems=tuple(composer.problems),
        digest=blake2b(data, digest_size=16).digest(),
        marks=composer.marks,
    )


def _unusable(
    path: Path,
    message: str,
    line: int | None = None,
    column: int | None = None,
    *,
    suggestion: str | None = None,
) -> Source:
    problem = Problem(message=message, path=path, line=line, column=column, suggestion=suggestion)
    return Source(path=path, value=None, problems=(problem,), digest=b"", marks={})


def _syntax_problem(path: Path, data: bytes, error: yaml.YAMLError) -> Problem:
    message, suggestion = str(error), None
    line, column = 1, 1
    if isinstance(error, yaml.reader.ReaderError):
        line, column = _place(data, error.position)
        message = f"the character #x{int(error.character):02x} is not allowed in YAML"
    elif isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = ", ".join(text for text in (error.problem, error.context) if text)
        suggestion = _syntax_hint(data, line, error)
    return Problem(
        message=f"not valid YAML: {message}", path=path, line=line, column=column, suggestion=suggestion
    )


def _syntax_hint(data: bytes, line: int, error: yaml.MarkedYAMLError) -> str | None:
    lines = data.split(b"\n", line)
    indent = (
        lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())] if line <= len(lines) else b""
    )
    if b"\t" in indent:
        return "indent with spaces, not tabs"
    written = lines[line - 1].decode(errors="replace") if line <= len(lines) else ""
    if any(_COMMENTED.search(one) for one in lines[max(0, line - 2) : line]):
        return "from a # on, all is a comment: put a text that begins with it in quotes"
    if _BROKEN_OFF.search(written):
        return "inside '…' an apostrophe is written twice (''); or put the text in \"…\""
    if error.context in _OPENED and error.context_mark is not None:
        what, mark = _OPENED[error.context], error.context_mark
        return f"the {what} that is opened on line {mark.line + 1}, column {mark.column + 1}, is not closed"
    return _SYNTAX_HINTS.get(error.problem or "")


def _place(data: bytes, offset: int) -> tuple[int, int]:
    before = data[:offset]
    line_start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[line_start:].decode(errors="replace")) + 1
