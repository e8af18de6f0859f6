"""What a plain YAML scalar means, and what `${ENV}` in it stands for.

YAML 1.2's core schema, so that the surprises of 1.1 are gone: `no`, `on`, `12:30` and `2024-05-01` are texts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# A number with leading zeros stays a text, as does one too long to be a count: both are ids or telephone numbers.
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})?(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,3})?")
_NUMBER_START = frozenset("-+.0123456789")
_VARIABLE = re.compile(r"\$?\$\{([^}]*)\}")
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


class SubstitutionError(ValueError):
    """A `${…}` that cannot be filled in; the text says why."""


def plain(text: str) -> str | int | float | bool | None:
    """Give the value of an unquoted scalar: null, boolean, number, else the text itself."""
    if text[:1] in _NUMBER_START:
        return _number(text)
    return _WORDS.get(text, text) if len(text) <= 5 else text


def substitute(text: str, environ: Mapping[str, str]) -> str:
    """Put environment variables into a text.

    `${NAME}` is the variable, `${NAME:-default}` the default where it is unset or empty, `$${` stands for `${`.

    Raises:
        SubstitutionError: a variable is not set, or what stands in the braces is no name.
    """

    def value(found: re.Match[str]) -> str:
        if found[0].startswith("$$"):
            return found[0][1:]
        name = _NAME.fullmatch(found[1])
        if name is None:
            raise SubstitutionError(
                f"{found[0]} names no variable: write ${{NAME}}, or $${{ for a literal ${{"
            )
        content = environ.get(name[1])
        if name[2] is not None:
            return content or name[2]
        if content is None:
            raise SubstitutionError(f"the environment variable {name[1]} is not set")
        return content

    return _VARIABLE.sub(value, text)


def _number(text: str) -> str | int | float:
    if _INTEGER.fullmatch(text):
        return int(text)
    if any(character.isdigit() for character in text) and _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text
