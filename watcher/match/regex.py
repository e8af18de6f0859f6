"""Patterns of RE2: compiled, judged, and explained when RE2 refuses them.

Comes in: what an analyst wrote. Goes out: a compiled pattern that takes time linear in the text whatever the pattern,
and a literal that the index can look for. Called by the form `regex`.
"""

from __future__ import annotations

import re
from functools import lru_cache

import re2

_MEMORY_BYTES = 4 * 2**20
"""For one pattern and its automaton; RE2 goes on more slowly, still in linear time, when that is full."""

_PROBES = "aZé7 .,-'\"اح中я"
_SHORTEST_LITERAL = 3
_PERL_ONLY = (
    ("invalid perl operator", "RE2 has no look-around: combine conditions with all:, none: or near:"),
    ("invalid escape sequence: \\", "escape only signs, or use \\d \\w \\s \\b; RE2 has no references back"),
    ("invalid repetition size", "RE2 repeats at most 1000 times"),
    ("bad repetition operator", "write one of * + ? {n,m}; RE2 has no possessive operators"),
    ("no argument for repetition", "put a character before * + ?, or escape it: \\*"),
    ("missing ]", "close the [, or escape it: \\["),
    ("missing )", "close the (, or escape it: \\("),
    ("unexpected )", "open it with (, or escape it: \\)"),
    ("trailing \\", "write \\\\ for a backslash"),
)
# One element of a pattern: an escape, a class, a bracket with its flags, a repetition, or a plain character.
_ELEMENT = re.compile(
    r"(?P<escape>\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|.))|(?P<cls>\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]?)"
    r"|(?P<open>\((?:\?[^:)>]*[:>)])?)|(?P<close>\))|(?P<repeat>[*+?]|\{\d+(?:,\d*)?\})|(?P<char>.)",
    re.DOTALL,
)


class PatternError(ValueError):
    """RE2 refuses a pattern; the message says why and where."""

    def __init__(self, message: str, suggestion: str | None, at: int | None) -> None:
        super().__init__(message)
        self.suggestion = suggestion
        self.at = at


class Pattern:
    """A compiled pattern. Offsets are in code points; lone surrogates in a text are read as U+FFFD."""

    def __init__(self, written: str) -> None:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MEMORY_BYTES
        try:
            self._compiled = re2.compile(written, options=options)
        except (re2.error, UnicodeEncodeError) as error:
            raise _explained(written, error) from None
        self.search = self._compiled.search
        self.finditer = self._compiled.finditer


@lru_cache(maxsize=10_000)
def compiled(written: str) -> Pattern:
    """Compile a pattern.

    Raises:
        PatternError: RE2 refuses it.
    """
    return Pattern(written)


def fits_empty(written: str) -> bool:
    """Tell whether a pattern can fit without a single character of text."""
    found = (compiled(written).search(probe) for probe in ("", *_PROBES))
    return any(one is not None and not one.group() for one in found)


def is_broad(written: str) -> bool:
    """Tell whether a pattern fits one common character by itself, and so nearly every text."""
    pattern = compiled(written)
    return any(pattern.search(char) for char in _PROBES)


def required_literal(written: str) -> str | None:
    """Find the longest text that every fit of a pattern contains as written; None where none can be told safely.

    Only what stands outside of brackets is looked at, and nothing of a pattern with alternatives or flags.
    """
    runs, run, depth = [""], "", 0
    for found in _ELEMENT.finditer(written):
        kind, text = found.lastgroup, found.group()
        if (kind == "char" and text == "|" and depth == 0) or (
            kind == "open" and len(text) > 1 and text != "(?:"
        ):
            return None
        depth += (kind == "open") - (kind == "close")
        if kind == "repeat":
            # What is repeated may be absent, or other text may follow it.
            run = run[:-1]
        if depth == 0 and (literal := _literal_of(kind, text)):
            run += literal
        else:
            runs.append(run)
            run = ""
    longest = max((*runs, run), key=len)
    return longest if len(longest) >= _SHORTEST_LITERAL else None


def _literal_of(kind: str | None, text: str) -> str:
    if kind == "char":
        return "" if text in ".^$|" else text
    is_sign = kind == "escape" and len(text) == 2 and not text[1].isalnum()
    return text[1] if is_sign and text[1].isprintable() else ""


def _explained(written: str, error: Exception) -> PatternError:
    raw = error.args[0] if error.args else str(error)
    reason = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    said, _, part = reason.partition(": ")
    at = _unbalanced(written) if said in ("missing )", "unexpected )") else written.find(part) if part else -1
    if said.startswith("trailing"):
        at = len(written) - 1
    place = f" at character {at + 1}" if at >= 0 else ""
    shown = "" if not part or part == written else f" '{part}'"
    hint = next((hint for start, hint in _PERL_ONLY if reason.startswith(start)), None)
    return PatternError(f"RE2 refuses the pattern{place}: {said}{shown}", hint, at if at >= 0 else None)


def _unbalanced(written: str) -> int:
    """Find the first bracket that closes nothing, or else the last one that is not closed."""
    opened: list[int] = []
    for found in _ELEMENT.finditer(written):
        if found.lastgroup == "open" and not found.group().endswith(")"):
            opened.append(found.start())
        elif found.lastgroup == "close":
            if not opened:
                return found.start()
            opened.pop()
    return opened[-1] if opened else -1
