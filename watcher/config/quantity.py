"""Durations (`15m`, `1h30m`, `2y`) and sizes (`10MiB`) as the configuration writes them everywhere.

Text in, `timedelta` or bytes out; `models` uses both as pydantic types. A plain number is refused: nobody can tell
whether `timeout: 20` means seconds or minutes.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

_UNIT_MS = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
_SIZE_UNITS = {
    "B": 1,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}
# Largest unit first, each at most once: `30m1h` is more likely a slip than a wish.
_DURATION = re.compile("".join(rf"(?:([0-9]{{1,9}}){unit})?" for unit in _UNIT_MS))
_SIZE = re.compile(rf"([0-9]{{1,12}})({'|'.join(_SIZE_UNITS)})")
_MAX_DURATION = timedelta(days=365 * 100)
_MAX_SIZE_BYTES = 2**40

DURATION_PATTERN = "^" + "".join(rf"(?:[0-9]+{unit})?" for unit in _UNIT_MS) + "$"
SIZE_PATTERN = f"^[0-9]+(?:{'|'.join(_SIZE_UNITS)})$"


def parse_duration(text: object) -> timedelta:
    """Read a duration: whole numbers with the units y, w, d, h, m, s, ms, largest first.

    Args:
        text: what the YAML holds; a `timedelta` passes as it is. A year counts 365 days.

    Returns:
        A duration of zero or more, at most 100 years.

    Raises:
        ValueError: anything else; the message says what to write.
    """
    if isinstance(text, timedelta):
        return text
    if isinstance(text, int | float) and not isinstance(text, bool):
        raise ValueError(f"a duration needs a unit: write {text}s, {text}m or {text}h")
    found = _DURATION.fullmatch(text) if isinstance(text, str) and text else None
    if found is None:
        if isinstance(text, str) and text.isdecimal():
            raise ValueError(f"a duration needs a unit: write {text}s, {text}m or {text}h")
        raise ValueError(
            f"{_shown(text)} is not a duration: write for example 500ms, 20s, 15m, 1h30m, 90d or 2y"
        )
    milliseconds = sum(
        int(count) * unit for count, unit in zip(found.groups(), _UNIT_MS.values(), strict=True) if count
    )
    if milliseconds > _MAX_DURATION / timedelta(milliseconds=1):
        raise ValueError(f"{_shown(text)} is longer than 100 years")
    return timedelta(milliseconds=milliseconds)


def format_duration(duration: timedelta) -> str:
    """Write a duration as `parse_duration` reads it, to the millisecond, without weeks: `1h30m`, `90d`, `0s`."""
    rest = duration // timedelta(milliseconds=1)
    parts = []
    for unit, size in _UNIT_MS.items():
        if unit == "w":
            continue
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_size(text: object) -> int:
    """Read a size: a whole number with B, KB, MB, GB (powers of 1000) or KiB, MiB, GiB (powers of 1024).

    Args:
        text: what the YAML holds.

    Returns:
        Bytes, at most 1 TiB.

    Raises:
        ValueError: anything else; the message says what to write.
    """
    found = _SIZE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        if (isinstance(text, int) and not isinstance(text, bool)) or (
            isinstance(text, str) and text.isdecimal()
        ):
            raise ValueError(f"a size needs a unit: write {text}B, {text}KB or {text}MiB")
        raise ValueError(f"{_shown(text)} is not a size: write for example 500KB, 10MiB or 2GB")
    body_bytes = int(found[1]) * _SIZE_UNITS[found[2]]
    if body_bytes > _MAX_SIZE_BYTES:
        raise ValueError(f"{_shown(text)} is more than 1024GiB")
    return body_bytes


def _positive_duration(text: object) -> timedelta:
    duration = parse_duration(text)
    if not duration:
        raise ValueError("the duration must be longer than zero")
    return duration


def _positive_size(value: object, info: ValidationInfo) -> int:
    # A program that builds the model gives bytes; in a file a plain number would leave the unit open.
    is_program = info.context is None and isinstance(value, int) and not isinstance(value, bool)
    size_bytes = int(str(value)) if is_program else parse_size(value)
    if not size_bytes:
        raise ValueError("the size must be more than zero")
    return size_bytes


def _shown(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


Duration = Annotated[
    timedelta,
    BeforeValidator(_positive_duration),
    WithJsonSchema(
        {"type": "string", "pattern": DURATION_PATTERN, "minLength": 2, "examples": ["15m", "1h30m"]}
    ),
]
"""A duration longer than zero."""

Delay = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    WithJsonSchema(
        {"type": "string", "pattern": DURATION_PATTERN, "minLength": 2, "examples": ["1s", "500ms"]}
    ),
]
"""A duration that may be zero."""

Size = Annotated[
    int,
    BeforeValidator(_positive_size),
    WithJsonSchema({"type": "string", "pattern": SIZE_PATTERN, "examples": ["10MiB", "500KB"]}),
]
"""A size in bytes, more than zero."""
